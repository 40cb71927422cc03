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
-- figures as trade.equity_at at the end of the day, for all days at once.
create or replace view trade.equity as
with traded as (
    select
        f.tenant_id,
        f.account_id,
        f.instrument_id,
        min(min(f.filled_at)) over (
            partition by f.tenant_id, f.account_id
        ) as first_fill_at
    from trade.fill as f
    group by f.tenant_id, f.account_id, f.instrument_id
),

days as (
    select distinct
        traded.tenant_id,
        traded.account_id,
        (b.ts at time zone 'UTC')::date as day
    from traded
    inner join market.bar as b
        on
            traded.instrument_id = b.instrument_id
            and b.bar_interval = '1d'
            and b.ts >= date_trunc(
                'day', traded.first_fill_at, 'UTC'
            ) - interval '1 day'
)

select
    days.tenant_id,
    days.account_id,
    days.day,
    money.cash,
    worth.positions_value,
    money.cash + worth.positions_value as equity
from days
cross join lateral (
    select coalesce(sum(e.amount), 0) as cash
    from trade.ledger_entry as e
    where
        e.tenant_id = days.tenant_id
        and e.account_id = days.account_id
        and e.ledger = 'cash'
        and e.at < (days.day + 1)::timestamp at time zone 'UTC'
) as money
cross join lateral (
    select coalesce(
        sum(held.quantity * coalesce(q.price, held.last_price)), 0
    ) as positions_value
    from (
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
            f.tenant_id = days.tenant_id
            and f.account_id = days.account_id
            and f.filled_at < (days.day + 1)::timestamp at time zone 'UTC'
        group by f.instrument_id
    ) as held
    -- As risk.last_close, which those who read the view may not call.
    left join lateral (
        select told.close::numeric as price
        from (
            (
                select
                    b.ts,
                    b.close
                from market.bar as b
                where
                    b.instrument_id = held.instrument_id
                    and b.bar_interval = '1d'
                    and b.ts <= days.day::timestamp at time zone 'UTC'
                    and b.known_at < (days.day + 1)::timestamp at time zone 'UTC'
                order by b.ts desc
                limit 1
            )
            union all
            (
                select
                    v.ts,
                    v.close
                from market.bar_version as v
                where
                    v.instrument_id = held.instrument_id
                    and v.bar_interval = '1d'
                    and v.ts <= days.day::timestamp at time zone 'UTC'
                    and v.known_at < (days.day + 1)::timestamp at time zone 'UTC'
                    and v.known_until >= (days.day + 1)::timestamp at time zone 'UTC'
                order by v.ts desc
                limit 1
            )
        ) as told
        order by told.ts desc
        limit 1
    ) as q on held.quantity <> 0
) as worth;
comment on view trade.equity is
'What each account was worth at the end of each day (UTC), by what was known then.';
