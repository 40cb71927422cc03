-- pattern: what followed the neighbours of a pattern.
-- Example: select (pattern_spread(forward_return, max_gain, max_loss, week)).* from followed

create type pattern_spread as (
    n integer,
    effective_n double precision,
    mean double precision,
    percentiles double precision[],
    win_rate double precision,
    mean_gain double precision,
    mean_loss double precision
);
comment on type pattern_spread is
    'How outcomes spread: how many, how many if those of one stretch of time were one (Kish 1965), mean, percentiles 5, 25, 50, 75, 95, share above 0, mean excursions.';

create function _pattern_spread_step(
    internal, double precision, double precision, double precision, bigint
) returns internal
as 'MODULE_PATHNAME', 'pattern_spread_step' language c immutable parallel safe;
comment on function _pattern_spread_step(
    internal, double precision, double precision, double precision, bigint
) is 'Step of the aggregate pattern_spread.';
create function _pattern_spread_value(internal) returns pattern_spread
as 'MODULE_PATHNAME', 'pattern_spread_value' language c immutable parallel safe;
comment on function _pattern_spread_value(internal) is 'Value of the aggregate pattern_spread.';
create aggregate pattern_spread(
    forward_return double precision, max_gain double precision, max_loss double precision,
    stretch bigint
) (
    sfunc = _pattern_spread_step, stype = internal, finalfunc = _pattern_spread_value,
    finalfunc_modify = shareable, parallel = safe
);
comment on aggregate pattern_spread(
    double precision, double precision, double precision, bigint
) is
    'How outcomes spread, whatever their order; those in one stretch of time count as one in effective_n. Null without any.';

create function binomial_p_value(wins integer, n integer, p double precision)
returns double precision
as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function binomial_p_value(integer, integer, double precision) is
    'Two-sided exact binomial test: the chance of a number of wins no likelier than this one, as R''s binom.test.';
