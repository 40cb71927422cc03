-- pattern: exact nearest neighbours among blocks of packed vectors.
-- Example: select (m).* from unnest((
--     select pattern_nearest(block, group_id, '[1,0.5]', now(), now(), '-infinity', 0.7, 10, 5, 0, 0)
--     from (select 1 as group_id, pattern_block(id, place, ts, known_at, 'infinity', v) as block from t) as b
-- )) as m

create type pattern_match as (
    id bigint,
    group_id integer,
    place integer,
    ts timestamptz,
    similarity double precision
);
comment on type pattern_match is 'A vector like the one sought: its id, group, number within the group, time, and the cosine.';

create function _pattern_block_step(
    internal, bigint, integer, timestamptz, timestamptz, timestamptz, vector
) returns internal
as 'MODULE_PATHNAME', 'pattern_block_step' language c immutable parallel safe;
comment on function _pattern_block_step(
    internal, bigint, integer, timestamptz, timestamptz, timestamptz, vector
) is 'Step of the aggregate pattern_block.';
create function _pattern_block_value(internal) returns bytea
as 'MODULE_PATHNAME', 'pattern_block_value' language c immutable parallel safe;
comment on function _pattern_block_value(internal) is 'Value of the aggregate pattern_block.';
create aggregate pattern_block(
    id bigint, place integer, ts timestamptz, known_at timestamptz, known_until timestamptz,
    features vector
) (
    sfunc = _pattern_block_step, stype = internal, finalfunc = _pattern_block_value,
    parallel = safe
);
comment on aggregate pattern_block(
    bigint, integer, timestamptz, timestamptz, timestamptz, vector
) is
    'Packs vectors (multiples of 1/32 up to 127/32, at most 64 elements) with their ids and times into a block that pattern_nearest reads; null where there is none.';

create function _pattern_nearest_step(
    internal, bytea, integer, vector, timestamptz, timestamptz, timestamptz,
    double precision, integer, integer, integer, integer
) returns internal
as 'MODULE_PATHNAME', 'pattern_nearest_step' language c immutable parallel safe;
comment on function _pattern_nearest_step(
    internal, bytea, integer, vector, timestamptz, timestamptz, timestamptz,
    double precision, integer, integer, integer, integer
) is 'Step of the aggregate pattern_nearest.';
create function _pattern_nearest_value(internal) returns pattern_match[]
as 'MODULE_PATHNAME', 'pattern_nearest_value' language c immutable parallel safe;
comment on function _pattern_nearest_value(internal) is 'Value of the aggregate pattern_nearest.';
create aggregate pattern_nearest(
    block bytea, group_id integer, query vector, as_of timestamptz, before timestamptz,
    after timestamptz, min_similarity double precision, k integer, gap integer,
    own_group integer, own_place integer
) (
    sfunc = _pattern_nearest_step, stype = internal, finalfunc = _pattern_nearest_value,
    finalfunc_modify = read_write, parallel = safe
);
comment on aggregate pattern_nearest(
    bytea, integer, vector, timestamptz, timestamptz, timestamptz, double precision, integer,
    integer, integer, integer
) is
    'The k vectors nearest to a query by cosine, the nearest first and of equal ones the lower id, among those with after <= ts < before and known_at <= as_of < known_until; of one group no two, and none and the own place, are nearer than gap. Exact; of a group, no two entries known at one time may have the same place.';

create function pattern_differences(
    now_is vector, then_was vector, names text[], most integer default 5
) returns jsonb
as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function pattern_differences(vector, vector, text[], integer) is
    'The elements in which two vectors differ most, by name: then minus now, with two digits.';

create function pattern_round(given vector) returns vector
as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function pattern_round(vector) is
    'A vector of about the same direction whose elements are codes that pattern_block takes.';
