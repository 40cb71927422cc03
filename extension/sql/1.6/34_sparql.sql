-- sparql: SPARQL 1.1 (SELECT and ASK) over the graphs of create_graph
--
--   select sparql('desk', 'SELECT ?name (COUNT(*) AS ?n) {
--       ?i edge:IN/property:name ?name } GROUP BY ?name');
--   {"n": 21, "name": "Energy"} ...
--
-- A graph is these triples, and the prefixes are known to every query:
--   node:KEY property:NAME literal, node:KEY rdf:type label:NAME,
--   node:KEY edge:TYPE node:KEY; id:NUMBER is a node without key.

create function sparql(graph text, query text) returns setof jsonb
    as 'MODULE_PATHNAME' language c volatile parallel unsafe rows 100 cost 10000;

comment on function sparql(text, text) is
    'Runs a SPARQL query (SELECT, ASK) on a graph: one JSON object a row, its keys the variables; IRIs are {"@id": "node:KEY"}, unbound is null. ASK has the one column ask.';

create function sparql_sql(graph text, query text) returns text
    as 'MODULE_PATHNAME' language c stable parallel unsafe cost 10000;

comment on function sparql_sql(text, text) is
    'The SQL statement into which a SPARQL query is compiled, with literals for its parameters.';

create function sparql_triples(graph text)
    returns table (subject text, predicate text, object jsonb)
    language sql volatile parallel unsafe rows 1000
    set search_path = pg_catalog, pg_temp
as $$
    select j #>> '{s,@id}', j #>> '{p,@id}', j -> 'o'
    from public.sparql(graph, 'SELECT * { ?s ?p ?o }') as j
$$;

comment on function sparql_triples(text) is
    'The triples that a graph is for SPARQL: subject and predicate are IRIs, object is {"@id": IRI} or a literal.';

create function sparql_iri(scheme text, name text) returns public.cypher_value
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

comment on function sparql_iri(text, text) is
    'The IRI of a name in a scheme: what an IRI cannot hold is written as % and two hexadecimal digits.';

create function sparql_node(key text, node_id bigint) returns public.cypher_value
    as 'MODULE_PATHNAME' language c immutable parallel safe;

comment on function sparql_node(text, bigint) is
    'The IRI of a node: node:KEY, or id:NUMBER if it has no key.';

create function sparql_node_key(public.cypher_value) returns text
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

comment on function sparql_node_key(public.cypher_value) is
    'The key of the node that an IRI node:KEY names, else null.';

create function sparql_node_id(public.cypher_value) returns bigint
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

comment on function sparql_node_id(public.cypher_value) is
    'The number of the node that an IRI id:NUMBER names, else null.';

create function sparql_term_key(public.cypher_value) returns bytea
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

comment on function sparql_term_key(public.cypher_value) is
    'Bytes that are equal for the same RDF term only: 1 and 1.0 differ.';

create function sparql_apply(function text, arguments public.cypher_value[])
    returns public.cypher_value
    as 'MODULE_PATHNAME' language c stable strict parallel safe;

comment on function sparql_apply(text, public.cypher_value[]) is
    'A function or operator of SPARQL by its name; errors are null.';

create function sparql_compare(operator text, a public.cypher_value, b public.cypher_value)
    returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

comment on function sparql_compare(text, public.cypher_value, public.cypher_value) is
    'The comparisons of SPARQL; null if two terms cannot be compared.';

create function sparql_in(value public.cypher_value, items public.cypher_value[])
    returns boolean
    as 'MODULE_PATHNAME' language c immutable parallel safe;

comment on function sparql_in(public.cypher_value, public.cypher_value[]) is
    'IN of SPARQL: true if one is equal, null if an error hides whether one is.';

create function sparql_truth(public.cypher_value) returns boolean
    as 'MODULE_PATHNAME' language c immutable strict parallel safe;

comment on function sparql_truth(public.cypher_value) is
    'The effective boolean value of a term; null if it has none.';

create function sparql_aggregate(name text, items public.cypher_value[],
    is_distinct boolean, separator text) returns public.cypher_value
    as 'MODULE_PATHNAME' language c immutable parallel safe;

comment on function sparql_aggregate(text, public.cypher_value[], boolean, text) is
    'sum, avg, min, max, sample or group_concat of the values of a group; null among them is left out.';
