-- Fills close (a part of) a position -> the states in which it was opened are
-- remembered with what it brought. After the graph has the fills: it links the setup to
-- its trade.

create or replace function agent.on_trades_closed()
returns trigger
language plpgsql
security definer -- whoever books fills has no rights on what is remembered
set search_path = pg_catalog, pg_temp
as $$
declare
    closing trade.fill;
begin
    for closing in
        select f.* from booked as f where f.closed_quantity > 0 order by f.fill_id
    loop
        perform agent.remember_setup(closing);
    end loop;
    return null;
end
$$;
comment on function agent.on_trades_closed()
is 'Trigger function: remembers the setups of trades that were closed.';

create or replace trigger _710_trades_closed after insert on trade.fill
referencing new table as booked
for each statement execute function agent.on_trades_closed();
