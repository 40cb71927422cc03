-- First in, first out: the other way to see what was earned (the books are by average
-- cost). The n-th unit bought is matched with the n-th unit sold, whichever came
-- first: two rows of intervals on one line. Fees of a buy are part of its cost, those
-- of a sell lower its proceeds (reference/definitions.md, trades).
--
-- Example: select symbol, quantity, realised from trade.fifo(1) where closed_at is not
--          null;

create or replace function trade.fifo(account_id bigint)
returns table (
    symbol text,
    direction integer,
    quantity numeric,
    opened_by bigint,
    opened_at timestamptz,
    closed_by bigint,
    closed_at timestamptz,
    cost numeric,
    proceeds numeric,
    realised numeric
)
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    with fill as (
        select
            f.*,
            case f.side when 'buy' then f.price + f.fee / f.quantity
                else f.price - f.fee / f.quantity end as net_price,
            sum(f.quantity) over line - f.quantity as begins,
            sum(f.quantity) over line as ends
        from trade.fill as f
        where f.tenant_id = public.current_tenant()
        and f.account_id = fifo.account_id
        window line as (
            partition by f.instrument_id, f.side order by f.revision
            rows unbounded preceding
        )
    ),

    total as (
        select
            fill.instrument_id,
            coalesce(sum(fill.quantity) filter (where fill.side = 'buy'), 0) as bought,
            coalesce(sum(fill.quantity) filter (where fill.side = 'sell'), 0) as sold
        from fill group by fill.instrument_id
    ),

    lot as (
        select
            b.symbol, b as bought, s as sold,
            least(b.ends, s.ends) - greatest(b.begins, s.begins) as quantity
        from fill as b
        inner join fill as s
            on b.instrument_id = s.instrument_id and b.side = 'buy' and s.side = 'sell'
            and b.begins < s.ends and s.begins < b.ends
    )

    select
        lot.symbol,
        case when (lot.bought).revision < (lot.sold).revision then 1 else -1 end,
        lot.quantity,
        case when (lot.bought).revision < (lot.sold).revision
            then (lot.bought).fill_id else (lot.sold).fill_id end,
        least((lot.bought).filled_at, (lot.sold).filled_at),
        case when (lot.bought).revision < (lot.sold).revision
            then (lot.sold).fill_id else (lot.bought).fill_id end,
        greatest((lot.bought).filled_at, (lot.sold).filled_at),
        round(lot.quantity * (lot.bought).net_price, 10),
        round(lot.quantity * (lot.sold).net_price, 10),
        round(lot.quantity * (lot.sold).net_price, 10)
        - round(lot.quantity * (lot.bought).net_price, 10)
    from lot
    union all
    -- What is still open: units beyond the last match.
    select
        f.symbol, case f.side when 'buy' then 1 else -1 end,
        f.ends - greatest(f.begins, least(total.bought, total.sold)),
        f.fill_id, f.filled_at, null, null,
        case f.side when 'buy' then round(
            (f.ends - greatest(f.begins, least(total.bought, total.sold)))
            * f.net_price, 10
        ) end,
        case f.side when 'sell' then round(
            (f.ends - greatest(f.begins, least(total.bought, total.sold)))
            * f.net_price, 10
        ) end,
        null
    from fill as f
    inner join total on f.instrument_id = total.instrument_id
    where f.ends > least(total.bought, total.sold)
    order by 5, 4, 6
$$;
comment on function trade.fifo(bigint) is
'The lots of an account, first in first out: closed ones with what they earned, open '
'ones without.';
