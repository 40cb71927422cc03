-- What was booked stays booked.

create or replace trigger _100_only_grows before update or delete on trade.fill
for each row execute function agent.refuse_change();
create or replace trigger _100_only_grows_truncate before truncate on trade.fill
for each statement execute function agent.refuse_change();
create or replace trigger _100_only_grows before update or delete on trade.ledger_entry
for each row execute function agent.refuse_change();
create or replace trigger _100_only_grows_truncate before truncate on trade.ledger_entry
for each statement execute function agent.refuse_change();
create or replace trigger _100_only_grows before update or delete on trade.capital_event
for each row execute function agent.refuse_change();
create or replace trigger _100_only_grows_truncate before truncate
    on trade.capital_event
for each statement execute function agent.refuse_change();
create or replace trigger _100_only_grows before delete on trade.orders
for each row execute function agent.refuse_change();
create or replace trigger _100_only_grows_truncate before truncate on trade.orders
for each statement execute function agent.refuse_change();
