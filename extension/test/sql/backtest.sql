set timezone = 'UTC';
set datestyle = 'ISO';

-- bars of a small story: a price that rises by 10 a day and falls back
create table bar (ts timestamptz, open float8, high float8, low float8, close float8,
    enter boolean, leave boolean);
insert into bar values
    ('2024-01-01', 100, 105, 95, 100, true, false),
    ('2024-01-02', 110, 115, 105, 110, false, false),
    ('2024-01-03', 120, 125, 115, 120, false, false),
    ('2024-01-04', 130, 135, 125, 130, false, true),
    ('2024-01-05', 120, 125, 90, 100, false, false),
    ('2024-01-06', 100, 105, 95, 100, true, false),
    ('2024-01-07', 80, 85, 70, 75, false, false);

-- what a set of options comes to
create function play(options jsonb) returns table (final_equity float8, trade_count int, win_rate float8,
    fees float8, refused int) stable language sql
as $$
    select r.final_equity, r.trade_count, r.win_rate, r.fees, r.refused_entries
    from (select (backtest(ts, open, high, low, close, enter, leave, options order by ts)).* from bar) as r
$$;
create function play_trades(options jsonb) returns table (entry date, "exit" date, size float8,
    price float8, exit_price float8, fees float8, pnl float8, max_gain numeric, max_loss numeric,
    bars int, reason text) stable language sql
as $$
    select t.entry_ts::date, t.exit_ts::date, t.size, t.entry_price, t.exit_price, t.fees, t.pnl,
        round(t.max_gain::numeric, 4), round(t.max_loss::numeric, 4), t.bars, t.reason
    from (select backtest(ts, open, high, low, close, enter, leave, options order by ts) as r from bar) as b,
        unnest((b.r).trades) as t
$$;

-- a signal of a close is filled at the next open: 90 at 110, out at 120; the last entry is still open
select * from play('{}');
select * from play_trades('{}');
select first_ts, last_ts, bars, skipped_bars, round(total_return::numeric, 4) as total_return,
    round(max_drawdown::numeric, 4) as max_drawdown, round(exposure::numeric, 4) as exposure,
    buy_and_hold, profit_factor, equity
from (select (backtest(ts, open, high, low, close, enter, leave order by ts)).* from bar) as result;

-- the equity of each bar on demand, and the measures made of it
select (r).equity, (r).sharpe = m.sharpe as sharpe, (r).sortino = m.sortino as sortino,
    (r).volatility = m.volatility as volatility, (r).cagr = m.cagr as cagr, (r).calmar = m.calmar as calmar
from (select backtest(ts, open, high, low, close, enter, leave, '{"equity_curve": true}' order by ts) as r
    from bar) as result,
    lateral (select sharpe(x), sortino(x), volatility(x), cagr(x order by i), calmar(x order by i)
        from (select i, e / lag(e) over (order by i) - 1 as x
            from unnest((r).equity) with ordinality as curve (e, i)) as returns) as m;

-- sizes: a share, whole lots, any quantity, a number of units, one too many
select size from play_trades('{"size": 0.5}') limit 1;
select size from play_trades('{"unit": 25}') limit 1;
select size from play_trades('{"unit": 0, "cash": 1}') limit 1;
select size from play_trades('{"sizing": "fixed", "size": 90}') limit 1;
select * from play('{"sizing": "fixed", "size": 91}');
select size from play_trades('{"leverage": 2}') limit 1;

-- the other ways round
select * from play_trades('{"side": "short", "size": 0.5}');
select * from play_trades('{"side": "both", "size": 0.5}');

-- at the close itself, and what a fill costs
select * from play_trades('{"fill": "close"}');
select * from play_trades('{"fee": 0.01}');
select * from play_trades('{"fee_fixed": 5}');
select * from play_trades('{"slippage": 0.01}');

-- stops and targets: at their price, at the open if that is worse or better, on the bar of the entry
select * from play_trades('{"stop_loss": 0.1}');
select * from play_trades('{"take_profit": 0.1}');
select * from play_trades('{"take_profit": 0.01, "reference": "signal"}');
select * from play_trades('{"stop_loss": 0.05, "take_profit": 0.01}');
select (t).exit_ts::date, (t).exit_price, (t).reason
from (select (backtest(ts, open, high, low, close, enter, false, '{"trailing_stop": 0.05}' order by ts)).trades[1] as t
    from bar) as gap;
select (t).exit_ts::date, (t).exit_price, (t).reason
from (select (backtest(ts, open, high, low, close, enter, false, '{"trailing_stop": 0.2, "stop_loss": 0.5}' order by ts)).trades[1] as t
    from bar) as reached;
select * from play_trades('{"time_stop": 1}');

-- several at once: each entry takes its part of what is free, has its own stop, and all leave together
create table again as select ts, open, high, low, close, ts <= '2024-01-06' and not leave as enter, leave from bar;
create function play_again(options jsonb) returns table (entry date, "exit" date, size float8, price float8,
    exit_price float8, reason text) stable language sql
as $$
    select t.entry_ts::date, t.exit_ts::date, t.size, t.entry_price, t.exit_price, t.reason
    from (select backtest(ts, open, high, low, close, enter, leave, options order by ts) as r from again) as b,
        unnest((b.r).trades) as t
$$;
select * from play_again('{"size": 0.5}');
select * from play_again('{"size": 0.5, "positions": 2}');
select * from play_again('{"size": 0.5, "positions": 9}');
select * from play_again('{"sizing": "fixed", "size": 10, "positions": 9, "stop_loss": 0.1}');
select * from play_again('{"sizing": "fixed", "size": 40, "positions": 9}');
select * from play_again('{"sizing": "fixed", "size": 10, "positions": 2, "time_stop": 1}');
select (r).final_equity, (r).trade_count, (r).refused_entries, (r).equity
from (select backtest(ts, open, high, low, close, enter, leave,
    '{"sizing": "fixed", "size": 40, "positions": 9, "equity_curve": true}' order by ts) as r from again) as b;
select * from play_again('{"positions": 0}');
select * from play_again('{"positions": 1001}');
drop function play_again;
drop table again;

-- more than all is lost: nothing goes on
select * from play_trades('{"side": "short", "leverage": 20}');
select * from play('{"side": "short", "leverage": 20}');

-- sizes that learn: nothing while the volatility is unknown, then towards the target; never above the cap
select * from play('{"sizing": "volatility", "size": 0.2, "lookback": 6}');
select round(size) as size from play_trades('{"sizing": "volatility", "size": 0.2, "lookback": 5}');
select round(size) as size from play_trades('{"sizing": "volatility", "size": 100, "lookback": 5}');
select size from play_trades('{"sizing": "kelly", "size": 0.25}');

-- bars with a missing or impossible price are skipped, missing signals are none
select (r).bars, (r).skipped_bars, (r).final_equity, (r).trades
from (select backtest(ts, o, h, l, c, null, null order by ts) as r
    from (values ('2024-01-01'::timestamptz, 1::float8, 1::float8, 1, 1), ('2024-01-02', null, 1, 1, 1),
        ('2024-01-03', 'NaN', 1, 1, 1), ('2024-01-04', 1, 'Infinity', 1, 1), ('2024-01-05', 1, 1, -1, 1),
        ('2024-01-06', 1, 1, 2, 1), (null, 1, 1, 1, 1), ('2024-01-07', 1, 1, 1, 1)) as bar (ts, o, h, l, c)) as result;
select backtest(ts, open, high, low, close, enter, leave order by ts) is null as nothing from bar where false;
select (backtest(ts, open, high, low, close, enter, leave order by ts)).sharpe from bar where ts = '2024-01-01';

-- so far, bar by bar
select ts::date, (backtest(ts, open, high, low, close, enter, leave) over (order by ts)).final_equity from bar;

-- bars out of order, and twice the same
select (backtest(ts, open, high, low, close, enter, leave order by ts desc)).bars from bar;
select (backtest(ts, open, high, low, close, enter, leave order by ts)).bars
from (select * from bar union all select * from bar) as twice;

-- options that are none
select * from play('{"stoploss": 0.1}');
select * from play('{"cash": "much"}');
select * from play('{"cash": 0}');
select * from play('{"stop_loss": 1}');
select * from play('{"time_stop": 1.5}');
select * from play('{"side": "up"}');
select * from play('{"side": {"long": true}}');
select * from play('{"equity_curve": 1}');
select * from play('{"size": 2}');
select * from play('{"sizing": "fixed"}');
select * from play('[]');
select * from play('1e400');
select * from play('{"cash": 1e400}');
select (backtest(ts, open, high, low, close, enter, leave, jsonb_build_object('cash', close) order by ts)).bars from bar;

drop function play, play_trades;
drop table bar;
