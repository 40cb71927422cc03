-- sparsevec: distances and their operators

create function l2_distance(sparsevec, sparsevec) returns double precision
    as 'MODULE_PATHNAME', 'sparsevec_l2_distance'
    language c immutable strict parallel safe;
comment on function l2_distance(sparsevec, sparsevec) is 'Euclidean distance.';

create function inner_product(sparsevec, sparsevec) returns double precision
    as 'MODULE_PATHNAME', 'sparsevec_inner_product'
    language c immutable strict parallel safe;
comment on function inner_product(sparsevec, sparsevec) is 'Inner product.';

create function cosine_distance(sparsevec, sparsevec) returns double precision
    as 'MODULE_PATHNAME', 'sparsevec_cosine_distance'
    language c immutable strict parallel safe;
comment on function cosine_distance(sparsevec, sparsevec) is
    '1 - cosine similarity, 0 to 2; NaN when a vector has length zero.';

create function l1_distance(sparsevec, sparsevec) returns double precision
    as 'MODULE_PATHNAME', 'sparsevec_l1_distance'
    language c immutable strict parallel safe;
comment on function l1_distance(sparsevec, sparsevec) is 'Taxicab distance.';

create function sparsevec_l2_squared_distance(sparsevec, sparsevec)
    returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_l2_squared_distance(sparsevec, sparsevec) is
    'Square of the Euclidean distance: the same order, used by indexes.';

create function sparsevec_negative_inner_product(sparsevec, sparsevec)
    returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_negative_inner_product(sparsevec, sparsevec) is
    'Inner product times -1, so that the nearest comes first.';

create operator <-> (
    leftarg = sparsevec, rightarg = sparsevec, procedure = l2_distance,
    commutator = '<->'
);
comment on operator <-> (sparsevec, sparsevec) is 'Euclidean distance.';

create operator <#> (
    leftarg = sparsevec, rightarg = sparsevec,
    procedure = sparsevec_negative_inner_product,
    commutator = '<#>'
);
comment on operator <#> (sparsevec, sparsevec) is 'Negative inner product.';

create operator <=> (
    leftarg = sparsevec, rightarg = sparsevec, procedure = cosine_distance,
    commutator = '<=>'
);
comment on operator <=> (sparsevec, sparsevec) is 'Cosine distance.';

create operator <+> (
    leftarg = sparsevec, rightarg = sparsevec, procedure = l1_distance,
    commutator = '<+>'
);
comment on operator <+> (sparsevec, sparsevec) is 'Taxicab distance.';
