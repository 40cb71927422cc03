-- cypher: the type of the language's values
--
-- Its text form is JSON: 1 is an integer, 1.0 a float. Null of Cypher is null of
-- SQL. <, = and their like are the total order of ORDER BY and DISTINCT; what the
-- language's own = and < say is cypher_eq and cypher_lt.

create type cypher_value;

create function cypher_value_in(cstring) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

create function cypher_value_out(cypher_value) returns cstring
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

create type cypher_value (
    input = cypher_value_in,
    output = cypher_value_out,
    internallength = variable,
    storage = extended
);

comment on type cypher_value is
    'A value of Cypher: boolean, integer, float, string, temporal value, list, map, node, relationship or path. Made and read by compiled queries; as text it is JSON.';

create function cypher_from_jsonb(jsonb) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

create function cypher_to_jsonb(cypher_value) returns jsonb
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

create function cypher_to_properties(cypher_value) returns jsonb
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

create function cypher_from_boolean(boolean) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

create function cypher_from_integer(bigint) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

create function cypher_from_float(float8) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

create function cypher_from_text(text) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

comment on function cypher_from_jsonb(jsonb) is
    'The value of a JSON value; a number without fraction digits is an integer, {"@date": "2024-02-29"} a date.';
comment on function cypher_to_jsonb(cypher_value) is
    'The value as results show it.';
comment on function cypher_to_properties(cypher_value) is
    'A map as the column properties of a graph holds it; error for values that cannot be stored.';
comment on function cypher_from_boolean(boolean) is 'A boolean as a value of Cypher.';
comment on function cypher_from_integer(bigint) is 'An integer as a value of Cypher.';
comment on function cypher_from_float(float8) is 'A float as a value of Cypher.';
comment on function cypher_from_text(text) is 'A string as a value of Cypher.';

create cast (jsonb as cypher_value) with function cypher_from_jsonb(jsonb);
create cast (cypher_value as jsonb) with function cypher_to_jsonb(cypher_value);

-- the total order

create function cypher_order_eq(cypher_value, cypher_value) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
create function cypher_order_ne(cypher_value, cypher_value) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
create function cypher_order_lt(cypher_value, cypher_value) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
create function cypher_order_le(cypher_value, cypher_value) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
create function cypher_order_gt(cypher_value, cypher_value) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
create function cypher_order_ge(cypher_value, cypher_value) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
create function cypher_compare(cypher_value, cypher_value) returns integer
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
create function cypher_hash(cypher_value) returns integer
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;
create function cypher_hash_extended(cypher_value, bigint) returns bigint
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

create operator = (leftarg = cypher_value, rightarg = cypher_value,
    function = cypher_order_eq, commutator = =, negator = <>,
    restrict = eqsel, join = eqjoinsel, hashes, merges);
create operator <> (leftarg = cypher_value, rightarg = cypher_value,
    function = cypher_order_ne, commutator = <>, negator = =,
    restrict = neqsel, join = neqjoinsel);
create operator < (leftarg = cypher_value, rightarg = cypher_value,
    function = cypher_order_lt, commutator = >, negator = >=,
    restrict = scalarltsel, join = scalarltjoinsel);
create operator <= (leftarg = cypher_value, rightarg = cypher_value,
    function = cypher_order_le, commutator = >=, negator = >,
    restrict = scalarlesel, join = scalarlejoinsel);
create operator > (leftarg = cypher_value, rightarg = cypher_value,
    function = cypher_order_gt, commutator = <, negator = <=,
    restrict = scalargtsel, join = scalargtjoinsel);
create operator >= (leftarg = cypher_value, rightarg = cypher_value,
    function = cypher_order_ge, commutator = <=, negator = <,
    restrict = scalargesel, join = scalargejoinsel);

create operator class cypher_value_ops default for type cypher_value using btree as
    operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >,
    function 1 cypher_compare(cypher_value, cypher_value);

create operator class cypher_value_hash_ops default for type cypher_value using hash as
    operator 1 =,
    function 1 cypher_hash(cypher_value),
    function 2 cypher_hash_extended(cypher_value, bigint);

do $$
declare
    description record;
begin
    for description in
        select * from (values
            ('cypher_value_in(cstring)', 'Input of cypher_value: JSON.'),
            ('cypher_value_out(cypher_value)', 'Output of cypher_value: JSON.'),
            ('cypher_order_eq(cypher_value, cypher_value)', 'Equivalence, as DISTINCT and grouping have it.'),
            ('cypher_order_ne(cypher_value, cypher_value)', 'No equivalence.'),
            ('cypher_order_lt(cypher_value, cypher_value)', 'Before in the total order.'),
            ('cypher_order_le(cypher_value, cypher_value)', 'Before in the total order, or equivalent.'),
            ('cypher_order_gt(cypher_value, cypher_value)', 'After in the total order.'),
            ('cypher_order_ge(cypher_value, cypher_value)', 'After in the total order, or equivalent.'),
            ('cypher_compare(cypher_value, cypher_value)', 'The total order, for btree: below 0, 0 or above 0.'),
            ('cypher_hash(cypher_value)', 'Hash of a value; equivalent values have the same.'),
            ('cypher_hash_extended(cypher_value, bigint)', 'Hash of a value, 64 bits, with a seed.')
        ) as t(name, meaning)
    loop
        execute format('comment on function %s is %L', description.name,
            description.meaning);
    end loop;
end
$$;
