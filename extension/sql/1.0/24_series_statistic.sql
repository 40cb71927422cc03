-- series: statistics of the last rows
-- For windows: zscore(volume, 20) over (partition by instrument_id order by ts rows unbounded preceding).
-- Rows with a missing input are skipped; null before there are enough rows.

create function _zscore_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'zscore_step' language c immutable parallel safe;
create function _zscore_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'zscore_value' language c immutable parallel safe;
create aggregate zscore(x double precision, n integer) (
    sfunc = _zscore_step, stype = internal, finalfunc = _zscore_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate zscore(double precision, integer) is
    'Sample standard deviations between the last value and the mean of the last n.';

create function _slope_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'slope_step' language c immutable parallel safe;
create function _slope_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'slope_value' language c immutable parallel safe;
create aggregate slope(x double precision, n integer) (
    sfunc = _slope_step, stype = internal, finalfunc = _slope_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate slope(double precision, integer) is
    'Slope of the least squares line through the last n rows, change a row.';

create function _skewness_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'skewness_step' language c immutable parallel safe;
create function _skewness_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'skewness_value' language c immutable parallel safe;
create aggregate skewness(x double precision, n integer) (
    sfunc = _skewness_step, stype = internal, finalfunc = _skewness_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate skewness(double precision, integer) is
    'Population skewness of the last n rows.';

create function _correlation_step(
    internal, double precision, double precision, integer
) returns internal
    as 'MODULE_PATHNAME', 'correlation_step' language c immutable parallel safe;
create function _correlation_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'correlation_value' language c immutable parallel safe;
create aggregate correlation(x double precision, y double precision, n integer) (
    sfunc = _correlation_step, stype = internal, finalfunc = _correlation_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate correlation(double precision, double precision, integer) is
    'Pearson''s correlation of the last n rows.';

create function _beta_step(
    internal, double precision, double precision, integer
) returns internal
    as 'MODULE_PATHNAME', 'beta_step' language c immutable parallel safe;
create function _beta_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'beta_value' language c immutable parallel safe;
create aggregate beta(x double precision, y double precision, n integer) (
    sfunc = _beta_step, stype = internal, finalfunc = _beta_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate beta(double precision, double precision, integer) is
    'Covariance of x and y over the variance of y, of the last n rows.';
