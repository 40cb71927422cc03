-- performance: the tails of returns
-- Returns are simple and of one period: value_at_risk(r, 0.95).
-- Rows with a missing input are skipped; null where a measure would divide by zero.

create function _value_at_risk_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'tail_step' language c immutable parallel safe;
create function _value_at_risk_step(
    internal, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'tail_step' language c immutable parallel safe;
create function _value_at_risk_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'value_at_risk_value' language c immutable parallel safe;
create aggregate value_at_risk(r double precision) (
    sfunc = _value_at_risk_step, stype = internal, finalfunc = _value_at_risk_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate value_at_risk(double precision) is
    'Return that is undercut with probability 1 - confidence: a percentile with linear interpolation: confidence 0.95.';
create aggregate value_at_risk(r double precision, confidence double precision) (
    sfunc = _value_at_risk_step, stype = internal, finalfunc = _value_at_risk_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate value_at_risk(double precision, double precision) is
    'Return that is undercut with probability 1 - confidence: a percentile with linear interpolation.';

create function _expected_shortfall_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'tail_step' language c immutable parallel safe;
create function _expected_shortfall_step(
    internal, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'tail_step' language c immutable parallel safe;
create function _expected_shortfall_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'expected_shortfall_value' language c immutable parallel safe;
create aggregate expected_shortfall(r double precision) (
    sfunc = _expected_shortfall_step, stype = internal, finalfunc = _expected_shortfall_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate expected_shortfall(double precision) is
    'Mean of the returns at or below value at risk: confidence 0.95.';
create aggregate expected_shortfall(r double precision, confidence double precision) (
    sfunc = _expected_shortfall_step, stype = internal, finalfunc = _expected_shortfall_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate expected_shortfall(double precision, double precision) is
    'Mean of the returns at or below value at risk.';

create function _tail_ratio_step(internal, double precision) returns internal
    as 'MODULE_PATHNAME', 'tail_step' language c immutable parallel safe;
create function _tail_ratio_step(
    internal, double precision, double precision
) returns internal
    as 'MODULE_PATHNAME', 'tail_step' language c immutable parallel safe;
create function _tail_ratio_value(internal) returns double precision
    as 'MODULE_PATHNAME', 'tail_ratio_value' language c immutable parallel safe;
create aggregate tail_ratio(r double precision) (
    sfunc = _tail_ratio_step, stype = internal, finalfunc = _tail_ratio_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate tail_ratio(double precision) is
    'Size of the return at the confidence percentile over that at 1 - confidence: confidence 0.95.';
create aggregate tail_ratio(r double precision, confidence double precision) (
    sfunc = _tail_ratio_step, stype = internal, finalfunc = _tail_ratio_value,
    finalfunc_modify = read_only, parallel = safe
);
comment on aggregate tail_ratio(double precision, double precision) is
    'Size of the return at the confidence percentile over that at 1 - confidence.';
