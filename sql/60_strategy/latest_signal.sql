-- The live path: what a strategy says now, from the same compiled SELECT that its
-- backtest plays. Bar by bar the two cannot differ (strategy_live_test.sql).
-- Example: select * from strategy.latest_signal(config, '{AAPL}', '2018-02-05')

create or replace function strategy.latest_signal(
    config jsonb, symbols text [] default null, as_of timestamptz default null
)
returns setof strategy.signal
language sql stable rows 5
set search_path = pg_catalog, pg_temp
as $$
    select distinct on (s.symbol) s.*
    from strategy.signals(config, symbols, as_of => latest_signal.as_of) as s
    order by s.symbol, s.ts desc
$$;
comment on function strategy.latest_signal(jsonb, text[], timestamptz) is
'What a strategy says at the last close known at as_of, a row a symbol; for live cycles.';
