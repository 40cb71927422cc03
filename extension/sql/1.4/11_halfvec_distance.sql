-- halfvec: distances and their operators

create function l2_distance(halfvec, halfvec) returns double precision
    as 'MODULE_PATHNAME', 'halfvec_l2_distance'
    language c immutable strict parallel safe;
comment on function l2_distance(halfvec, halfvec) is 'Euclidean distance.';

create function inner_product(halfvec, halfvec) returns double precision
    as 'MODULE_PATHNAME', 'halfvec_inner_product'
    language c immutable strict parallel safe;
comment on function inner_product(halfvec, halfvec) is 'Inner product.';

create function cosine_distance(halfvec, halfvec) returns double precision
    as 'MODULE_PATHNAME', 'halfvec_cosine_distance'
    language c immutable strict parallel safe;
comment on function cosine_distance(halfvec, halfvec) is
    '1 - cosine similarity, 0 to 2; NaN when a vector has length zero.';

create function l1_distance(halfvec, halfvec) returns double precision
    as 'MODULE_PATHNAME', 'halfvec_l1_distance'
    language c immutable strict parallel safe;
comment on function l1_distance(halfvec, halfvec) is 'Taxicab distance.';

create function halfvec_l2_squared_distance(halfvec, halfvec) returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_l2_squared_distance(halfvec, halfvec) is
    'Square of the Euclidean distance: the same order, used by indexes.';

create function halfvec_negative_inner_product(halfvec, halfvec)
    returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_negative_inner_product(halfvec, halfvec) is
    'Inner product times -1, so that the nearest comes first.';

create function halfvec_spherical_distance(halfvec, halfvec) returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_spherical_distance(halfvec, halfvec) is
    'Angle between two unit vectors, 0 to 1 for 0 to 180 degrees, used by indexes.';

create operator <-> (
    leftarg = halfvec, rightarg = halfvec, procedure = l2_distance, commutator = '<->'
);
comment on operator <-> (halfvec, halfvec) is 'Euclidean distance.';

create operator <#> (
    leftarg = halfvec, rightarg = halfvec, procedure = halfvec_negative_inner_product,
    commutator = '<#>'
);
comment on operator <#> (halfvec, halfvec) is 'Negative inner product.';

create operator <=> (
    leftarg = halfvec, rightarg = halfvec, procedure = cosine_distance,
    commutator = '<=>'
);
comment on operator <=> (halfvec, halfvec) is 'Cosine distance.';

create operator <+> (
    leftarg = halfvec, rightarg = halfvec, procedure = l1_distance, commutator = '<+>'
);
comment on operator <+> (halfvec, halfvec) is 'Taxicab distance.';
