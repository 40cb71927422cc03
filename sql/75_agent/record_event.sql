-- One more fact. The trace is the cycle's, if there is one, or the request's.

create or replace function agent.record_event(
    type text, symbol text default null, payload jsonb default '{}', cycle_id bigint
        default null
)
returns void
-- PL/pgSQL keeps the plan; a SQL function would make it at every call.
language plpgsql
security definer -- nobody writes events but through here
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    insert into agent.event (cycle_id, trace_id, type, symbol, payload)
    values (
        record_event.cycle_id,
        coalesce(
            (
                select c.trace_id from agent.cycle as c
                where c.tenant_id = public.current_tenant()
                and c.cycle_id = record_event.cycle_id
            ),
            ops.trace_id()
        ),
        record_event.type, record_event.symbol, coalesce(record_event.payload, '{}')
    );
end
$$;
comment on function agent.record_event(text, text, jsonb, bigint)
    is 'Writes one event of the current tenant.';
