-- Who trades for an account, and since when its books are known to agree.
--
-- Example: select broker, reconciled_at from trade.account_broker(1)
--   -> paper | 2026-11-20 21:00:00+00

-- What it returns has grown, which no replacing can do.
drop function if exists trade.account_broker(bigint);
create function trade.account_broker(account_id bigint)
returns table (broker text, reconciled_at timestamptz, asked_at timestamptz)
language sql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    select a.broker, a.reconciled_at, clock_timestamp() from trade.account as a
    where
        a.tenant_id = public.current_tenant()
        and a.account_id = account_broker.account_id
$$;
comment on function trade.account_broker(bigint) is
'The broker of an account, when its books last agreed with the broker''s, and the time '
'now.';

-- Trade updates come by asking: the broker's list of fills is read from where it was
-- read to, with some overlap.
create or replace function trade.polled_until(
    account_id bigint, until timestamptz default null
)
returns timestamptz
language sql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    update trade.account as a set polled_until = greatest(a.polled_until, polled_until.until)
    where
        a.tenant_id = public.current_tenant() and a.account_id = polled_until.account_id
        and polled_until.until > coalesce(a.polled_until, '-infinity');
    select a.polled_until from trade.account as a
    where
        a.tenant_id = public.current_tenant() and a.account_id = polled_until.account_id
$$;
comment on function trade.polled_until(bigint, timestamptz) is
'Up to when the fills that an account''s broker lists were read; with a time: sets it.';
