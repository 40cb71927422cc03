-- pattern: which blocks may hold the nearest, told from sketches a quarter of their size.
-- Example: with a basis of many vectors, select pattern_sketch(block, entries, basis);
-- then pattern_candidates says which blocks to look at first, pattern_floor what those
-- prove, and pattern_nearest compares the rest of what is left.

create function _pattern_basis_step(internal, vector, integer) returns internal
as 'MODULE_PATHNAME', 'pattern_basis_step' language c immutable parallel safe;
comment on function _pattern_basis_step(internal, vector, integer) is
    'Step of the aggregate pattern_basis.';
create function _pattern_basis_value(internal) returns bytea
as 'MODULE_PATHNAME', 'pattern_basis_value' language c immutable parallel safe;
comment on function _pattern_basis_value(internal) is 'Value of the aggregate pattern_basis.';
create aggregate pattern_basis(features vector, axes integer) (
    sfunc = _pattern_basis_step, stype = internal, finalfunc = _pattern_basis_value,
    finalfunc_modify = shareable, parallel = safe
);
comment on aggregate pattern_basis(vector, integer) is
    'The axes (at most 64) along which directions of vectors differ most, of the first 8192 of them; what pattern_sketch describes blocks by.';

create function _pattern_sketch_step(internal, integer, bytea, bytea) returns internal
as 'MODULE_PATHNAME', 'pattern_sketch_step' language c immutable parallel safe;
comment on function _pattern_sketch_step(internal, integer, bytea, bytea) is
    'Step of the aggregate pattern_sketch.';
create function _pattern_sketch_value(internal) returns bytea
as 'MODULE_PATHNAME', 'pattern_sketch_value' language c immutable parallel safe;
comment on function _pattern_sketch_value(internal) is 'Value of the aggregate pattern_sketch.';
create aggregate pattern_sketch(block integer, entries bytea, basis bytea) (
    sfunc = _pattern_sketch_step, stype = internal, finalfunc = _pattern_sketch_value,
    finalfunc_modify = shareable, parallel = safe
);
comment on aggregate pattern_sketch(integer, bytea, bytea) is
    'What blocks (by number, made by pattern_block) look like along the axes of a basis; null without any.';

create type pattern_candidates as (
    group_ids integer[],
    blocks integer[],
    bounds double precision[]
);
comment on type pattern_candidates is
    'Blocks by group and number, with a cosine that no entry of theirs exceeds; the greatest last.';
create function _pattern_candidates_step(
    internal, bytea, integer, integer, bytea, vector, timestamptz, timestamptz, timestamptz,
    double precision
) returns internal
as 'MODULE_PATHNAME', 'pattern_candidates_step' language c immutable parallel safe;
comment on function _pattern_candidates_step(
    internal, bytea, integer, integer, bytea, vector, timestamptz, timestamptz, timestamptz,
    double precision
) is 'Step of the aggregate pattern_candidates.';
create function _pattern_candidates_value(internal) returns pattern_candidates
as 'MODULE_PATHNAME', 'pattern_candidates_value' language c immutable parallel safe;
comment on function _pattern_candidates_value(internal) is
    'Value of the aggregate pattern_candidates.';
create aggregate pattern_candidates(
    sketch bytea, group_id integer, basis_id integer, basis bytea, query vector,
    as_of timestamptz, before timestamptz, after timestamptz, min_similarity double precision
) (
    sfunc = _pattern_candidates_step, stype = internal,
    finalfunc = _pattern_candidates_value, finalfunc_modify = shareable, parallel = safe
);
comment on aggregate pattern_candidates(
    bytea, integer, integer, bytea, vector, timestamptz, timestamptz, timestamptz,
    double precision
) is
    'Which blocks may hold a vector with a cosine of min_similarity or more and times as pattern_nearest wants them. basis_id tells bases apart: rows of one id have one basis.';

create function _pattern_floor_value(internal) returns double precision
as 'MODULE_PATHNAME', 'pattern_floor_value' language c immutable parallel safe;
comment on function _pattern_floor_value(internal) is 'Value of the aggregate pattern_floor.';
create aggregate pattern_floor(
    block bytea, group_id integer, query vector, as_of timestamptz, before timestamptz,
    after timestamptz, min_similarity double precision, k integer, gap integer,
    own_group integer, own_place integer
) (
    sfunc = _pattern_nearest_step, stype = internal, finalfunc = _pattern_floor_value,
    finalfunc_modify = read_write, parallel = safe
);
comment on aggregate pattern_floor(
    bytea, integer, vector, timestamptz, timestamptz, timestamptz, double precision, integer,
    integer, integer, integer
) is
    'A cosine that none of the k that pattern_nearest finds is below, whatever blocks are added: with it as min_similarity the answer is the same. min_similarity where these blocks prove no more.';
