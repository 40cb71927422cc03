-- series: speed and direction
-- For windows: rsi(close, 14) over (partition by instrument_id order by ts rows unbounded preceding).
-- Rows with a missing input are skipped; null before there are enough rows.

create function _momentum_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'momentum_step' language c immutable parallel safe;
create function _momentum_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'momentum_value' language c immutable parallel safe;
create aggregate momentum(x double precision, n integer) (
    sfunc = _momentum_step, stype = internal, finalfunc = _momentum_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate momentum(double precision, integer) is
    'Difference to the value n rows before.';

create function _roc_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'roc_step' language c immutable parallel safe;
create function _roc_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'roc_value' language c immutable parallel safe;
create aggregate roc(x double precision, n integer) (
    sfunc = _roc_step, stype = internal, finalfunc = _roc_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate roc(double precision, integer) is
    'Rate of change against the value n rows before, in percent.';

create function _rsi_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'rsi_step' language c immutable parallel safe;
create function _rsi_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'rsi_value' language c immutable parallel safe;
create aggregate rsi(x double precision, n integer) (
    sfunc = _rsi_step, stype = internal, finalfunc = _rsi_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate rsi(double precision, integer) is
    'Relative strength index, 0 to 100: Wilder''s averages of n gains and losses.';

create type stochastic_lines as (
    k double precision,
    d double precision
);
comment on type stochastic_lines is
    'Place of the close in the range of the last rows, 0 to 100; the mean of the last such values.';

create function _stochastic_step(
    internal, double precision, double precision, double precision, integer, integer
) returns internal
    as 'MODULE_PATHNAME', 'stochastic_step' language c immutable parallel safe;
create function _stochastic_value(internal) returns stochastic_lines
    as 'MODULE_PATHNAME', 'stochastic_value' language c immutable parallel safe;
create aggregate stochastic(
    high double precision, low double precision, close double precision, k integer,
    d integer
) (
    sfunc = _stochastic_step, stype = internal, finalfunc = _stochastic_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate stochastic(double precision, double precision, double precision, integer, integer) is
    'Fast stochastic oscillator: place of the close in the range of k rows, and its mean of d rows.';

create function _williams_r_step(
    internal, double precision, double precision, double precision, integer
) returns internal
    as 'MODULE_PATHNAME', 'williams_r_step' language c immutable parallel safe;
create function _williams_r_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'williams_r_value' language c immutable parallel safe;
create aggregate williams_r(
    high double precision, low double precision, close double precision, n integer
) (
    sfunc = _williams_r_step, stype = internal, finalfunc = _williams_r_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate williams_r(double precision, double precision, double precision, integer) is
    'Williams'' %R: place of the close in the range of n rows, -100 (lowest) to 0 (highest).';

create function _cci_step(
    internal, double precision, double precision, double precision, integer
) returns internal
    as 'MODULE_PATHNAME', 'cci_step' language c immutable parallel safe;
create function _cci_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'cci_value' language c immutable parallel safe;
create aggregate cci(
    high double precision, low double precision, close double precision, n integer
) (
    sfunc = _cci_step, stype = internal, finalfunc = _cci_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate cci(double precision, double precision, double precision, integer) is
    'Commodity channel index: typical price against its mean of n rows, in 0.015 mean deviations.';

create function _adx_step(
    internal, double precision, double precision, double precision, integer
) returns internal
    as 'MODULE_PATHNAME', 'adx_step' language c immutable parallel safe;
create function _adx_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'adx_value' language c immutable parallel safe;
create aggregate adx(
    high double precision, low double precision, close double precision, n integer
) (
    sfunc = _adx_step, stype = internal, finalfunc = _adx_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate adx(double precision, double precision, double precision, integer) is
    'Average directional index, 0 to 100: strength of a trend, whichever way.';

create function _plus_di_step(
    internal, double precision, double precision, double precision, integer
) returns internal
    as 'MODULE_PATHNAME', 'plus_di_step' language c immutable parallel safe;
create function _plus_di_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'plus_di_value' language c immutable parallel safe;
create aggregate plus_di(
    high double precision, low double precision, close double precision, n integer
) (
    sfunc = _plus_di_step, stype = internal, finalfunc = _plus_di_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate plus_di(double precision, double precision, double precision, integer) is
    'Plus directional indicator, 0 to 100: upward movement as a share of the true range.';

create function _minus_di_step(
    internal, double precision, double precision, double precision, integer
) returns internal
    as 'MODULE_PATHNAME', 'minus_di_step' language c immutable parallel safe;
create function _minus_di_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'minus_di_value' language c immutable parallel safe;
create aggregate minus_di(
    high double precision, low double precision, close double precision, n integer
) (
    sfunc = _minus_di_step, stype = internal, finalfunc = _minus_di_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate minus_di(double precision, double precision, double precision, integer) is
    'Minus directional indicator, 0 to 100: downward movement as a share of the true range.';
