-- series: indicators as aggregates, meant for
--     ema(close, 20) over (partition by instrument_id order by ts rows unbounded preceding)
-- Rows with a missing input are skipped; null before there are enough rows.

create function _ema_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'ema_step' language c immutable parallel safe;
create function _ema_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'ema_value' language c immutable parallel safe;
create aggregate ema(x double precision, n integer) (
    sfunc = _ema_step, stype = internal, finalfunc = _ema_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate ema(double precision, integer) is
    'Exponential moving average of n rows, weight 2/(n+1), seeded with the mean of the first n values.';

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

create function _atr_step(internal, double precision, double precision, double precision, integer)
    returns internal
    as 'MODULE_PATHNAME', 'atr_step' language c immutable parallel safe;
create function _atr_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'atr_value' language c immutable parallel safe;
create aggregate atr(high double precision, low double precision, close double precision, n integer) (
    sfunc = _atr_step, stype = internal, finalfunc = _atr_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate atr(double precision, double precision, double precision, integer) is
    'Average true range: Wilder''s average of n true ranges, in price units.';
