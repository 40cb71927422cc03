-- series: more averages
-- For windows: dema(close, 20) over (partition by instrument_id order by ts rows unbounded preceding).
-- Rows with a missing input are skipped; null before there are enough rows.

create function _dema_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'dema_step' language c immutable parallel safe;
create function _dema_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'dema_value' language c immutable parallel safe;
create aggregate dema(x double precision, n integer) (
    sfunc = _dema_step, stype = internal, finalfunc = _dema_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate dema(double precision, integer) is
    'Double exponential moving average: twice the average minus its average.';

create function _tema_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'tema_step' language c immutable parallel safe;
create function _tema_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'tema_value' language c immutable parallel safe;
create aggregate tema(x double precision, n integer) (
    sfunc = _tema_step, stype = internal, finalfunc = _tema_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate tema(double precision, integer) is
    'Triple exponential moving average: three times the difference of the average and its average, plus the average of that.';

create function _kama_step(internal, double precision, integer) returns internal
    as 'MODULE_PATHNAME', 'kama_step' language c immutable parallel safe;
create function _kama_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'kama_value' language c immutable parallel safe;
create aggregate kama(x double precision, n integer) (
    sfunc = _kama_step, stype = internal, finalfunc = _kama_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate kama(double precision, integer) is
    'Kaufman''s adaptive moving average: as fast as 2 rows in a straight move, as slow as 30 in a noisy one.';

create function _vwap_step(
    internal, double precision, double precision, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'vwap_step' language c immutable parallel safe;
create function _vwap_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'vwap_value' language c immutable parallel safe;
create aggregate vwap(
    high double precision, low double precision, close double precision, volume double precision
) (
    sfunc = _vwap_step, stype = internal, finalfunc = _vwap_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate vwap(double precision, double precision, double precision, double precision) is
    'Volume-weighted average of the typical prices of all rows of the frame; partition by session to start anew.';
