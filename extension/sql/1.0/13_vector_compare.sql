-- vector: order, for btree indexes, distinct and group by

create function vector_lt(vector, vector) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_lt(vector, vector) is
    'Is the first before the second in the order of vectors?';

create function vector_le(vector, vector) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_le(vector, vector) is
    'Is the first before or equal to the second in the order of vectors?';

create function vector_eq(vector, vector) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_eq(vector, vector) is
    'Is the first equal to the second in the order of vectors?';

create function vector_ne(vector, vector) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_ne(vector, vector) is
    'Is the first different from the second in the order of vectors?';

create function vector_ge(vector, vector) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_ge(vector, vector) is
    'Is the first after or equal to the second in the order of vectors?';

create function vector_gt(vector, vector) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_gt(vector, vector) is
    'Is the first after the second in the order of vectors?';

create function vector_cmp(vector, vector) returns integer
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function vector_cmp(vector, vector) is
    'Order by the first element that differs, then by dimensions: -1, 0 or 1.';

create operator < (
    leftarg = vector, rightarg = vector, procedure = vector_lt,
    commutator = >, negator = >=, restrict = scalarltsel, join = scalarltjoinsel
);
comment on operator < (vector, vector) is 'Before in the order of vectors.';

create operator <= (
    leftarg = vector, rightarg = vector, procedure = vector_le,
    commutator = >=, negator = >, restrict = scalarlesel, join = scalarlejoinsel
);
comment on operator <= (vector, vector) is 'Before or equal in the order of vectors.';

create operator = (
    leftarg = vector, rightarg = vector, procedure = vector_eq,
    commutator = =, negator = <>, restrict = eqsel, join = eqjoinsel
);
comment on operator = (vector, vector) is 'Equal in the order of vectors.';

create operator <> (
    leftarg = vector, rightarg = vector, procedure = vector_ne,
    commutator = <>, negator = =, restrict = neqsel, join = neqjoinsel
);
comment on operator <> (vector, vector) is 'Different in the order of vectors.';

create operator >= (
    leftarg = vector, rightarg = vector, procedure = vector_ge,
    commutator = <=, negator = <, restrict = scalargesel, join = scalargejoinsel
);
comment on operator >= (vector, vector) is 'After or equal in the order of vectors.';

create operator > (
    leftarg = vector, rightarg = vector, procedure = vector_gt,
    commutator = <, negator = <=, restrict = scalargtsel, join = scalargtjoinsel
);
comment on operator > (vector, vector) is 'After in the order of vectors.';

create operator class vector_ops default for type vector using btree as
    operator 1 <,
    operator 2 <=,
    operator 3 =,
    operator 4 >=,
    operator 5 >,
    function 1 vector_cmp(vector, vector);
comment on operator class vector_ops using btree is
    'Order by the first element that differs, then by dimensions.';
