-- series: spread of prices
-- For windows: atr(high, low, close, 14) over (partition by instrument_id order by ts rows unbounded preceding).
-- Rows with a missing input are skipped; null before there are enough rows.

create function _true_range_step(
    internal, double precision, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'true_range_step' language c immutable parallel safe;
create function _true_range_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'true_range_value' language c immutable parallel safe;
create aggregate true_range(
    high double precision, low double precision, close double precision
) (
    sfunc = _true_range_step, stype = internal, finalfunc = _true_range_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate true_range(double precision, double precision, double precision) is
    'Range of the last row together with the close before it, in price units.';

create function _atr_step(
    internal, double precision, double precision, double precision, integer
) returns internal
    as 'MODULE_PATHNAME', 'atr_step' language c immutable parallel safe;
create function _atr_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'atr_value' language c immutable parallel safe;
create aggregate atr(
    high double precision, low double precision, close double precision, n integer
) (
    sfunc = _atr_step, stype = internal, finalfunc = _atr_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate atr(double precision, double precision, double precision, integer) is
    'Average true range: Wilder''s average of n true ranges, in price units.';

create type bollinger_bands as (
    upper double precision,
    middle double precision,
    lower double precision
);
comment on type bollinger_bands is
    'Mean, and so many population standard deviations above and below it.';

create function _bollinger_step(
    internal, double precision, integer, double precision
) returns internal
    as 'MODULE_PATHNAME', 'bollinger_step' language c immutable parallel safe;
create function _bollinger_value(internal) returns bollinger_bands
    as 'MODULE_PATHNAME', 'bollinger_value' language c immutable parallel safe;
create aggregate bollinger(x double precision, n integer, k double precision) (
    sfunc = _bollinger_step, stype = internal, finalfunc = _bollinger_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate bollinger(double precision, integer, double precision) is
    'Bollinger bands: mean of the last n rows, and k population standard deviations around it.';

create function _realised_vol_step(
    internal, double precision, integer, double precision
) returns internal
    as 'MODULE_PATHNAME', 'realised_vol_step' language c immutable parallel safe;
create function _realised_vol_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'realised_vol_value' language c immutable parallel safe;
create aggregate realised_vol(x double precision, n integer, periods double precision) (
    sfunc = _realised_vol_step, stype = internal, finalfunc = _realised_vol_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate realised_vol(double precision, integer, double precision) is
    'Sample standard deviation of the last n log returns times the root of periods (rows a year).';

create function _parkinson_vol_step(
    internal, double precision, double precision, integer, double precision
) returns internal
    as 'MODULE_PATHNAME', 'parkinson_vol_step' language c immutable parallel safe;
create function _parkinson_vol_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'parkinson_vol_value' language c immutable parallel safe;
create aggregate parkinson_vol(
    high double precision, low double precision, n integer, periods double precision
) (
    sfunc = _parkinson_vol_step, stype = internal, finalfunc = _parkinson_vol_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate parkinson_vol(double precision, double precision, integer, double precision) is
    'Volatility from the high-low ranges of the last n rows times the root of periods (rows a year).';
