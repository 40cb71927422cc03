-- sparsevec: order, for btree indexes, distinct and group by

create function sparsevec_lt(sparsevec, sparsevec) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_lt(sparsevec, sparsevec) is
    'Is the first before the second in the order of sparsevecs?';

create function sparsevec_le(sparsevec, sparsevec) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_le(sparsevec, sparsevec) is
    'Is the first before or equal to the second in the order of sparsevecs?';

create function sparsevec_eq(sparsevec, sparsevec) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_eq(sparsevec, sparsevec) is
    'Is the first equal to the second in the order of sparsevecs?';

create function sparsevec_ne(sparsevec, sparsevec) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_ne(sparsevec, sparsevec) is
    'Is the first different from the second in the order of sparsevecs?';

create function sparsevec_ge(sparsevec, sparsevec) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_ge(sparsevec, sparsevec) is
    'Is the first after or equal to the second in the order of sparsevecs?';

create function sparsevec_gt(sparsevec, sparsevec) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_gt(sparsevec, sparsevec) is
    'Is the first after the second in the order of sparsevecs?';

create function sparsevec_cmp(sparsevec, sparsevec) returns integer
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
comment on function sparsevec_cmp(sparsevec, sparsevec) is
    'Order by the first element that differs, then by dimensions: -1, 0 or 1.';

create operator < (
    leftarg = sparsevec, rightarg = sparsevec, procedure = sparsevec_lt,
    commutator = >, negator = >=, restrict = scalarltsel, join = scalarltjoinsel
);
comment on operator < (sparsevec, sparsevec) is 'Before in the order of sparsevecs.';

create operator <= (
    leftarg = sparsevec, rightarg = sparsevec, procedure = sparsevec_le,
    commutator = >=, negator = >, restrict = scalarlesel, join = scalarlejoinsel
);
comment on operator <= (sparsevec, sparsevec) is
    'Before or equal in the order of sparsevecs.';

create operator = (
    leftarg = sparsevec, rightarg = sparsevec, procedure = sparsevec_eq,
    commutator = =, negator = <>, restrict = eqsel, join = eqjoinsel
);
comment on operator = (sparsevec, sparsevec) is 'Equal in the order of sparsevecs.';

create operator <> (
    leftarg = sparsevec, rightarg = sparsevec, procedure = sparsevec_ne,
    commutator = <>, negator = =, restrict = neqsel, join = neqjoinsel
);
comment on operator <> (sparsevec, sparsevec) is
    'Different in the order of sparsevecs.';

create operator >= (
    leftarg = sparsevec, rightarg = sparsevec, procedure = sparsevec_ge,
    commutator = <=, negator = <, restrict = scalargesel, join = scalargejoinsel
);
comment on operator >= (sparsevec, sparsevec) is
    'After or equal in the order of sparsevecs.';

create operator > (
    leftarg = sparsevec, rightarg = sparsevec, procedure = sparsevec_gt,
    commutator = <, negator = <=, restrict = scalargtsel, join = scalargtjoinsel
);
comment on operator > (sparsevec, sparsevec) is 'After in the order of sparsevecs.';

create operator class sparsevec_ops default for type sparsevec using btree as
    operator 1 <,
    operator 2 <=,
    operator 3 =,
    operator 4 >=,
    operator 5 >,
    function 1 sparsevec_cmp(sparsevec, sparsevec);
comment on operator class sparsevec_ops using btree is
    'Order by the first element that differs, then by dimensions.';
