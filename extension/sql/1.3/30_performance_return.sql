-- performance: measures of one series of returns
-- Returns are simple and of one period: sharpe(r order by ts), sharpe(r, 365 order by ts).
-- Rows with a missing input are skipped; null where a measure would divide by zero.

create function _total_return_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'total_return_step' language c immutable parallel safe;
create function _total_return_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'total_return_value' language c immutable parallel safe;
create aggregate total_return(r double precision) (
    sfunc = _total_return_step, stype = internal, finalfunc = _total_return_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate total_return(double precision) is
    'Product of 1 + r, minus 1.';

create function _cagr_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'cagr_step' language c immutable parallel safe;
create function _cagr_step(
    internal, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'cagr_step' language c immutable parallel safe;
create function _cagr_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'cagr_value' language c immutable parallel safe;
create aggregate cagr(r double precision) (
    sfunc = _cagr_step, stype = internal, finalfunc = _cagr_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate cagr(double precision) is
    'Compound growth of a year, with so many periods a year: 252.';
create aggregate cagr(r double precision, periods double precision) (
    sfunc = _cagr_step, stype = internal, finalfunc = _cagr_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate cagr(double precision, double precision) is
    'Compound growth of a year, with so many periods a year.';

create function _volatility_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'volatility_step' language c immutable parallel safe;
create function _volatility_step(
    internal, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'volatility_step' language c immutable parallel safe;
create function _volatility_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'volatility_value' language c immutable parallel safe;
create aggregate volatility(r double precision) (
    sfunc = _volatility_step, stype = internal, finalfunc = _volatility_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate volatility(double precision) is
    'Sample standard deviation of returns times the root of periods a year: 252.';
create aggregate volatility(r double precision, periods double precision) (
    sfunc = _volatility_step, stype = internal, finalfunc = _volatility_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate volatility(double precision, double precision) is
    'Sample standard deviation of returns times the root of periods a year.';

create function _sharpe_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'sharpe_step' language c immutable parallel safe;
create function _sharpe_step(
    internal, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'sharpe_step' language c immutable parallel safe;
create function _sharpe_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'sharpe_value' language c immutable parallel safe;
create aggregate sharpe(r double precision) (
    sfunc = _sharpe_step, stype = internal, finalfunc = _sharpe_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate sharpe(double precision) is
    'Mean over sample standard deviation, times the root of periods a year: 252.';
create aggregate sharpe(r double precision, periods double precision) (
    sfunc = _sharpe_step, stype = internal, finalfunc = _sharpe_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate sharpe(double precision, double precision) is
    'Mean over sample standard deviation, times the root of periods a year.';

create function _sortino_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'sortino_step' language c immutable parallel safe;
create function _sortino_step(
    internal, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'sortino_step' language c immutable parallel safe;
create function _sortino_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'sortino_value' language c immutable parallel safe;
create aggregate sortino(r double precision) (
    sfunc = _sortino_step, stype = internal, finalfunc = _sortino_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate sortino(double precision) is
    'Mean over downside deviation of all returns, times the root of periods a year: 252.';
create aggregate sortino(r double precision, periods double precision) (
    sfunc = _sortino_step, stype = internal, finalfunc = _sortino_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate sortino(double precision, double precision) is
    'Mean over downside deviation of all returns, times the root of periods a year.';

create function _max_drawdown_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'max_drawdown_step' language c immutable parallel safe;
create function _max_drawdown_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'max_drawdown_value' language c immutable parallel safe;
create aggregate max_drawdown(r double precision) (
    sfunc = _max_drawdown_step, stype = internal, finalfunc = _max_drawdown_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate max_drawdown(double precision) is
    'Deepest fall of the compounded returns below their peak so far, 0 or negative.';

create function _calmar_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'calmar_step' language c immutable parallel safe;
create function _calmar_step(
    internal, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'calmar_step' language c immutable parallel safe;
create function _calmar_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'calmar_value' language c immutable parallel safe;
create aggregate calmar(r double precision) (
    sfunc = _calmar_step, stype = internal, finalfunc = _calmar_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate calmar(double precision) is
    'Compound growth of a year over the depth of the maximum drawdown, with so many periods a year: 252.';
create aggregate calmar(r double precision, periods double precision) (
    sfunc = _calmar_step, stype = internal, finalfunc = _calmar_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate calmar(double precision, double precision) is
    'Compound growth of a year over the depth of the maximum drawdown, with so many periods a year.';

create function _ulcer_index_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'ulcer_index_step' language c immutable parallel safe;
create function _ulcer_index_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'ulcer_index_value' language c immutable parallel safe;
create aggregate ulcer_index(r double precision) (
    sfunc = _ulcer_index_step, stype = internal, finalfunc = _ulcer_index_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate ulcer_index(double precision) is
    'Root of the sum of squared drawdowns over n - 1.';

create function _profit_factor_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'profit_factor_step' language c immutable parallel safe;
create function _profit_factor_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'profit_factor_value' language c immutable parallel safe;
create aggregate profit_factor(r double precision) (
    sfunc = _profit_factor_step, stype = internal, finalfunc = _profit_factor_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate profit_factor(double precision) is
    'Sum of positive values over the sum of negative ones; of returns, or profits of trades.';

create function _win_rate_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'win_rate_step' language c immutable parallel safe;
create function _win_rate_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'win_rate_value' language c immutable parallel safe;
create aggregate win_rate(r double precision) (
    sfunc = _win_rate_step, stype = internal, finalfunc = _win_rate_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate win_rate(double precision) is
    'Positive values over values that are not zero; of returns, or profits of trades.';

create function _omega_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'omega_step' language c immutable parallel safe;
create function _omega_step(
    internal, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'omega_step' language c immutable parallel safe;
create function _omega_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'omega_value' language c immutable parallel safe;
create aggregate omega(r double precision) (
    sfunc = _omega_step, stype = internal, finalfunc = _omega_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate omega(double precision) is
    'Sum of what returns exceed the threshold by over the sum of what they fall short of it: 0.';
create aggregate omega(r double precision, threshold double precision) (
    sfunc = _omega_step, stype = internal, finalfunc = _omega_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate omega(double precision, double precision) is
    'Sum of what returns exceed the threshold by over the sum of what they fall short of it.';

create function _return_skewness_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'return_skewness_step' language c immutable parallel safe;
create function _return_skewness_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'return_skewness_value' language c immutable parallel safe;
create aggregate skewness(r double precision) (
    sfunc = _return_skewness_step, stype = internal, finalfunc = _return_skewness_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate skewness(double precision) is
    'Population skewness of all rows.';

create function _return_kurtosis_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'return_kurtosis_step' language c immutable parallel safe;
create function _return_kurtosis_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'return_kurtosis_value' language c immutable parallel safe;
create aggregate kurtosis(r double precision) (
    sfunc = _return_kurtosis_step, stype = internal, finalfunc = _return_kurtosis_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate kurtosis(double precision) is
    'Population excess kurtosis of all rows: 0 for the normal distribution.';
