-- series: moving averages
-- For windows: sma(close, 20) over (partition by instrument_id order by ts rows unbounded preceding).
-- Rows with a missing input are skipped; null before there are enough rows.

create function _sma_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'sma_step' language c immutable parallel safe;
create function _sma_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'sma_value' language c immutable parallel safe;
create aggregate sma(x double precision, n integer) (
    sfunc = _sma_step, stype = internal, finalfunc = _sma_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate sma(double precision, integer) is
    'Simple moving average of the last n rows.';

create function _wma_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'wma_step' language c immutable parallel safe;
create function _wma_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'wma_value' language c immutable parallel safe;
create aggregate wma(x double precision, n integer) (
    sfunc = _wma_step, stype = internal, finalfunc = _wma_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate wma(double precision, integer) is
    'Linearly weighted moving average of the last n rows: the newest weighs n, the oldest 1.';

create function _ema_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'ema_step' language c immutable parallel safe;
create function _ema_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'ema_value' language c immutable parallel safe;
create aggregate ema(x double precision, n integer) (
    sfunc = _ema_step, stype = internal, finalfunc = _ema_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate ema(double precision, integer) is
    'Exponential moving average, weight 2/(n+1), seeded with the mean of the first n values.';

create type macd_lines as (
    macd double precision,
    signal double precision,
    histogram double precision
);
comment on type macd_lines is
    'Fast minus slow exponential average; its own exponential average; their difference.';

create function _macd_step(
    internal, double precision, integer, integer, integer
) returns internal
    as 'MODULE_PATHNAME', 'macd_step' language c immutable parallel safe;
create function _macd_value(internal) returns macd_lines
    as 'MODULE_PATHNAME', 'macd_value' language c immutable parallel safe;
create aggregate macd(x double precision, fast integer, slow integer, signal integer) (
    sfunc = _macd_step, stype = internal, finalfunc = _macd_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate macd(double precision, integer, integer, integer) is
    'Moving average convergence and divergence; signal and histogram are null until the signal has its seed.';
