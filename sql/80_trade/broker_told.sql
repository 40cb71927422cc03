-- A broker's word that something became of an order. It is a reason to ask now instead
-- of at the next poll: what became of it is read from the broker's book, as ever.
--
-- Example: select trade.broker_told('bw-1-4-1') -> true

create or replace function trade.broker_told(client_order_id text)
returns boolean
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    tenant constant integer := public.current_tenant();
    account bigint;
begin
    select o.account_id into account from trade.orders as o
    where
        o.tenant_id = tenant
        and o.client_order_id = broker_told.client_order_id
        and o.status in ('submitting', 'unknown', 'acked', 'partial');
    if account is null then
        return false;
    end if;
    -- The account's next poll, if one waits; then it waits no longer.
    perform work.retry(array[
        work.enqueue(
            'match_orders', jsonb_build_object('account_id', account), tenant,
            dedup_key => format('poll %s', account)
        )
    ]);
    return true;
end
$$;
comment on function trade.broker_told(text) is
'Has the account of an open order asked at its broker at once; false if the order is not '
'the tenant''s, or is over.';
