-- An account at another's broker -> its books are compared at once and every quarter of
-- an hour.

create or replace function trade.on_account_opened()
returns trigger
language plpgsql
security definer -- whoever opens an account has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
begin
    perform trade._schedule_reconcile(new);
    perform work.enqueue(
        'reconcile_account', jsonb_build_object('account_id', new.account_id),
        new.tenant_id, 15, dedup_key => format('reconcile %s', new.account_id)
    );
    return null;
end
$$;
comment on function trade.on_account_opened() is
'Trigger function: has the books of an account at another''s broker compared.';

create or replace trigger _500_account_opened after insert on trade.account
for each row when (new.broker <> 'paper')
execute function trade.on_account_opened();
create or replace trigger _500_account_moved after update on trade.account
for each row when (new.broker <> 'paper' and old.broker <> new.broker)
execute function trade.on_account_opened();
