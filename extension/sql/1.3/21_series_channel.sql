-- series: channels, bands and stops
-- For windows: donchian(high, low, 20) over (partition by instrument_id order by ts rows unbounded preceding).
-- Rows with a missing input are skipped; null before there are enough rows.

create type donchian_channel as (
    upper double precision,
    middle double precision,
    lower double precision
);
comment on type donchian_channel is
    'Highest high, the middle, and lowest low of the last rows.';

create function _donchian_step(
    internal, double precision, double precision, integer
) returns internal
    as 'MODULE_PATHNAME', 'donchian_step' language c immutable parallel safe;
create function _donchian_value(internal) returns donchian_channel
    as 'MODULE_PATHNAME', 'donchian_value' language c immutable parallel safe;
create aggregate donchian(high double precision, low double precision, n integer) (
    sfunc = _donchian_step, stype = internal, finalfunc = _donchian_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate donchian(double precision, double precision, integer) is
    'Donchian channel: highest high and lowest low of the last n rows.';

create type keltner_channel as (
    upper double precision,
    middle double precision,
    lower double precision
);
comment on type keltner_channel is
    'Exponential average of the closes, and so many average true ranges above and below it.';

create function _keltner_step(
    internal, double precision, double precision, double precision, integer, double precision
) returns internal
    as 'MODULE_PATHNAME', 'keltner_step' language c immutable parallel safe;
create function _keltner_value(internal) returns keltner_channel
    as 'MODULE_PATHNAME', 'keltner_value' language c immutable parallel safe;
create aggregate keltner(
    high double precision, low double precision, close double precision, n integer, k double precision
) (
    sfunc = _keltner_step, stype = internal, finalfunc = _keltner_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate keltner(double precision, double precision, double precision, integer, double precision) is
    'Keltner channel: exponential average of n closes, and k average true ranges of n rows around it.';

create type ichimoku_lines as (
    conversion double precision,
    base double precision,
    leading_a double precision,
    leading_b double precision
);
comment on type ichimoku_lines is
    'Middles of the ranges; the leading spans as this row makes them: charts draw them ahead by the base period.';

create function _ichimoku_step(
    internal, double precision, double precision, integer, integer, integer
) returns internal
    as 'MODULE_PATHNAME', 'ichimoku_step' language c immutable parallel safe;
create function _ichimoku_value(internal) returns ichimoku_lines
    as 'MODULE_PATHNAME', 'ichimoku_value' language c immutable parallel safe;
create aggregate ichimoku(
    high double precision, low double precision, conversion integer, base integer, span integer
) (
    sfunc = _ichimoku_step, stype = internal, finalfunc = _ichimoku_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate ichimoku(double precision, double precision, integer, integer, integer) is
    'Ichimoku lines, each the middle of the range of so many rows; 9, 26 and 52 are usual.';

create type supertrend_line as (
    line double precision,
    direction double precision
);
comment on type supertrend_line is
    'The stop below (direction 1) or above (-1) the price.';

create function _supertrend_step(
    internal, double precision, double precision, double precision, integer, double precision
) returns internal
    as 'MODULE_PATHNAME', 'supertrend_step' language c immutable parallel safe;
create function _supertrend_value(internal) returns supertrend_line
    as 'MODULE_PATHNAME', 'supertrend_value' language c immutable parallel safe;
create aggregate supertrend(
    high double precision, low double precision, close double precision, n integer, k double precision
) (
    sfunc = _supertrend_step, stype = internal, finalfunc = _supertrend_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate supertrend(double precision, double precision, double precision, integer, double precision) is
    'Supertrend: k average true ranges of n rows off the middle of the row, moving only towards the price until the close crosses it; falling at first.';

create function _psar_step(
    internal, double precision, double precision, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'psar_step' language c immutable parallel safe;
create function _psar_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'psar_value' language c immutable parallel safe;
create aggregate psar(
    high double precision, low double precision, acceleration double precision, maximum double precision
) (
    sfunc = _psar_step, stype = internal, finalfunc = _psar_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate psar(double precision, double precision, double precision, double precision) is
    'Parabolic stop and reverse; 0.02 and 0.2 are usual.';
