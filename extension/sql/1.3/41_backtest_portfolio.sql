-- backtest: signals of many instruments on one cash account, long only
-- (backtest_portfolio(ts, symbol, sector, open, high, low, close, enter, leave, '{}' order by ts, score desc)).*
-- The order of the rows of one time is the order in which they are bought at the next open.

create type backtest_portfolio_trade as (
    symbol text,
    entry_ts timestamptz,
    exit_ts timestamptz,
    size double precision,
    entry_price double precision,
    exit_price double precision,
    fees double precision,
    pnl double precision,
    net_return double precision,
    max_gain double precision,
    max_loss double precision,
    bars integer,
    reason text
);
comment on type backtest_portfolio_trade is
    'A trade: instrument, units, prices, fees of both fills, profit after them in money and over the price paid, furthest excursions as fractions, bars held, why it ended. One still open has no exit, its profit is that at the last close.';

create type backtest_portfolio_result as (
    first_ts timestamptz,
    last_ts timestamptz,
    bars integer,
    skipped_bars integer,
    instruments integer,
    final_equity double precision,
    total_return double precision,
    cagr double precision,
    volatility double precision,
    sharpe double precision,
    sortino double precision,
    max_drawdown double precision,
    calmar double precision,
    exposure double precision,
    most_positions integer,
    trade_count integer,
    win_rate double precision,
    profit_factor double precision,
    fees double precision,
    refused_entries integer,
    trades backtest_portfolio_trade[],
    equity double precision[]
);
comment on type backtest_portfolio_result is
    'What a backtest of many instruments came to: times played, rows skipped, measures of the account''s returns from time to time, share of times with a position, most positions at once, trades that ended, entries that limits or cash refused, and the equity of each time if option equity_curve asks for it.';

create function _backtest_portfolio_step(
    internal, timestamptz, text, text, double precision, double precision, double precision,
    double precision, boolean, boolean
) returns internal
    as 'MODULE_PATHNAME', 'backtest_portfolio_step' language c immutable parallel safe;
create function _backtest_portfolio_step(
    internal, timestamptz, text, text, double precision, double precision, double precision,
    double precision, boolean, boolean, jsonb
) returns internal
    as 'MODULE_PATHNAME', 'backtest_portfolio_step' language c immutable parallel safe;
create function _backtest_portfolio_value(internal) returns backtest_portfolio_result
    as 'MODULE_PATHNAME', 'backtest_portfolio_value' language c immutable parallel safe;

create aggregate backtest_portfolio(
    ts timestamptz, symbol text, sector text, open double precision,
    high double precision, low double precision, close double precision,
    enter boolean, leave boolean
) (
    sfunc = _backtest_portfolio_step, stype = internal,
    finalfunc = _backtest_portfolio_value, finalfunc_modify = read_only, parallel = safe
);
comment on aggregate backtest_portfolio(
    timestamptz, text, text, double precision, double precision, double precision,
    double precision, boolean, boolean
) is 'Plays signals of many instruments on one cash account with the default options and limits: 20 % of equity in one instrument, 30 % in one sector, 10 positions.';

create aggregate backtest_portfolio(
    ts timestamptz, symbol text, sector text, open double precision,
    high double precision, low double precision, close double precision,
    enter boolean, leave boolean, options jsonb
) (
    sfunc = _backtest_portfolio_step, stype = internal,
    finalfunc = _backtest_portfolio_value, finalfunc_modify = read_only, parallel = safe
);
comment on aggregate backtest_portfolio(
    timestamptz, text, text, double precision, double precision, double precision,
    double precision, boolean, boolean, jsonb
) is 'Plays signals of many instruments on one cash account. Options: cash, size (share of equity of an entry, max_position_fraction if left out), unit, fee, fee_fixed, slippage, stop_loss, take_profit, trailing_stop, time_stop, reference, periods, equity_curve; limits max_position_fraction (0.20), max_sector_fraction (0.30; no sector, no such limit), max_positions (10).';
