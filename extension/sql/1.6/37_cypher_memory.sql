-- cypher: copies of values in arrays count as memory too

create function cypher_reserve(cypher_value) returns cypher_value
    as 'MODULE_PATHNAME' language c stable strict parallel safe;

comment on function cypher_reserve(cypher_value) is
    'The value; counts it against cypher.max_memory. Compiled queries put it around what an array collects.';
