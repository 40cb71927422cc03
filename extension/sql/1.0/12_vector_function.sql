-- vector: parts, measures and arithmetic

create function vector_dims(vector) returns integer
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_dims(vector) is 'Number of dimensions.';

create function vector_norm(vector) returns double precision
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_norm(vector) is 'Euclidean length.';

create function l2_normalize(vector) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function l2_normalize(vector) is
    'The same direction with length 1; a vector of zeros stays one.';

create function binary_quantize(vector) returns bit
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function binary_quantize(vector) is 'A bit an element: 1 where it is above zero.';

create function subvector(vector, integer, integer) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function subvector(vector, integer, integer) is
    'Elements from a position (the first is 1), at most so many.';

create function vector_add(vector, vector) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_add(vector, vector) is 'Sum, element by element.';

create function vector_sub(vector, vector) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_sub(vector, vector) is 'Difference, element by element.';

create function vector_mul(vector, vector) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_mul(vector, vector) is 'Product, element by element.';

create function vector_concat(vector, vector) returns vector
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_concat(vector, vector) is
    'The elements of the first, then those of the second.';

create operator + (
    leftarg = vector, rightarg = vector, procedure = vector_add, commutator = +
);
comment on operator + (vector, vector) is 'Sum, element by element.';

create operator - (leftarg = vector, rightarg = vector, procedure = vector_sub);
comment on operator - (vector, vector) is 'Difference, element by element.';

create operator * (
    leftarg = vector, rightarg = vector, procedure = vector_mul, commutator = *
);
comment on operator * (vector, vector) is 'Product, element by element.';

create operator || (leftarg = vector, rightarg = vector, procedure = vector_concat);
comment on operator || (vector, vector) is
    'The elements of the first, then those of the second.';
