-- backtest: signals played against bars
-- (backtest(ts, open, high, low, close, enter, leave, '{"stop_loss": 0.05}' order by ts)).final_equity,
-- one instrument a group. Signals of a close are filled at the open of the next bar.

create type backtest_trade as (
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
comment on type backtest_trade is
    'A trade: units (negative if short), prices, fees of both fills, profit after them in money and over the price paid, furthest excursions as fractions, bars held, why it ended. One still open has no exit, its profit is that at the last close.';

create type backtest_result as (
    first_ts timestamptz,
    last_ts timestamptz,
    bars integer,
    skipped_bars integer,
    final_equity double precision,
    total_return double precision,
    cagr double precision,
    volatility double precision,
    sharpe double precision,
    sortino double precision,
    max_drawdown double precision,
    calmar double precision,
    exposure double precision,
    buy_and_hold double precision,
    trade_count integer,
    win_rate double precision,
    profit_factor double precision,
    fees double precision,
    refused_entries integer,
    trades backtest_trade[],
    equity double precision[]
);
comment on type backtest_result is
    'What a backtest came to: measures of the account''s returns from bar to bar, share of bars with a position, return of holding, trades that ended (winners over all, profits over losses), entries the account could not pay, and the equity of each bar if option equity_curve asks for it.';

create function _backtest_step(
    internal, timestamptz, double precision, double precision, double precision,
    double precision, boolean, boolean
) returns internal
    as 'MODULE_PATHNAME', 'backtest_step' language c immutable parallel safe;
create function _backtest_step(
    internal, timestamptz, double precision, double precision, double precision,
    double precision, boolean, boolean, jsonb
) returns internal
    as 'MODULE_PATHNAME', 'backtest_step' language c immutable parallel safe;
create function _backtest_value(internal) returns backtest_result
    as 'MODULE_PATHNAME', 'backtest_value' language c immutable parallel safe;

create aggregate backtest(
    ts timestamptz, open double precision, high double precision, low double precision,
    close double precision, enter boolean, leave boolean
) (
    sfunc = _backtest_step, stype = internal, finalfunc = _backtest_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate backtest(
    timestamptz, double precision, double precision, double precision,
    double precision, boolean, boolean
) is 'Plays signals against bars with the default options: 10000 in cash, all of it long, no fees, no stops.';

create aggregate backtest(
    ts timestamptz, open double precision, high double precision, low double precision,
    close double precision, enter boolean, leave boolean, options jsonb
) (
    sfunc = _backtest_step, stype = internal, finalfunc = _backtest_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate backtest(
    timestamptz, double precision, double precision, double precision,
    double precision, boolean, boolean, jsonb
) is 'Plays signals against bars. Options: cash; sizing fraction, fixed, volatility or kelly, with size, unit (0: any quantity), leverage and lookback; side long, short or both; fill open (of the next bar) or close; fee, fee_fixed, slippage; stop_loss, take_profit, trailing_stop (fractions), time_stop (bars), reference entry or signal; periods a year; equity_curve.';
