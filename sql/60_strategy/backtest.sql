-- Signals played against bars: the extension's aggregates over the compiled SELECT.
--
-- Example: select symbol, sharpe, trade_count
--     from strategy.backtest('{"entry": [">", "close", "open"]}', '{AAPL,NVDA}')
-- A signal of a close is filled at the next open. Unadjusted splits are taken out of
-- the prices (market.prices), so none is ever traded on.

-- Plays variants of one document over spans of time, in one statement. Spans are arrays
-- of equal length. Each instrument has an account of its own, or all share one.
create or replace function strategy._play(
    configs jsonb [],
    instrument_ids integer [],
    from_ts timestamptz [],
    to_ts timestamptz [],
    as_of timestamptz,
    portfolio boolean,
    equity_curve boolean
)
returns setof strategy.backtest_row
language plpgsql stable rows 100
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
    bar_interval constant text := coalesce(configs[1] ->> 'interval', '1d');
    options constant jsonb[] := array(
        select
            strategy.options(c.config, portfolio)
            || jsonb_build_object('equity_curve', equity_curve)
        from unnest(configs) with ordinality as c (config, place)
        order by c.place
    );
    -- A year has 252 sessions or 365 days; on one account the longest counts.
    periods constant double precision[] := array(
        select
            case when portfolio then max(p.periods) over () else p.periods end
        from unnest(instrument_ids) with ordinality as u (instrument_id, place)
        cross join lateral (
            select market.periods_per_year(u.instrument_id, bar_interval) as periods
        ) as p
        order by u.place
    );
    query text := format(
        $query$
        select
            s.variant, w.span, %1$s as symbol, %2$s as result
        from (%3$s) as s
        inner join unnest($3::timestamptz[], $4::timestamptz[])
            with ordinality as w (from_ts, to_ts, span)
            on s.ts >= w.from_ts and s.ts <= w.to_ts
        inner join (
            select
                v.variant, i.instrument_id,
                v.options || jsonb_build_object('periods', i.periods) as options
            from unnest($5::jsonb[]) with ordinality as v (options, variant)
            cross join unnest($1::integer[], $6::double precision[])
                as i (instrument_id, periods)
        ) as o
            on o.variant = s.variant and o.instrument_id = s.instrument_id
        group by s.variant, w.span%4$s
        $query$,
        case when portfolio then 'null::text' else 's.symbol' end,
        case when portfolio
            then 'public.backtest_portfolio(s.ts, s.symbol, s.sector, s.open, s.high, '
                's.low, s.close, s.enter, s.leave, o.options '
                'order by s.ts, s.score desc, s.symbol)'
            else 'public.backtest(s.ts, s.open, s.high, s.low, s.close, s.enter, '
                's.leave, o.options order by s.ts)'
        end,
        strategy._compile(configs),
        case when portfolio then '' else ', s.symbol' end
    );
begin
    return query execute format(
        $query$
        select
            p.variant, p.span::integer, p.symbol, (p.result).first_ts, (p.result).last_ts,
            (p.result).bars, (p.result).skipped_bars, (p.result).final_equity,
            (p.result).total_return, (p.result).cagr, (p.result).volatility,
            (p.result).sharpe, (p.result).sortino, (p.result).max_drawdown,
            (p.result).calmar, (p.result).exposure, %1$s,
            (p.result).trade_count, (p.result).win_rate, (p.result).profit_factor,
            (p.result).fees, (p.result).refused_entries, %2$s, (p.result).equity
        from (%3$s) as p
        order by p.variant, p.span, p.symbol
        $query$,
        case when portfolio then 'null::double precision' else '(p.result).buy_and_hold' end,
        case when portfolio then '(p.result).trades'
            else 'array(select row(p.symbol, t.*)::public.backtest_portfolio_trade '
                'from unnest((p.result).trades) as t)'
        end,
        query
    ) using instrument_ids, as_of, from_ts, to_ts, options, periods;
end
$$;
comment on function strategy._play(
    jsonb[], integer[], timestamptz[], timestamptz[], timestamptz, boolean, boolean
) is 'Backtests of variants of one document over spans of time, in one statement.';

create or replace function strategy.backtest(
    config jsonb,
    symbols text [] default null,
    from_ts timestamptz default null,
    to_ts timestamptz default null,
    as_of timestamptz default null,
    portfolio boolean default false,
    equity_curve boolean default false
)
returns setof strategy.backtest_row
language plpgsql stable rows 10
set search_path = pg_catalog, pg_temp
as $$
begin
    perform strategy.check_config(config);
    return query select p.* from strategy._play(
        array[config], strategy.universe(config, symbols),
        array[coalesce(from_ts, '-infinity')], array[coalesce(to_ts, 'infinity')],
        market.as_of(as_of), coalesce(portfolio, false), coalesce(equity_curve, false)
    ) as p;
end
$$;
comment on function strategy.backtest(
    jsonb, text[], timestamptz, timestamptz, timestamptz, boolean, boolean
) is
'Plays a strategy on each symbol with an account of its own, or on all with one (portfolio), over the bars known at as_of.';
