-- What an account was worth at a time, by the fills and the closes known then.
--
-- Example: trade.equity_at(1, '2018-02-09') -> cash | positions_value | equity

create or replace function trade.position_at(
    account_id bigint, instrument_id integer, at timestamptz
)
returns trade.book
language sql stable
begin atomic
    select trade.book_of(
        f.side, f.quantity, f.price, f.fee order by f.filled_at, f.revision
    )
    from trade.fill as f
    where
        f.tenant_id = public.current_tenant()
        and f.account_id = position_at.account_id
        and f.instrument_id = position_at.instrument_id
        and f.filled_at <= position_at.at;
end;
comment on function trade.position_at(bigint, integer, timestamptz) is
'A position as it was at a time, by average cost.';

create or replace function trade.equity_at(account_id bigint, at timestamptz)
returns table (cash numeric, positions_value numeric, equity numeric)
language sql stable rows 1
begin atomic
    with money as (
        select coalesce(sum(e.amount), 0) as cash
        from trade.ledger_entry as e
        where
            e.tenant_id = public.current_tenant()
            and e.account_id = equity_at.account_id
            and e.ledger = 'cash'
            and e.at <= equity_at.at
    ),

    held as (
        select
            f.instrument_id,
            sum(
                case f.side when 'buy' then f.quantity else -f.quantity end
            ) as quantity,
            (
                array_agg(f.price order by f.filled_at desc, f.revision desc)
            )[1] as last_price
        from trade.fill as f
        where
            f.tenant_id = public.current_tenant()
            and f.account_id = equity_at.account_id
            and f.filled_at <= equity_at.at
        group by f.instrument_id
    ),

    worth as (
        -- Without a close since the fill the fill's own price is the last one known.
        select coalesce(
            sum(held.quantity * coalesce(q.price, held.last_price)), 0
        ) as positions_value
        from held
        left join lateral risk.last_close(held.instrument_id, equity_at.at) as q on true
    )

    select
        money.cash,
        worth.positions_value,
        money.cash + worth.positions_value as equity
    from money cross join worth;
end;
comment on function trade.equity_at(bigint, timestamptz) is
'Cash, value of the positions at the last known closes, and both together, at a time.';

-- One row a day from the day before the first fill: the days on which an instrument
-- that the account ever held has a bar. The last is the last day with bars. The same
-- figures as trade.equity_at at the end of the day, for all days in one pass: what was
-- said of a price is numbered by the time of its bar, then by when it was told, so that
-- the greatest number so far is the latest bar by its latest telling; each position's
-- value changes by what was filled and told, and the changes become running sums.
create or replace view trade.equity as
with held as (
    select
        f.tenant_id,
        f.account_id,
        f.instrument_id,
        date_trunc('day', min(f.filled_at), 'UTC') as since,
        min(date_trunc('day', min(f.filled_at), 'UTC')) over (
            partition by f.tenant_id, f.account_id
        ) - interval '1 day' as account_since
    from trade.fill as f
    group by f.tenant_id, f.account_id, f.instrument_id
),

-- What the bars say that any of the days may be judged by: those of the account's days,
-- and before them the last one known when the instrument was first held.
told as (
    select
        held.tenant_id,
        held.account_id,
        held.instrument_id,
        b.ts,
        b.known_at,
        b.close::numeric as price,
        b.ts >= held.account_since as makes_day
    from held
    left join lateral (
        select o.ts from market.bar as o
        where
            o.instrument_id = held.instrument_id
            and o.bar_interval = '1d'
            and o.ts <= held.since
            and o.known_at < held.since + interval '1 day'
        order by o.ts desc
        limit 1
    ) as known on true
    inner join market.bar as b
        on
            held.instrument_id = b.instrument_id
            and b.bar_interval = '1d'
            and b.ts >= least(
                held.account_since, coalesce(known.ts, '-infinity')
            )
    union all
    -- What they said before they were corrected: few, so all of them.
    select
        held.tenant_id,
        held.account_id,
        held.instrument_id,
        v.ts,
        v.known_at,
        v.close::numeric,
        false
    from held
    inner join market.bar_version as v
        on held.instrument_id = v.instrument_id and v.bar_interval = '1d'
),

-- All that happens to an instrument, with its place among its kind.
happened as (
    select
        told.tenant_id,
        told.account_id,
        told.instrument_id,
        (greatest(told.ts, told.known_at) at time zone 'UTC')::date as day,
        null::numeric as quantity,
        null::numeric as paid,
        null::bigint as paid_place,
        told.price,
        row_number() over (
            partition by told.tenant_id, told.account_id, told.instrument_id
            order by told.ts, told.known_at
        ) as price_place
    from told
    union all
    select
        f.tenant_id,
        f.account_id,
        f.instrument_id,
        (f.filled_at at time zone 'UTC')::date,
        case f.side when 'buy' then f.quantity else -f.quantity end,
        f.price,
        row_number() over (
            partition by f.tenant_id, f.account_id, f.instrument_id
            order by f.filled_at, f.revision
        ),
        null,
        null
    from trade.fill as f
),

-- What stands at the end of each of those days.
stood as (
    select
        h.*,
        sum(h.quantity) over so_far as held,
        max(h.paid_place) over so_far as last_paid,
        max(h.price_place) over so_far as last_price
    from happened as h
    window so_far as (
        partition by h.tenant_id, h.account_id, h.instrument_id order by h.day
    )
),

worth as (
    select
        s.tenant_id,
        s.account_id,
        s.instrument_id,
        s.day,
        s.held,
        -- Without a close the last fill's own price is the last one known.
        max(s.price) filter (where s.price_place = s.last_price) over (
            partition by s.tenant_id, s.account_id, s.instrument_id, s.last_price
        ) as price,
        max(s.paid) filter (where s.paid_place = s.last_paid) over (
            partition by s.tenant_id, s.account_id, s.instrument_id, s.last_paid
        ) as paid
    from stood as s
),

valued as (
    select
        w.tenant_id,
        w.account_id,
        w.instrument_id,
        w.day,
        max(coalesce(w.held * coalesce(w.price, w.paid), 0)) as value
    from worth as w
    group by w.tenant_id, w.account_id, w.instrument_id, w.day
),

changed as (
    select
        v.tenant_id,
        v.account_id,
        v.day,
        0 as cash,
        v.value - lag(v.value, 1, 0::numeric) over (
            partition by v.tenant_id, v.account_id, v.instrument_id order by v.day
        ) as value,
        false as is_day
    from valued as v
    union all
    select
        e.tenant_id,
        e.account_id,
        (e.at at time zone 'UTC')::date,
        e.amount,
        0,
        false
    from trade.ledger_entry as e
    where e.ledger = 'cash'
    union all
    select distinct
        told.tenant_id,
        told.account_id,
        (told.ts at time zone 'UTC')::date,
        0::numeric,
        0::numeric,
        true
    from told
    where told.makes_day
),

run as (
    select
        c.tenant_id,
        c.account_id,
        c.day,
        bool_or(c.is_day) as is_day,
        sum(sum(c.cash)) over so_far as cash,
        sum(sum(c.value)) over so_far as positions_value
    from changed as c
    group by c.tenant_id, c.account_id, c.day
    window so_far as (partition by c.tenant_id, c.account_id order by c.day)
)

select
    run.tenant_id,
    run.account_id,
    run.day,
    run.cash,
    run.positions_value,
    run.cash + run.positions_value as equity
from run
where run.is_day;
comment on view trade.equity is
'What each account was worth at the end of each day (UTC), by what was known then.';
