-- The queue as it changes, for pages that show it: one NOTIFY a second at most, and
-- only while such a page is open. For nobody the queue pays the reading of a sequence
-- a statement, no call of a function.
--
-- What changes later in a second that was announced is not announced again: a gateway
-- looks once more when the second is over.

create or replace function gateway.watch_jobs()
returns void
language sql
security definer -- sequences are the gateway's alone
set search_path = pg_catalog, pg_temp
as $$
    select setval(
        'gateway.jobs_watched_until',
        date_part('epoch', clock_timestamp())::bigint + 45
    )
$$;
comment on function gateway.watch_jobs() is
'Says that a page shows the queue; again at least every 45 seconds.';

create or replace function gateway.announce_jobs()
returns trigger
language plpgsql
security definer -- sequences are the gateway's alone
set search_path = pg_catalog, pg_temp
as $$
declare
    this_second constant bigint := floor(date_part('epoch', clock_timestamp()));
begin
    if pg_sequence_last_value('gateway.jobs_announced_at')
        is distinct from this_second
    then
        perform setval('gateway.jobs_announced_at', this_second);
        notify desk_events, 'jobs';
    end if;
    return null;
end
$$;
comment on function gateway.announce_jobs() is
'Wakes the gateways that have a page of the queue open when it changed.';

create or replace trigger job_announced
after insert or update or delete on work.job
for each statement
when (
    pg_sequence_last_value('gateway.jobs_watched_until'::regclass)
    > date_part('epoch', clock_timestamp())
)
execute function gateway.announce_jobs();
