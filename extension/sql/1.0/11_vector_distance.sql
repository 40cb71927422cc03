-- vector: distances and their operators

create function l2_distance(vector, vector) returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function l2_distance(vector, vector) is 'Euclidean distance.';

create function inner_product(vector, vector) returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function inner_product(vector, vector) is 'Inner product.';

create function cosine_distance(vector, vector) returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function cosine_distance(vector, vector) is
    '1 - cosine similarity, 0 to 2; NaN when a vector has length zero.';

create function l1_distance(vector, vector) returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function l1_distance(vector, vector) is 'Taxicab distance.';

create function vector_l2_squared_distance(vector, vector) returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_l2_squared_distance(vector, vector) is
    'Square of the Euclidean distance: the same order, used by indexes.';

create function vector_negative_inner_product(vector, vector) returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_negative_inner_product(vector, vector) is
    'Inner product times -1, so that the nearest comes first.';

create function vector_spherical_distance(vector, vector) returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_spherical_distance(vector, vector) is
    'Angle between two unit vectors, 0 to 1 for 0 to 180 degrees, used by indexes.';

create operator <-> (
    leftarg = vector, rightarg = vector, procedure = l2_distance, commutator = '<->'
);
comment on operator <-> (vector, vector) is 'Euclidean distance.';

create operator <#> (
    leftarg = vector, rightarg = vector, procedure = vector_negative_inner_product,
    commutator = '<#>'
);
comment on operator <#> (vector, vector) is 'Negative inner product.';

create operator <=> (
    leftarg = vector, rightarg = vector, procedure = cosine_distance, commutator = '<=>'
);
comment on operator <=> (vector, vector) is 'Cosine distance.';

create operator <+> (
    leftarg = vector, rightarg = vector, procedure = l1_distance, commutator = '<+>'
);
comment on operator <+> (vector, vector) is 'Taxicab distance.';
