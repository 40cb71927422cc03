set timezone = 'UTC';
set datestyle = 'ISO';

-- one account, six instruments of two sectors that all rise by 1 a day; C has no bar on the third day
create table bar (ts timestamptz, symbol text, sector text, open float8, high float8, low float8,
    close float8, enter boolean, leave boolean, score int);
insert into bar
select '2024-01-01'::timestamptz + d * interval '1 day', s, case when s < 'D' then 'tech' else 'energy' end,
    99 + d, 101 + d, 98 + d, 100 + d, d = 0, d = 3 and s in ('A', 'D'), 5 - i
from generate_series(0, 5) d, unnest('{A,B,C,D,E,F}'::text[]) with ordinality as symbols (s, i)
where not (s = 'C' and d = 2);

-- what a set of options comes to
create function trades(options jsonb) returns table (symbol text, entry date, "exit" date, size float8,
    price float8, exit_price float8, pnl float8, bars int, reason text) stable language sql
as $$
    select t.symbol, t.entry_ts::date, t.exit_ts::date, t.size, t.entry_price, t.exit_price, t.pnl, t.bars, t.reason
    from (select backtest_portfolio(ts, symbol, sector, open, high, low, close, enter, leave, options
        order by ts, symbol) as r from bar) as b, unnest((b.r).trades) as t
$$;

-- a fifth of the account each, no more than 30 % of it in a sector: the second of a sector gets the rest
select * from trades('{}');
select bars, skipped_bars, instruments, final_equity, most_positions, trade_count, win_rate, fees,
    refused_entries, round(exposure::numeric, 4) as exposure, equity
from (select (backtest_portfolio(ts, symbol, sector, open, high, low, close, enter, leave
    order by ts, symbol)).* from bar) as result;

-- who comes first in the rows is bought first
select t.symbol, t.size
from (select backtest_portfolio(ts, symbol, sector, open, high, low, close, enter, leave, '{"max_positions": 2}'
    order by ts, score, symbol) as r from bar) as b, unnest((b.r).trades) as t;

-- so many positions, all of the cash, fees within it, smaller parts
select symbol, size from trades('{"max_positions": 1}');
select symbol, size from trades('{"max_position_fraction": 1, "max_sector_fraction": 1}');
select symbol, size, pnl from trades('{"max_position_fraction": 1, "max_sector_fraction": 1, "fee": 0.01, "fee_fixed": 10}');
select symbol, size from trades('{"size": 0.1}');
select count(*) as nothing_allowed from trades('{"max_position_fraction": 0}');

-- an order waits for the next bar of its instrument
select symbol, entry from trades('{"size": 0.1}') where symbol = 'C';
update bar set enter = true where ts = '2024-01-02' and symbol = 'C';
update bar set enter = false where ts = '2024-01-01' and symbol = 'C';
select symbol, entry, price from trades('{"size": 0.1}') where symbol = 'C';

-- stops as for one instrument
select symbol, "exit", exit_price, reason from trades('{"take_profit": 0.02}');
select symbol, "exit", exit_price, reason from trades('{"time_stop": 2, "slippage": 0.1}') limit 2;
select symbol, "exit", exit_price, reason from trades('{"stop_loss": 0.01}') limit 2;

-- one instrument with all of the account is the plain backtest
select p.final_equity = b.final_equity as equity, p.sharpe = b.sharpe as sharpe, p.equity = b.equity as curve,
    p.fees = b.fees as fees, (p.trades[1]).pnl = (b.trades[1]).pnl as pnl
from (select (backtest(ts, open, high, low, close, enter, leave,
        '{"fee": 0.001, "stop_loss": 0.1, "equity_curve": true}' order by ts)).* from bar where symbol = 'A') as b,
    (select (backtest_portfolio(ts, symbol, null, open, high, low, close, enter, leave,
        '{"fee": 0.001, "stop_loss": 0.1, "equity_curve": true, "max_position_fraction": 1}' order by ts)).*
    from bar where symbol = 'A') as p;

-- so far, time by time: reading the value leaves the state alone
select ts::date, symbol, (backtest_portfolio(ts, symbol, sector, open, high, low, close, enter, leave)
    over (order by ts, symbol)).final_equity
from bar where symbol in ('A', 'B') and ts < '2024-01-05';

-- rows without symbol or price are skipped and counted
select bars, skipped_bars, instruments
from (select (backtest_portfolio(ts, symbol, null, 1, 1, low, 1, true, false order by ts)).*
    from (values ('2024-01-01'::timestamptz, 'A', 1), ('2024-01-02', null, 1), ('2024-01-03', 'A', null)) as bar (ts, symbol, low)) as result;
select backtest_portfolio(ts, symbol, sector, open, high, low, close, enter, leave) is null as nothing from bar where false;

-- errors
select (backtest_portfolio(ts, symbol, sector, open, high, low, close, enter, leave order by ts desc)).bars from bar;
select (backtest_portfolio(ts, 'A', sector, open, high, low, close, enter, leave order by ts)).bars from bar;
select (backtest_portfolio(ts, repeat('A', 64), sector, open, high, low, close, enter, leave order by ts)).bars from bar;
select * from trades('{"side": "short"}');
select * from trades('{"max_positions": -1}');
select * from trades('{"size": 1.5}');

drop function trades;
drop table bar;
