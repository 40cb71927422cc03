-- Signals, backtests, sweeps: what a document gives is what SQL by hand gives.
begin;
select plan(31);
\ir ../demo_snapshots.psql
set local bellwether.tenant = 0;
create function pg_temp.cross() returns jsonb language sql as $$
    select '{
        "parameters": {"fast": 10, "slow": 30},
        "indicators": {
            "quick": {"indicator": "sma", "n": "$fast"},
            "calm": {"indicator": "sma", "n": "$slow"}
        },
        "entry": ["crosses_above", "quick", "calm"],
        "exit": ["crosses_below", "quick", "calm"],
        "costs": {"fee": 0.0005}, "stops": {"stop_loss": 0.1}
    }'::jsonb
$$;
create temporary view hand as
with averages as (
    select
        i.symbol, b.ts, b.open, b.high, b.low, b.close,
        sma(b.close, 10) over series as quick, sma(b.close, 30) over series as calm
    from market.bar as b
    inner join market.instrument as i using (instrument_id)
    where i.symbol in ('AAPL', 'NVDA', 'BTC-USD')
    window series as (partition by i.symbol order by b.ts rows unbounded preceding)
),
crossed as (
    select
        a.*,
        coalesce(a.quick > a.calm and lag(a.quick) over series < lag(a.calm) over series, false) as enter,
        coalesce(a.quick < a.calm and lag(a.quick) over series > lag(a.calm) over series, false) as leave
    from averages as a
    window series as (partition by a.symbol order by a.ts)
)
select * from crossed;

select results_eq(
    $$select symbol, ts, enter, leave from strategy.signals(pg_temp.cross(), '{AAPL,BTC-USD,NVDA}') order by symbol, ts$$,
    $$select symbol, ts, enter, leave from hand order by symbol, ts$$,
    'signals are those of SQL by hand'
);
select results_eq(
    $$select symbol, final_equity, sharpe, array(select (t.entry_ts, t.exit_ts, t.size, t.pnl)::text from unnest(trades) as t)
    from strategy.backtest(pg_temp.cross(), '{AAPL,BTC-USD,NVDA}') order by symbol$$,
    $$select symbol, (r).final_equity, (r).sharpe, array(select (t.entry_ts, t.exit_ts, t.size, t.pnl)::text from unnest((r).trades) as t)
    from (
        select symbol, backtest(ts, open, high, low, close, enter, leave, jsonb_build_object(
            'fee', 0.0005, 'stop_loss', 0.1, 'periods', case when symbol = 'BTC-USD' then 365 else 252 end
        ) order by ts) as r from hand group by symbol
    ) as p order by symbol$$,
    'and so are trades, to the last cent'
);
select results_eq(
    $$select trade_count, final_equity from strategy.backtest(pg_temp.cross() || '{"score": "volume"}', '{AAPL,NVDA}', portfolio => true)$$,
    $$select (r).trade_count, (r).final_equity from (
        select backtest_portfolio(h.ts, h.symbol, i.sector, h.open, h.high, h.low, h.close, h.enter, h.leave,
            '{"fee": 0.0005, "stop_loss": 0.1}' order by h.ts, b.volume desc) as r
        from hand as h inner join market.instrument as i using (symbol)
        inner join market.bar as b using (instrument_id, ts)
        where h.symbol in ('AAPL', 'NVDA')
    ) as p$$,
    'many on one account, too'
);
select is(
    (select count(*) from strategy.signals(pg_temp.cross(), '{AAPL}', '2018-02-01', '2018-02-09')),
    7::bigint, 'from and to choose rows'
);
select is(
    (select enter from strategy.signals(pg_temp.cross(), '{AAPL}', '2018-02-26', '2018-02-26')),
    (select enter from hand where symbol = 'AAPL' and ts = '2018-02-26'),
    'but indicators know all that was before'
);
select is(
    (select max(ts) from strategy.signals(pg_temp.cross(), '{AAPL}', as_of => '2018-02-05')),
    '2018-02-05'::timestamptz, 'nothing is seen that was not known'
);

-- Operators on rows that can be checked by hand.
create function pg_temp.days(condition text, indicators text default '{}')
returns text language sql as $$
    select string_agg(extract(day from s.ts)::text, ' ' order by s.ts)
    from strategy.signals(
        jsonb_build_object('entry', condition::jsonb, 'indicators', indicators::jsonb),
        '{AAPL}', '2018-02-01', '2018-02-09'
    ) as s where s.enter
$$;
select is(
    pg_temp.days('[">", "close", "open"]'),
    (select string_agg(extract(day from b.ts)::text, ' ' order by b.ts)
    from market.bar as b inner join market.instrument as i using (instrument_id)
    where i.symbol = 'AAPL' and b.ts between '2018-02-01' and '2018-02-09' and b.close > b.open),
    'a comparison'
);
select is(pg_temp.days('["throughout", ["<", "close", ["lag", "close", 1]], 2]'), '5 8', 'two falls in a row');
select is(pg_temp.days('["within", ["=", "low", ["lowest", "low", 250]], 2]'),
    (with d as (
        select b.ts, b.low = min(b.low) over (order by b.ts rows 249 preceding) as is_low
        from market.bar as b inner join market.instrument as i using (instrument_id) where i.symbol = 'AAPL'
    ) select string_agg(extract(day from ts)::text, ' ' order by ts) from (
        select ts, bool_or(is_low) over (order by ts rows 1 preceding) as hit from d
    ) as w where hit and ts between '2018-02-01' and '2018-02-09'), 'lowest, within'
);
select is(
    pg_temp.days('["is", "snapshot.trend_state", "down"]'),
    (select string_agg(extract(day from s.ts)::text, ' ' order by s.ts) from market.snapshot as s
    inner join market.instrument as i using (instrument_id)
    where i.symbol = 'AAPL' and s.trend_state = 'down' and s.ts between '2018-02-01' and '2018-02-09'),
    'a state of the snapshot'
);
select is(
    pg_temp.days('["and", [">", ["max", "close", "open", 1], ["min", ["abs", ["-", "close"]], 1e9]], ["known", ["ln", "volume"]]]'),
    pg_temp.days('["<", "close", "open"]'), 'arithmetic'
);
select is(
    pg_temp.days('[">", ["/", 1, ["-", "close", "close"]], 0]'), null,
    'a divisor that is zero on a bar meets no condition there'
);
select is(pg_temp.days('["not", [">", ["sqrt", ["-", "close"]], 0]]'), null, 'nor does a root of less than zero');
select is(pg_temp.days('true'), '1 2 5 6 7 8 9', 'always');

-- Sides and options.
select cmp_ok(
    (select count(*) from strategy.backtest(pg_temp.cross() || '{"side": "short"}', '{AAPL}') as b, unnest(b.trades) as t where t.size < 0),
    '>', 10::bigint, 'a strategy may sell short'
);
select throws_ok(
    $$select * from strategy.backtest(pg_temp.cross() || '{"side": "short"}', '{AAPL,NVDA}', portfolio => true)$$,
    'BW330', null, 'but not on an account of many'
);
select throws_ok(
    $$select * from strategy.backtest(pg_temp.cross() || '{"sizing": {"size": 7}}', '{AAPL}')$$,
    '22023', null, 'a size out of range is refused by the aggregate'
);
select throws_ok($$select * from strategy.backtest(pg_temp.cross())$$, 'BW339', null, 'no universe');
select throws_ok($$select * from strategy.backtest(pg_temp.cross(), '{NOPE}')$$, 'BW310', null, 'no such symbol');
select cmp_ok(
    (select count(*) from strategy.backtest(pg_temp.cross() || '{"universe": {"asset_class": ["crypto"]}}')),
    '=', 3::bigint, 'a class is a universe'
);

-- Sweeps.
create temporary table swept as
select * from strategy.sweep(pg_temp.cross(), '{"fast": [5, 10, 20], "slow": [30, 50]}', '{AAPL}');
select is((select count(*) from swept), 6::bigint, 'a sweep tries every setting');
select is(
    (select sharpe from swept where parameters = '{"fast": 10, "slow": 30}'),
    (select sharpe from strategy.backtest(pg_temp.cross(), '{AAPL}')), 'each as if alone'
);
select ok((select bool_and(deflated_sharpe < probabilistic_sharpe) from swept), 'luck is taken off');
select is((select distinct trials from swept), 6, 'trials are counted');
select is(
    (select distinct trials from strategy.sweep(pg_temp.cross(), '{"fast": [5, 10, 15], "slow": [30]}', '{AAPL}')),
    7, 'and remembered, each once'
);
select is(
    (select deflated_sharpe from swept where rank = 1) > (
        select deflated_sharpe from strategy.sweep(pg_temp.cross(), '{"fast": [5, 6, 7, 8, 9], "slow": [30, 40, 50, 60, 100, 200]}', '{AAPL}')
        where parameters = (select parameters from swept where rank = 1)
    ), true, 'the more trials, the less a ratio is worth'
);
select throws_ok(
    $$select * from strategy.sweep(pg_temp.cross(), '{"speed": [1]}', '{AAPL}')$$, 'BW341', null,
    'a grid of something else'
);
select throws_ok(
    $$select * from strategy.sweep(pg_temp.cross(), (select jsonb_build_object('fast', jsonb_agg(n), 'slow', jsonb_agg(n)) from generate_series(1, 30) as n), '{AAPL}')$$,
    'BW334', null, 'a grid that is too large'
);

-- Walking forward.
create temporary table walked as
select * from strategy.walk_forward(pg_temp.cross(), '{"fast": [5, 10], "slow": [30, 50]}', '{AAPL}', '2015-01-01', '2018-12-31');
select is((select count(*) from walked), 4::bigint, 'four half years after two years');
select is(
    (select test_return from walked where fold = 2),
    (
        select b.total_return from walked as w
        cross join lateral strategy.backtest(
            pg_temp.cross() || jsonb_build_object('parameters', w.parameters), '{AAPL}', w.test_from,
            w.test_to - interval '1 microsecond'
        ) as b where w.fold = 2
    ), 'a test is a backtest of the span after, with the setting found before'
);
select throws_ok(
    $$select * from strategy.walk_forward(pg_temp.cross(), '{"fast": [5]}', '{AAPL}', train => '100 years')$$,
    'BW342', null, 'a history that is too short'
);
select * from finish();
rollback;
