-- halfvec: order, for btree indexes, distinct and group by

create function halfvec_lt(halfvec, halfvec) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_lt(halfvec, halfvec) is
    'Is the first before the second in the order of halfvecs?';

create function halfvec_le(halfvec, halfvec) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_le(halfvec, halfvec) is
    'Is the first before or equal to the second in the order of halfvecs?';

create function halfvec_eq(halfvec, halfvec) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_eq(halfvec, halfvec) is
    'Is the first equal to the second in the order of halfvecs?';

create function halfvec_ne(halfvec, halfvec) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_ne(halfvec, halfvec) is
    'Is the first different from the second in the order of halfvecs?';

create function halfvec_ge(halfvec, halfvec) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_ge(halfvec, halfvec) is
    'Is the first after or equal to the second in the order of halfvecs?';

create function halfvec_gt(halfvec, halfvec) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_gt(halfvec, halfvec) is
    'Is the first after the second in the order of halfvecs?';

create function halfvec_cmp(halfvec, halfvec) returns integer
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function halfvec_cmp(halfvec, halfvec) is
    'Order by the first element that differs, then by dimensions: -1, 0 or 1.';

create operator < (
    leftarg = halfvec, rightarg = halfvec, procedure = halfvec_lt,
    commutator = >, negator = >=, restrict = scalarltsel, join = scalarltjoinsel
);
comment on operator < (halfvec, halfvec) is 'Before in the order of halfvecs.';

create operator <= (
    leftarg = halfvec, rightarg = halfvec, procedure = halfvec_le,
    commutator = >=, negator = >, restrict = scalarlesel, join = scalarlejoinsel
);
comment on operator <= (halfvec, halfvec) is
    'Before or equal in the order of halfvecs.';

create operator = (
    leftarg = halfvec, rightarg = halfvec, procedure = halfvec_eq,
    commutator = =, negator = <>, restrict = eqsel, join = eqjoinsel
);
comment on operator = (halfvec, halfvec) is 'Equal in the order of halfvecs.';

create operator <> (
    leftarg = halfvec, rightarg = halfvec, procedure = halfvec_ne,
    commutator = <>, negator = =, restrict = neqsel, join = neqjoinsel
);
comment on operator <> (halfvec, halfvec) is 'Different in the order of halfvecs.';

create operator >= (
    leftarg = halfvec, rightarg = halfvec, procedure = halfvec_ge,
    commutator = <=, negator = <, restrict = scalargesel, join = scalargejoinsel
);
comment on operator >= (halfvec, halfvec) is 'After or equal in the order of halfvecs.';

create operator > (
    leftarg = halfvec, rightarg = halfvec, procedure = halfvec_gt,
    commutator = <, negator = <=, restrict = scalargtsel, join = scalargtjoinsel
);
comment on operator > (halfvec, halfvec) is 'After in the order of halfvecs.';

create operator class halfvec_ops default for type halfvec using btree as
    operator 1 <,
    operator 2 <=,
    operator 3 =,
    operator 4 >=,
    operator 5 >,
    function 1 halfvec_cmp(halfvec, halfvec);
comment on operator class halfvec_ops using btree is
    'Order by the first element that differs, then by dimensions.';
