-- series: volatility and memory
-- For windows: hurst(ln(close), 100) over (partition by instrument_id order by ts rows unbounded preceding).
-- Rows with a missing input are skipped; null before there are enough rows.

create function _garman_klass_vol_step(
    internal, double precision, double precision, double precision, double precision, integer, double precision
) returns internal
    as 'MODULE_PATHNAME', 'garman_klass_vol_step' language c immutable parallel safe;
create function _garman_klass_vol_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'garman_klass_vol_value' language c immutable parallel safe;
create aggregate garman_klass_vol(
    open double precision, high double precision, low double precision, close double precision, n integer, periods double precision
) (
    sfunc = _garman_klass_vol_step, stype = internal, finalfunc = _garman_klass_vol_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate garman_klass_vol(double precision, double precision, double precision, double precision, integer, double precision) is
    'Volatility from open, high, low and close of the last n rows times the root of periods (rows a year).';

create function _hurst_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'hurst_step' language c immutable parallel safe;
create function _hurst_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'hurst_value' language c immutable parallel safe;
create aggregate hurst(x double precision, n integer) (
    sfunc = _hurst_step, stype = internal, finalfunc = _hurst_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate hurst(double precision, integer) is
    'Generalised Hurst exponent of order 2 of the last n rows (logarithms of prices): 0.5 random walk, above it trending, below it returning to the mean.';

create function _entropy_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'entropy_step' language c immutable parallel safe;
create function _entropy_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'entropy_value' language c immutable parallel safe;
create aggregate entropy(x double precision, n integer) (
    sfunc = _entropy_step, stype = internal, finalfunc = _entropy_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate entropy(double precision, integer) is
    'Permutation entropy of three values in a row of the last n rows: 0 always the same order, 1 any order alike.';
