-- The kill switch for when all else fails is a file on the worker's machine. A worker
-- that sees it sends nothing, whatever the database says, and writes down here what it
-- saw: from then on order rows are refused, too, until somebody resumes.
--
-- Example: select state from risk.halt_by_file('the file says: stop') -> HALTED

create or replace function risk.halt_by_file(reason text)
returns risk.state
language plpgsql
security definer -- the worker has no rights on risk
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known risk.state;
begin
    select * into known from risk.state as s
    where s.tenant_id = public.current_tenant() and s.scope = 'tenant'
    and s.target = '' and s.source = 'manual' and s.state = 'HALTED'
    and s.until is null;
    if found then
        return known;
    end if;
    known := risk.set_state(
        'tenant', '', 'HALTED',
        'halt file: ' || coalesce(nullif(btrim(halt_by_file.reason), ''), 'no reason')
    );
    perform agent.record_event('TradingHalted', null, to_jsonb(known) - 'tenant_id');
    return known;
end
$$;
comment on function risk.halt_by_file(text) is
'Halts the tenant because a worker has seen the halt file; one that is halted already '
'stays as it is.';
