-- A fill closes (a part of) a position -> the state in which it was opened is
-- remembered with what it brought.

create or replace function agent.on_trade_closed()
returns trigger
language plpgsql
security definer -- whoever books fills has no rights on what is remembered
set search_path = pg_catalog, pg_temp
as $$
begin
    perform agent.remember_setup(new);
    return null;
end
$$;
comment on function agent.on_trade_closed()
    is 'Trigger function: remembers the setup of a trade that was closed.';

create or replace trigger _510_trade_closed after insert on trade.fill
for each row when (new.closed_quantity > 0) execute function agent.on_trade_closed();
