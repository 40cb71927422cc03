-- What refuses an entry whatever its size: a price that is behind, a loss of the day,
-- the risk graph.

-- How many daily bars should have come since the last one: those of sessions (of days,
-- where there is no calendar) that ended so long ago that the feed has had its time.
create or replace function risk.missing_bars(
    instrument_id integer, known_at timestamptz, at timestamptz
)
returns integer
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when i.calendar is null then greatest(
            0,
            floor(
                extract(epoch from due.at - missing_bars.known_at) / 86400
            )::integer
        )
        else (
            select count(*)::integer from market.session as s
            -- Those that opened after the last bar was known, and are over.
            where s.calendar = i.calendar and s.open_at > missing_bars.known_at
            and s.close_at <= due.at
        )
    end
    from market.instrument as i
    cross join (
        select missing_bars.at
        - tenant.number_setting('feed_lag_minutes') * interval '1 minute' as at
    ) as due
    where i.instrument_id = missing_bars.instrument_id
$$;
comment on function risk.missing_bars(integer, timestamptz, timestamptz) is
'How many daily bars of an instrument are missing at a time, the last known one being '
'of known_at.';

-- Deposits and withdrawals of the day are neither profit nor loss.
create or replace function risk.daily_loss(
    account_id bigint, equity numeric, at timestamptz
)
returns numeric
language plpgsql stable -- the ledger's functions come later
set search_path = pg_catalog, pg_temp
as $$
declare
    day constant timestamptz :=
    date_trunc('day', daily_loss.at, 'UTC') - interval '1 microsecond';
    dawn numeric;
    moved numeric;
begin
    select e.equity into dawn from trade.equity_at(daily_loss.account_id, day) as e;
    select coalesce(sum(c.amount), 0) into moved from trade.capital_event as c
    where c.tenant_id = public.current_tenant()
    and c.account_id = daily_loss.account_id and c.at > day and c.kind = 'capital';
    return greatest(0, 1 - (daily_loss.equity - moved) / nullif(dawn, 0));
end
$$;
comment on function risk.daily_loss(bigint, numeric, timestamptz) is
'What an account lost since 00:00 UTC, as a fraction of its equity then.';

-- A score that was given counts until its end; without one the graph of the desk is
-- asked how much of what the account holds would be in distress, were the symbol to
-- fail: the sum of each position's share of the gross exposure times its distress
-- (DebtRank along correlations: Battiston et al. 2012, "DebtRank: Too Central to
-- Fail?", Scientific Reports 2, 541; see graph_debtrank). 0: nothing that is held
-- hangs on it.
drop function if exists risk.graph_score(text, bigint);
create or replace function risk.graph_score(
    symbol text, strategy_id bigint default null, account_id bigint default null
)
returns table (score double precision, reason text)
language plpgsql stable rows 1
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    start bigint;
begin
    return query
    select s.score, s.reason
    from risk.score as s
    where
        s.tenant_id = public.current_tenant() and s.symbol = graph_score.symbol
        and (s.strategy_id is null or s.strategy_id = graph_score.strategy_id)
        and (s.until is null or s.until > clock_timestamp())
    order by s.at desc, s.score_id desc
    limit 1;
    if found or graph_score.account_id is null then
        return;
    end if;
    select n.node_id into start from desk.node as n
    where n.tenant_id = public.current_tenant()
    and n.key = 'instrument:' || graph_score.symbol;
    if not found then
        return;
    end if;
    return query
    with held as (
        select p.symbol, abs(p.quantity * coalesce(q.price, p.cost / p.quantity)) as value
        from trade.position as p
        left join lateral risk.last_close(p.instrument_id, clock_timestamp()) as q
            on true
        where p.tenant_id = public.current_tenant()
        and p.account_id = graph_score.account_id and p.quantity <> 0
    ),

    hit as (
        select held.symbol, d.distress, held.value / sum(held.value) over () as share
        from held
        left join desk.node as n
            on n.tenant_id = public.current_tenant()
            and n.key = 'instrument:' || held.symbol
        left join public.graph_debtrank(
            'desk', array[start], array[1.0::double precision],
            types => '{RELATES_TO}', direction => 'any'
        ) as d on n.node_id = d.node_id
    )

    select
        least(sum(hit.share::double precision * coalesce(hit.distress, 0)), 1.0),
        format(
            'were it to fail, %s of what is held would be in distress, most of it %s',
            risk._percent(
                sum(hit.share * coalesce(hit.distress, 0)::numeric), 1
            ),
            (array_agg(
                hit.symbol order by hit.share * coalesce(hit.distress, 0)::numeric desc,
                hit.symbol
            ))[1]
        )
    from hit having count(*) > 0;
end
$$;
comment on function risk.graph_score(text, bigint, bigint) is
'How risky the graph finds a symbol, 0 to 1: a score that was given, else the share of '
'what an account holds that would be in distress with it; no row if neither is known.';
