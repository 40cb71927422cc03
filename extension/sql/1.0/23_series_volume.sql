-- series: prices and volume
-- For windows: obv(close, volume) over (partition by instrument_id order by ts rows unbounded preceding).
-- Rows with a missing input are skipped; null before there are enough rows.

create function _obv_step(internal, double precision, double precision) returns internal
    as 'MODULE_PATHNAME', 'obv_step' language c immutable parallel safe;
create function _obv_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'obv_value' language c immutable parallel safe;
create aggregate obv(close double precision, volume double precision) (
    sfunc = _obv_step, stype = internal, finalfunc = _obv_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate obv(double precision, double precision) is
    'On-balance volume: volume of rising rows minus that of falling ones; the first counts as rising.';

create function _mfi_step(
    internal, double precision, double precision, double precision, double precision,
    integer
) returns internal
    as 'MODULE_PATHNAME', 'mfi_step' language c immutable parallel safe;
create function _mfi_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'mfi_value' language c immutable parallel safe;
create aggregate mfi(
    high double precision, low double precision, close double precision,
    volume double precision, n integer
) (
    sfunc = _mfi_step, stype = internal, finalfunc = _mfi_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate mfi(double precision, double precision, double precision, double precision, integer) is
    'Money flow index, 0 to 100: share of the money of n rows that came on rising prices.';
