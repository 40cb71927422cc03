-- halfvec: parts, measures and arithmetic

create function vector_dims(halfvec) returns integer
    as 'MODULE_PATHNAME', 'halfvec_vector_dims'
    language c immutable strict parallel safe;
comment on function vector_dims(halfvec) is 'Number of dimensions.';

create function l2_norm(halfvec) returns double precision
    as 'MODULE_PATHNAME', 'halfvec_l2_norm'
    language c immutable strict parallel safe;
comment on function l2_norm(halfvec) is 'Euclidean length.';

create function l2_normalize(halfvec) returns halfvec
    as 'MODULE_PATHNAME', 'halfvec_l2_normalize'
    language c immutable strict parallel safe;
comment on function l2_normalize(halfvec) is
    'The same direction with length 1; a vector of zeros stays one.';

create function binary_quantize(halfvec) returns bit
    as 'MODULE_PATHNAME', 'halfvec_binary_quantize'
    language c immutable strict parallel safe;
comment on function binary_quantize(halfvec) is
    'A bit an element: 1 where it is above zero.';

create function subvector(halfvec, integer, integer) returns halfvec
    as 'MODULE_PATHNAME', 'halfvec_subvector'
    language c immutable strict parallel safe;
comment on function subvector(halfvec, integer, integer) is
    'Elements from a position (the first is 1), at most so many.';

create function halfvec_add(halfvec, halfvec) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_add(halfvec, halfvec) is 'Sum, element by element.';

create function halfvec_sub(halfvec, halfvec) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_sub(halfvec, halfvec) is 'Difference, element by element.';

create function halfvec_mul(halfvec, halfvec) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_mul(halfvec, halfvec) is 'Product, element by element.';

create function halfvec_concat(halfvec, halfvec) returns halfvec
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_concat(halfvec, halfvec) is
    'The elements of the first, then those of the second.';

create operator + (
    leftarg = halfvec, rightarg = halfvec, procedure = halfvec_add, commutator = +
);
comment on operator + (halfvec, halfvec) is 'Sum, element by element.';

create operator - (leftarg = halfvec, rightarg = halfvec, procedure = halfvec_sub);
comment on operator - (halfvec, halfvec) is 'Difference, element by element.';

create operator * (
    leftarg = halfvec, rightarg = halfvec, procedure = halfvec_mul, commutator = *
);
comment on operator * (halfvec, halfvec) is 'Product, element by element.';

create operator || (leftarg = halfvec, rightarg = halfvec, procedure = halfvec_concat);
comment on operator || (halfvec, halfvec) is
    'The elements of the first, then those of the second.';
