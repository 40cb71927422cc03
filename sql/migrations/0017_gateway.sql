-- A cycle that a request asked for carries the request's trace.

create or replace function ops.trace_id()
returns uuid
language sql stable
set search_path = pg_catalog, pg_temp
as $$ select null::uuid $$;
alter table agent.cycle alter column trace_id
set default coalesce(ops.trace_id(), gen_random_uuid());

-- A job and a call of a model carry the trace of the request that caused them. Most
-- jobs have none: the function is called only where there is one.
alter table work.job add column trace_id uuid;
alter table work.job alter column trace_id set default (
    case when current_setting('gateway.request_id', true) <> '' then ops.trace_id() end
);
alter table work.job_done add column trace_id uuid;
alter table work.dead add column trace_id uuid;
alter table agent.call add column trace_id uuid;
comment on column work.job.trace_id is
'The trace of the request that caused it; of the first, if equal ones came together.';
comment on column work.job_done.trace_id is 'The trace of the request that caused it.';
comment on column work.dead.trace_id is 'The trace of the request that caused it.';
comment on column agent.call.trace_id is
'The trace of its cycle, or of the request that caused it.';
drop function if exists work.claim(integer, text[], integer);
