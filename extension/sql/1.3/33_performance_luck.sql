-- performance: is a Sharpe ratio more than luck?
-- Returns are simple and of one period: probabilistic_sharpe(r). Ratios are of one period.
-- Rows with a missing input are skipped; null where a measure would divide by zero.

create function _probabilistic_sharpe_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'probabilistic_sharpe_step' language c immutable parallel safe;
create function _probabilistic_sharpe_step(
    internal, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'probabilistic_sharpe_step' language c immutable parallel safe;
create function _probabilistic_sharpe_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'probabilistic_sharpe_value' language c immutable parallel safe;
create aggregate probabilistic_sharpe(r double precision) (
    sfunc = _probabilistic_sharpe_step, stype = internal, finalfunc = _probabilistic_sharpe_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate probabilistic_sharpe(double precision) is
    'Probability that the true Sharpe ratio of a period exceeds the benchmark (Bailey and Lopez de Prado 2012): 0.';
create aggregate probabilistic_sharpe(r double precision, benchmark double precision) (
    sfunc = _probabilistic_sharpe_step, stype = internal, finalfunc = _probabilistic_sharpe_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate probabilistic_sharpe(double precision, double precision) is
    'Probability that the true Sharpe ratio of a period exceeds the benchmark (Bailey and Lopez de Prado 2012).';

create function _deflated_sharpe_step(
    internal, double precision, integer, double precision
) returns internal
    as 'MODULE_PATHNAME', 'deflated_sharpe_step' language c immutable parallel safe;
create function _deflated_sharpe_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'deflated_sharpe_value' language c immutable parallel safe;
create aggregate deflated_sharpe(
    r double precision, trials integer, variance double precision
) (
    sfunc = _deflated_sharpe_step, stype = internal, finalfunc = _deflated_sharpe_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate deflated_sharpe(double precision, integer, double precision) is
    'Probability that the Sharpe ratio exceeds that of the best of so many worthless trials, whose ratios had this variance (Bailey and Lopez de Prado 2014).';

create function probabilistic_sharpe(
    sharpe double precision, n integer, skewness double precision,
    kurtosis double precision, benchmark double precision
) returns double precision
    as 'MODULE_PATHNAME', 'probabilistic_sharpe_of'
    language c immutable strict parallel safe;
comment on function probabilistic_sharpe(
    double precision, integer, double precision, double precision, double precision
) is 'The same from numbers: Sharpe ratio of a period, number of returns, skewness, kurtosis (3 for the normal distribution), benchmark.';

create function expected_maximum_sharpe(
    trials integer, variance double precision
) returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function expected_maximum_sharpe(integer, double precision) is
    'Sharpe ratio to expect from the best of so many worthless trials whose ratios have this variance.';
