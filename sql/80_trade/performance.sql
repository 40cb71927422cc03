-- What an account earned: day by day, deposits and withdrawals taken out.

-- A day's return is (equity - what was paid in that day) / equity of the day before
-- - 1; what came on days without bars counts with the next day that has them.
create or replace view trade.daily_return as
select
    d.tenant_id,
    d.account_id,
    d.day,
    d.equity,
    flow.amount as flow,
    (d.equity - flow.amount) / nullif(d.equity_before, 0) - 1 as return_fraction
from (
    select
        e.*,
        lag(e.equity) over days as equity_before,
        lag(e.day) over days as day_before
    from trade.equity as e
    window days as (partition by e.tenant_id, e.account_id order by e.day)
) as d
cross join lateral (
    select coalesce(sum(c.amount), 0) as amount
    from trade.capital_event as c
    where
        c.tenant_id = d.tenant_id
        and c.account_id = d.account_id
        and c.kind = 'capital'
        and c.at >= (d.day_before + 1)::timestamp at time zone 'UTC'
        and c.at < (d.day + 1)::timestamp at time zone 'UTC'
) as flow
where d.equity_before is not null;
comment on view trade.daily_return is
'What each account earned each day as a fraction, deposits and withdrawals taken out.';

create or replace function trade.performance(
    account_id bigint, since date default null, until date default null
)
returns table (
    days integer, total_return double precision, sharpe double precision,
    sortino double precision, max_drawdown double precision,
    best_day double precision, worst_day double precision, trades integer,
    winning_trades integer, realised numeric, fees numeric, paid_in numeric
)
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    with daily as (
        select r.day, r.return_fraction::double precision as r
        from trade.daily_return as r
        where
            r.tenant_id = public.current_tenant()
            and r.account_id = performance.account_id
            and r.day >= coalesce(performance.since, '-infinity')
            and r.day <= coalesce(performance.until, 'infinity')
    ),

    closed as (
        select f.order_id, sum(f.realised) as realised from trade.fill as f
        where
            f.tenant_id = public.current_tenant()
            and f.account_id = performance.account_id and f.closed_quantity > 0
            and (f.filled_at at time zone 'UTC')::date
            between coalesce(performance.since, '-infinity')
            and coalesce(performance.until, 'infinity')
        group by f.order_id
    )

    select
        (select count(*)::integer from daily),
        (select public.total_return(d.r order by d.day) from daily as d),
        (select public.sharpe(d.r order by d.day) from daily as d),
        (select public.sortino(d.r order by d.day) from daily as d),
        (select public.max_drawdown(d.r order by d.day) from daily as d),
        (select max(d.r) from daily as d), (select min(d.r) from daily as d),
        (select count(*)::integer from closed),
        (select count(*)::integer from closed where closed.realised > 0),
        (select coalesce(sum(closed.realised), 0) from closed),
        (
            select coalesce(sum(f.fee), 0) from trade.fill as f
            where f.tenant_id = public.current_tenant()
            and f.account_id = performance.account_id
        ),
        (
            select coalesce(sum(c.amount), 0) from trade.capital_event as c
            where c.tenant_id = public.current_tenant()
            and c.account_id = performance.account_id and c.kind = 'capital'
        )
$$;
comment on function trade.performance(bigint, date, date) is
'What an account earned between two days: total return, Sharpe and Sortino ratio '
'(252 days), drawdown, trades; deposits and withdrawals taken out of returns.';

create or replace function trade.daily_summary(account_id bigint, day date)
returns bigint
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known record;
begin
    select
        e.equity, r.return_fraction,
        (
            select count(*) from trade.fill as f
            where f.tenant_id = e.tenant_id and f.account_id = e.account_id
            and (f.filled_at at time zone 'UTC')::date = e.day
        ) as fills,
        (
            select count(distinct f.order_id) from trade.fill as f
            where f.tenant_id = e.tenant_id and f.account_id = e.account_id
            and f.closed_quantity > 0
            and (f.filled_at at time zone 'UTC')::date = e.day
        ) as trades
    into known
    from trade.equity as e
    left join trade.daily_return as r
        on e.tenant_id = r.tenant_id and e.account_id = r.account_id and e.day = r.day
    where e.tenant_id = public.current_tenant()
    and e.account_id = daily_summary.account_id and e.day = daily_summary.day;
    if not found then
        return null;
    end if;
    return ops.raise_alert(
        'daily_summary',
        jsonb_build_object(
            'account_id', daily_summary.account_id, 'day', daily_summary.day,
            'equity', round(known.equity, 2),
            'result', risk._percent(coalesce(known.return_fraction, 0), 1),
            'fills', known.fills, 'trades', known.trades
        ), format('account %s %s', daily_summary.account_id, daily_summary.day)
    );
end
$$;
comment on function trade.daily_summary(bigint, date) is
'Raises the alert daily_summary of an account''s day; null if it has no bars.';
