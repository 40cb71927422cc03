-- A decision to execute, in a cycle that executes -> its order, in the same
-- transaction. A halt or a limit leaves a refused order; nothing is retried.

create or replace function agent.on_decision_made()
returns trigger
language plpgsql
security definer -- whoever decides has no rights on orders
set search_path = pg_catalog, pg_temp
as $$
declare
    cycle agent.cycle;
begin
    select * into strict cycle from agent.cycle as c
    where c.tenant_id = new.tenant_id and c.cycle_id = new.cycle_id;
    if cycle."execute" then
        perform trade.place_order(
            cycle.account_id, new.symbol, new.side, new.quantity,
            decision_id => new.decision_id, as_of => new.as_of
        );
    end if;
    return null;
end
$$;
comment on function agent.on_decision_made() is
'Trigger function: places the order of a decision, if its cycle executes.';

create or replace trigger _500_decision_made after insert on agent.decision
for each row when (new.action = 'EXECUTE') execute function agent.on_decision_made();
