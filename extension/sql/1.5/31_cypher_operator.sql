-- cypher: the operators of the language, as compiled queries call them
--
-- Null in any argument makes null, also in the three-valued answers of the
-- comparisons. Errors have kind and detail as openCypher names them.

do $$
declare
    description record;
begin
    -- the operators differ in name and types only
    for description in
        select * from (values
            ('cypher_eq', 'cypher_value, cypher_value', 'boolean', 'a = b of the language: null if unknown.'),
            ('cypher_ne', 'cypher_value, cypher_value', 'boolean', 'a <> b of the language: null if unknown.'),
            ('cypher_lt', 'cypher_value, cypher_value', 'boolean', 'a < b of the language: null if they cannot be compared.'),
            ('cypher_le', 'cypher_value, cypher_value', 'boolean', 'a <= b of the language: null if they cannot be compared.'),
            ('cypher_gt', 'cypher_value, cypher_value', 'boolean', 'a > b of the language: null if they cannot be compared.'),
            ('cypher_ge', 'cypher_value, cypher_value', 'boolean', 'a >= b of the language: null if they cannot be compared.'),
            ('cypher_add', 'cypher_value, cypher_value', 'cypher_value', 'a + b: numbers, strings, lists, temporal values.'),
            ('cypher_subtract', 'cypher_value, cypher_value', 'cypher_value', 'a - b: numbers, temporal values.'),
            ('cypher_multiply', 'cypher_value, cypher_value', 'cypher_value', 'a * b: numbers, a duration and a number.'),
            ('cypher_divide', 'cypher_value, cypher_value', 'cypher_value', 'a / b: numbers, a duration by a number; of integers the whole part.'),
            ('cypher_modulo', 'cypher_value, cypher_value', 'cypher_value', 'a % b: the rest, with the sign of a.'),
            ('cypher_power', 'cypher_value, cypher_value', 'cypher_value', 'a ^ b as a float.'),
            ('cypher_negate', 'cypher_value', 'cypher_value', '-a.'),
            ('cypher_index', 'cypher_value, cypher_value', 'cypher_value', 'list[integer], counted from the end if negative, or map[string].'),
            ('cypher_slice', 'cypher_value, cypher_value, cypher_value', 'cypher_value', 'list[from..to].'),
            ('cypher_get', 'cypher_value, text', 'cypher_value', 'value.key of a map, entity or temporal value.'),
            ('cypher_starts_with', 'cypher_value, cypher_value', 'boolean', 'a STARTS WITH b.'),
            ('cypher_ends_with', 'cypher_value, cypher_value', 'boolean', 'a ENDS WITH b.'),
            ('cypher_contains', 'cypher_value, cypher_value', 'boolean', 'a CONTAINS b.'),
            ('cypher_matches', 'cypher_value, cypher_value', 'boolean', 'a =~ b: the whole string matches the regular expression.'),
            ('cypher_truth', 'cypher_value', 'boolean', 'A value as a condition; error if it is no boolean.'),
            ('cypher_id', 'cypher_value', 'bigint', 'The id of a node or relationship.'),
            ('cypher_edge_ids', 'cypher_value', 'bigint[]', 'The ids of a list of relationships.'),
            ('cypher_endpoint', 'cypher_value, boolean', 'bigint', 'The id of a relationship''s start (true) or end node.'),
            ('cypher_has_labels', 'cypher_value, text[]', 'boolean', 'Whether a node has all of these labels or a relationship this type.'),
            ('cypher_key', 'cypher_value', 'text', 'What graph_key says of the value: by this text indexed properties are found.'),
            ('cypher_property', 'jsonb, text', 'cypher_value', 'A property as it is stored.'),
            ('cypher_items', 'cypher_value', 'cypher_value[]', 'The items of a list.'),
            ('cypher_unwind_items', 'cypher_value', 'cypher_value[]', 'The items of a list, or the value itself.'),
            ('cypher_field', 'cypher_value, integer', 'cypher_value', 'An item of a list by its place from 0.'),
            ('cypher_list', 'cypher_value[]', 'cypher_value', 'A list of these items.'),
            ('cypher_comprehend', 'cypher_value, cypher_value[]', 'cypher_value', 'A list of these items, null if the first argument is null.'),
            ('cypher_quantify', '"char", cypher_value, boolean[]', 'boolean', 'all (a), any (y), none (n) or single (s) of the answers, null if the list is null.'),
            ('cypher_map', 'text[], cypher_value[]', 'cypher_value', 'A map of these keys and values.'),
            ('cypher_node', 'bigint, text[], jsonb', 'cypher_value', 'A node.'),
            ('cypher_edge', 'bigint, text, bigint, bigint, jsonb', 'cypher_value', 'A relationship.'),
            ('cypher_path', 'cypher_value[]', 'cypher_value', 'A path from its nodes and relationships in order.')
        ) as t(name, arguments, result, meaning)
    loop
        execute format('create function %I(%s) returns %s as %L, %L'
            ' language c immutable strict parallel safe',
            description.name, description.arguments, description.result,
            'MODULE_PATHNAME', description.name);
        execute format('comment on function %I(%s) is %L',
            description.name, description.arguments, description.meaning);
    end loop;
end
$$;

create function cypher_in(cypher_value, cypher_value) returns boolean
    as 'MODULE_PATHNAME' language c immutable parallel safe;
comment on function cypher_in(cypher_value, cypher_value) is
    'a IN list: null if no item equals a and one might.';

create function cypher_row_count(cypher_value) returns bigint
    as 'MODULE_PATHNAME' language c immutable parallel safe;
comment on function cypher_row_count(cypher_value) is
    'The number that SKIP and LIMIT were given; error if it is none.';

create function cypher_project(cypher_value, text[], cypher_value) returns cypher_value
    as 'MODULE_PATHNAME' language c immutable parallel safe;
comment on function cypher_project(cypher_value, text[], cypher_value) is
    'Map projection: these keys of a value (null: all) and the entries of a map.';

-- the functions of the language: constant ones, those that read the clock, random ones
do $$
declare
    kind text[];
    arguments text;
begin
    foreach kind slice 1 in array array[['cypher_call', 'immutable'],
        ['cypher_call_stable', 'stable'], ['cypher_call_volatile', 'volatile']]
    loop
        for n in 0..5 loop
            arguments := 'text' || repeat(', cypher_value', n);
            execute format('create function %I(%s) returns cypher_value'
                ' as %L, ''cypher_call'' language c %s parallel safe',
                kind[1], arguments, 'MODULE_PATHNAME', kind[2]);
            execute format('comment on function %I(%s) is %L', kind[1], arguments,
                'Calls a function of Cypher by its name; cypher_functions() lists them.');
        end loop;
    end loop;
end
$$;

create function cypher_functions()
    returns table (name text, family text, signature text, meaning text)
    as 'MODULE_PATHNAME' language c immutable parallel safe rows 100;
comment on function cypher_functions() is
    'The functions of Cypher that queries may call, aggregates apart.';
