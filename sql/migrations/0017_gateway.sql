-- A cycle that a request asked for carries the request's trace.

create or replace function ops.trace_id()
returns uuid
language sql stable
set search_path = pg_catalog, pg_temp
as $$ select null::uuid $$;
alter table agent.cycle alter column trace_id
set default coalesce(ops.trace_id(), gen_random_uuid());
