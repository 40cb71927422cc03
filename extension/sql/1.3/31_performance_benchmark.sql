-- performance: returns against those of a benchmark in the same period
-- Returns are simple and of one period: sharpe(r order by ts), sharpe(r, 365 order by ts).
-- Rows with a missing input are skipped; null where a measure would divide by zero.

create function _benchmark_beta_step(
    internal, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'benchmark_beta_step' language c immutable parallel safe;
create function _benchmark_beta_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'benchmark_beta_value' language c immutable parallel safe;
create aggregate beta(r double precision, benchmark double precision) (
    sfunc = _benchmark_beta_step, stype = internal, finalfunc = _benchmark_beta_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate beta(double precision, double precision) is
    'Sample covariance of both returns over the variance of the benchmark, of all rows.';

create function _benchmark_alpha_step(
    internal, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'benchmark_alpha_step' language c immutable parallel safe;
create function _benchmark_alpha_step(
    internal, double precision, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'benchmark_alpha_step' language c immutable parallel safe;
create function _benchmark_alpha_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'benchmark_alpha_value' language c immutable parallel safe;
create aggregate alpha(r double precision, benchmark double precision) (
    sfunc = _benchmark_alpha_step, stype = internal, finalfunc = _benchmark_alpha_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate alpha(double precision, double precision) is
    'Mean return that beta leaves unexplained, compounded over the periods of a year: 252.';
create aggregate alpha(
    r double precision, benchmark double precision, periods double precision
) (
    sfunc = _benchmark_alpha_step, stype = internal, finalfunc = _benchmark_alpha_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate alpha(double precision, double precision, double precision) is
    'Mean return that beta leaves unexplained, compounded over the periods of a year.';

create function _information_ratio_step(
    internal, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'information_ratio_step' language c immutable parallel safe;
create function _information_ratio_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'information_ratio_value' language c immutable parallel safe;
create aggregate information_ratio(r double precision, benchmark double precision) (
    sfunc = _information_ratio_step, stype = internal, finalfunc = _information_ratio_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate information_ratio(double precision, double precision) is
    'Mean over sample standard deviation of return minus benchmark, of one period.';
