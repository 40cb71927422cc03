-- Nothing new starts of a queue, a kind, a tenant, or of what all that is given has in
-- common; with nothing given, nothing at all. What runs is finished.
--
-- Example: select work.pause(kind => 'embed_snapshots', reason => 'model is moved')
--   -> true; false if it was paused already

create or replace function work.pause(
    queue text default null,
    kind text default null,
    tenant_id integer default null,
    reason text default null
)
returns boolean
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if pause.kind is not null and not exists (
        select from work.kind as k where k.name = pause.kind
    ) then
        raise exception using
            errcode = 'BW201',
            message = format('unknown job kind %L', pause.kind),
            hint = 'The kinds are the rows of work.kind.';
    end if;
    if pause.queue is not null and not exists (
        select from work.kind as k where k.queue = pause.queue
    ) then
        raise exception using
            errcode = 'BW212',
            message = format('no kind of job is in a queue %L', pause.queue),
            hint = 'The queues are in work.kind.';
    end if;
    insert into work.hold (queue, kind, tenant_id, reason)
    values (pause.queue, pause.kind, pause.tenant_id, pause.reason)
    on conflict (queue, kind, tenant_id) do nothing;
    return found;
end
$$;
comment on function work.pause(text, text, integer, text) is
'Lets no new job start of a queue, kind or tenant, or of what they have in common; '
'false if that is paused already.';

create or replace function work.resume(
    queue text default null,
    kind text default null,
    tenant_id integer default null,
    reason text default null
)
returns boolean
language plpgsql
security definer -- the queue's tables are nobody's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    delete from work.hold as h
    where
        (h.queue, h.kind, h.tenant_id)
        is not distinct from (resume.queue, resume.kind, resume.tenant_id)
        and (resume.reason is null or h.reason = resume.reason);
    if not found then
        return false;
    end if;
    perform work._wake();
    return true;
end
$$;
comment on function work.resume(text, text, integer, text) is
'Takes back what work.pause said with the same arguments (a reason must match, if one '
'is given); false if that was not paused.';

create or replace view work.paused as
select
    hold.queue,
    hold.kind,
    hold.tenant_id,
    hold.reason,
    hold.since
from work.hold;
comment on view work.paused
    is 'What is paused, since when and why; null means any.';
