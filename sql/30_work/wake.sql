-- NOTIFY is a hint: the row is the truth, and polling the safety net. It takes a lock
-- of the whole database until the commit is on disk, so it is sent only if somebody
-- waits for it, and with one payload, so that many of one transaction are one.

create or replace function work._wake()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (
        select from work.worker as w
        where w.idle and w.heartbeat_at > clock_timestamp() - interval '12 seconds'
    ) then
        perform pg_notify('work', '');
        perform nextval('work.wake_ups_sent');
    else
        perform nextval('work.wake_ups_suppressed');
    end if;
end
$$;
comment on function work._wake() is
'Sends the wake-up if a worker says that it waits, and counts it.';

create or replace function work._count(counter regclass, times bigint)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select nextval(counter) from generate_series(1, times)
$$;
comment on function work._count(regclass, bigint) is
'Counts up a counter; what is rolled back stays counted.';
