-- The live path and the backtest are the same signals; looking ahead would show; what is
-- kept belongs to its tenant.
begin;
select plan(17);
\ir ../roles.psql
\ir ../demo_snapshots.psql
select tenant.create_tenant(9001, 'test one');
select tenant.create_tenant(9002, 'test two');
set local bellwether.tenant = 9001;
create function pg_temp.document() returns jsonb language sql as $$
    select '{
        "name": "reversion", "parameters": {"low": 35},
        "indicators": {"r": {"indicator": "rsi", "n": 7}, "band": {"indicator": "bollinger"}},
        "entry": ["and", ["<", "r", "$low"], ["<", "close", "band.middle"], [">", "snapshot.vix", 5]],
        "exit": [">", "r", 60], "stops": {"stop_loss": 0.05, "time_stop": 10},
        "costs": {"fee": 0.001, "slippage": 0.0005}
    }'::jsonb
$$;

-- Bar by bar, as a live cycle asks: at each close, with what was known then.
create temporary table replayed as
select s.*
from market.bar as b
inner join market.instrument as i using (instrument_id)
cross join lateral strategy.latest_signal(pg_temp.document(), array['AAPL'], b.known_at) as s
where i.symbol = 'AAPL' and b.ts between '2017-11-01' and '2018-12-31';
select is((select count(*) from replayed), 292::bigint, 'each session has one signal');
select cmp_ok((select count(*) from replayed where enter), '>', 20::bigint, 'some enter');
select results_eq(
    $$select t.entry_ts, t.exit_ts, t.size, t.entry_price, t.exit_price, t.pnl, t.reason
    from (select backtest(ts, open, high, low, close, enter, leave,
        strategy.options(pg_temp.document()) || '{"periods": 252}' order by ts) as r from replayed) as p,
    unnest((p.r).trades) as t$$,
    $$select t.entry_ts, t.exit_ts, t.size, t.entry_price, t.exit_price, t.pnl, t.reason
    from strategy.backtest(pg_temp.document(), '{AAPL}', '2017-11-01', '2018-12-31') as b, unnest(b.trades) as t$$,
    'a replay through the live path gives the backtest''s trades'
);

-- Looking ahead.
select is_empty(
    $$select * from strategy.lookahead_check(pg_temp.document(), '{AAPL,BTC-USD}', '2017-11-01', '2018-12-31')$$,
    'on bars that came in time nothing looks ahead'
);
-- A bar that comes late, and changes what was said before it came.
update market.bar as b set known_at = '2018-07-01'
from market.instrument as i
where b.instrument_id = i.instrument_id and i.symbol = 'AAPL' and b.ts = '2018-02-05';
create temporary table told as
select * from strategy.lookahead_check(
    '{"indicators": {"a": {"indicator": "sma", "n": 5}}, "entry": [">", "close", "a"], "score": "a"}', '{AAPL}', '2018-02-01',
    '2018-03-30', cuts => 40
);
select cmp_ok((select count(*) from told), '>', 0::bigint, 'a late bar is told');
select ok(
    (select bool_and(ts > '2018-02-05' and cut_at < '2018-07-01') from told),
    'on the days between its time and its coming'
);
select throws_ok(
    $$select * from strategy.lookahead_check(pg_temp.document(), '{AAPL}', cuts => 0)$$, 'BW342', null,
    'no cuts, no check'
);

-- The library.
select is(strategy.save('reversion', pg_temp.document(), 'first'), 1, 'a strategy is kept');
select is(strategy.save('reversion', pg_temp.document()), 1, 'the same again is the same version');
select is(strategy.save('reversion', pg_temp.document() || '{"side": "both"}', status => 'active'), 2, 'another is the next');
select is(strategy.config_of('reversion', 1), pg_temp.document(), 'each version stays');
select throws_ok($$update strategy.version set note = 'x'$$, 'BW330', null, 'as it was');
select throws_ok($$select strategy.config_of('nope')$$, 'BW340', null, 'an unknown name is refused');
select throws_ok($$select strategy.save('bad', '{"entry": ["<", "r", 1]}')$$, 'BW336', null, 'and so is a bad document');
select results_eq(
    $$select b.symbols, b.version, b.trade_count, jsonb_array_length(b.trades) >= b.trade_count
    from strategy.record_backtest('reversion', 1, '{AAPL}', '2017-11-01', '2018-12-31') as b$$,
    $$select '{AAPL}'::text[], 1, trade_count, true from strategy.backtest(pg_temp.document(), '{AAPL}', '2017-11-01', '2018-12-31')$$,
    'a backtest is kept with its version'
);

-- Another tenant.
set local bellwether.tenant = 9002;
set local role bellwether_analyst;
select results_eq(
    'select (select count(*) from api.strategies), (select count(*) from api.backtests)',
    'values (0::bigint, 0::bigint)', 'another tenant sees nothing of it'
);
select cmp_ok(
    (select count(*) from api.backtest_strategy('{"entry": [">", "close", "open"]}', '{AAPL}')),
    '=', 1::bigint, 'but may test its own'
);
reset role;
select * from finish();
rollback;
