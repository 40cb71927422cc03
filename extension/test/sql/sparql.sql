-- SPARQL: triples of a graph, patterns, paths, grouping; errors and harm
\pset tuples_only on
\pset format unaligned
select create_graph('rdf');
select graph_upsert_nodes('rdf', '[
    {"key": "XOM", "labels": ["Instrument"], "properties": {"symbol": "XOM", "price": 100.5, "n": 1}},
    {"key": "CVX", "labels": ["Instrument", "Big"], "properties": {"symbol": "CVX", "price": 150, "n": 1.0}},
    {"key": "E", "labels": ["Sector"], "properties": {"name": "Energy"}},
    {"key": "a b", "properties": {"d": {"@date": "2024-01-05"}, "l": [1, 2], "gone": null}}]');
select graph_upsert_edges('rdf', '[
    {"source": "XOM", "target": "E", "type": "IN"}, {"source": "CVX", "target": "E", "type": "IN"},
    {"source": "CVX", "target": "E", "type": "IN", "key": "again"},
    {"source": "E", "target": "a b", "type": "UP"}, {"source": "a b", "target": "E", "type": "UP"}]');
insert into rdf.node (node_id, labels) overriding system value values (77, '{Nameless}');
select * from sparql_triples('rdf') order by 1, 2, 3;

create function pg_temp.ask(query text) returns setof text language sql as $$
    select sparql('rdf', query)::text order by 1
$$;
-- 1 and 1.0 are two terms; edges beside each other are one triple
select pg_temp.ask('SELECT ?s { ?s property:n 1 }');
select pg_temp.ask('SELECT ?s { ?s property:n ?n FILTER(?n = 1) }');
select pg_temp.ask('SELECT DISTINCT ?n { ?s property:n ?n }');
select pg_temp.ask('SELECT (COUNT(*) AS ?c) { ?s edge:IN ?o }');
select pg_temp.ask('SELECT * { node:CVX ?p ?o }');
select pg_temp.ask('SELECT ?s { ?s a label:Nameless }');
select pg_temp.ask('SELECT ?l { id:77 a ?l }');
-- ; , and brackets; strings that quote; prefixes of one's own
select pg_temp.ask('PREFIX p: <property:> SELECT ?n { [ a label:Instrument , label:Big ; p:symbol ?n ; edge:IN [ p:name "Energy" ] ] }');
select pg_temp.ask($$SELECT ('''a'"b''' AS ?x) ("\u00e4\n" AS ?y) (<node:a%20b> AS ?z) {}$$);
-- OPTIONAL, UNION, MINUS, VALUES, BIND, EXISTS
select pg_temp.ask('SELECT ?s ?q { VALUES ?s { node:XOM node:NONE <node:a%20b> } OPTIONAL { ?s property:price ?p } BIND(?p * 2 + 1 AS ?q) }');
select pg_temp.ask('SELECT ?s { ?s property:price ?p MINUS { ?s a label:Big } FILTER NOT EXISTS { ?s edge:UP ?x } FILTER(?p IN (100.5, 3) && bound(?p) && !bound(?zzz)) }');
select pg_temp.ask('SELECT ?s ?v { { ?s property:symbol ?v } UNION { ?s property:name ?v } FILTER regex(?v, "^e|m$", "i") }');
select pg_temp.ask('SELECT ?i { VALUES ?i { 1 2 UNDEF } FILTER(?i IN (2, ?none, 1)) }');
-- paths
select pg_temp.ask('SELECT * { node:XOM (edge:IN|edge:UP)+ ?e }');
select pg_temp.ask('SELECT * { ?s edge:UP+ <node:a%20b> }');
select pg_temp.ask('SELECT * { ?s (edge:IN/edge:UP)* <node:a%20b> }');
select pg_temp.ask('SELECT * { node:E ^edge:IN ?e }');
select pg_temp.ask('SELECT * { node:E edge:UP? ?e }');
select pg_temp.ask('SELECT ?v { node:E !(edge:UP|^edge:IN|a) ?v }');
select pg_temp.ask('SELECT ?name { node:XOM edge:IN/property:name ?name }');
-- grouping, order
select pg_temp.ask('SELECT ?x (COUNT(*) AS ?c) (AVG(?p) AS ?a) (MIN(?p) AS ?lo) (MAX(?p) AS ?hi) { ?s edge:IN/property:name ?x ; property:price ?p } GROUP BY ?x HAVING (COUNT(*) > 1)');
select pg_temp.ask('SELECT (SUM(?n) AS ?t) (COUNT(DISTINCT ?n) AS ?c) (GROUP_CONCAT(DISTINCT ?y; separator="|") AS ?all) { ?s property:n ?n ; property:symbol ?y } GROUP BY ?none');
select pg_temp.ask('SELECT (SUM(?n) AS ?t) (COUNT(?n) AS ?c) (AVG(?n) AS ?a) (MIN(?n) AS ?lo) { ?s property:none ?n }');
select pg_temp.ask('SELECT (COUNT(DISTINCT *) AS ?c) { ?s edge:IN ?o }');
select sparql('rdf', 'SELECT ?o { ?s ?p ?o } ORDER BY DESC(?o) ?s LIMIT 4 OFFSET 2');
select pg_temp.ask('SELECT ?s ?c { ?s property:n ?n { SELECT ?s (COUNT(?x) AS ?c) { ?s edge:IN ?x } GROUP BY ?s } }');
select pg_temp.ask('ASK { node:XOM edge:IN node:E }');
select pg_temp.ask('ASK { node:XOM edge:IN node:XOM }');
-- functions; an error is unbound
select pg_temp.ask('SELECT (strlen("äb") AS ?a) (substr("abcd", 2, 2) AS ?b) (replace("abab", "(a)", "[$1]") AS ?c) (concat("x", "y") AS ?d) (strbefore("a/b", "/") AS ?e) (strafter("a/b", "/") AS ?f) {}');
select pg_temp.ask('SELECT (1/2 AS ?a) (1/0 AS ?b) (9223372036854775807 + 1 AS ?c) ("a" + 1 AS ?d) (xsd:integer("12") AS ?e) (xsd:integer("x") AS ?f) (datatype(1.5) AS ?g) (round(-2.5) AS ?h) {}');
select pg_temp.ask('SELECT (str(node:a) AS ?a) (isIRI(node:a) AS ?b) (isLiteral(1) AS ?c) (lang("x") AS ?d) (sameTerm(1, 1.0) AS ?e) (1 = 1.0 AS ?f) ("a" < 1 AS ?g) (ucase("äb") AS ?h) (encode_for_uri("a b") AS ?i) {}');
select pg_temp.ask('SELECT (year(?d) AS ?y) (?d < "2024-02-01"^^xsd:date AS ?b) { ?s property:d ?d }');
select pg_temp.ask('SELECT (if(bound(?x), 1, coalesce(?x, "none")) AS ?a) (contains("abc", "b") && strstarts("abc", "a") && strends("abc", "c") AS ?b) {}');

-- errors: SQLSTATE and place
\set VERBOSITY default
select sparql('rdf', E'SELECT ?s {\n  ?s foo:bar 1 }');
\set VERBOSITY terse
create function pg_temp.fails(query text) returns text language plpgsql as $$
begin
    perform sparql('rdf', query);
    return 'no error';
exception when others then
    return sqlstate || ' ' || left(sqlerrm, 120);
end
$$;
select pg_temp.fails(q) from unnest(array[
    '', 'SELECT', 'SELECT * {', 'SELECT * { ?s ?p }', 'SELECT ?x { } extra', 'SELECT (1 AS ?x) (2 AS ?x) {}',
    'CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }', 'SELECT * FROM <x> {}', 'SELECT * { GRAPH ?g { } }',
    'SELECT * { ?s property:x "a"@en }', 'SELECT * { ?s property:x (1 2) }', 'SELECT * { ?s property:x "a"^^xsd:integer }',
    'SELECT * { ?s (property:x|edge:A)* ?o }', 'SELECT ?s { ?s ?p ?o } GROUP BY ?p', 'SELECT * { ?s ?p ?o } GROUP BY ?s',
    'SELECT (COUNT(COUNT(?x)) AS ?y) {}', 'SELECT * { FILTER(COUNT(?x) > 1) }', 'SELECT * { BIND(1 AS ?x) BIND(2 AS ?x) }',
    'SELECT * { FILTER(nothing(1)) }', 'SELECT * { FILTER(strlen()) }', 'SELECT * { "open }', 'SELECT * { FILTER("\q") }',
    'SELECT * { FILTER(99999999999999999999 > 1) }', 'SELECT * { VALUES (?a ?b) { (1) } }', 'SELECT DISTINCT ?s { ?s ?p ?o } ORDER BY ?o',
    'SELECT * { FILTER regex("a", "(") }', 'SELECT * { ?s ?p "\uD800" }', 'SELECT ?x {} LIMIT -1']) as q;

-- harm: refused, or done, but never a crash
select left(pg_temp.fails('SELECT * { FILTER(' || repeat('(', 100000) || '1'), 60);
select left(pg_temp.fails('SELECT * ' || repeat('{', 100000)), 60);
select left(pg_temp.fails('SELECT * { ?s ' || repeat('^', 100000) || 'edge:A ?o }'), 60);
select left(pg_temp.fails('SELECT * { ?s ' || repeat('(', 100000) || 'edge:A ?o }'), 60);
select left(pg_temp.fails('SELECT * { FILTER(' || repeat('!', 100000) || '1) }'), 60);
select left(pg_temp.fails('SELECT * { FILTER(1' || repeat(' + 1', 100000) || ' > 1) }'), 60);
select left(pg_temp.fails('SELECT * { FILTER(1' || repeat(' || 1', 20000) || ') }'), 60);
select left(pg_temp.fails('SELECT * { ' || repeat('?s edge:A ?o . ', 5000) || '}'), 80);
set statement_timeout = '60s';
select left(pg_temp.fails('SELECT * { ?s edge:A' || repeat('/edge:A', 40) || ' ?o }'), 80);
reset statement_timeout;
select left(pg_temp.fails('SELECT * { ?s edge:A' || repeat('/edge:A', 5000) || ' ?o }'), 80);
select left(pg_temp.fails('SELECT * { ?s edge:A' || repeat('|edge:A', 5000) || ' ?o }'), 80);
select left(pg_temp.fails('SELECT * { ' || repeat('OPTIONAL { ', 3000) || repeat('}', 3001)), 80);
select left(pg_temp.fails('SELECT * { VALUES ?x { ' || repeat('1 ', 40000) || '} }'), 80);
select left(pg_temp.fails('SELECT * { BIND(1 AS ?x0) ' || (select string_agg(format('BIND(?x%s + ?x%s AS ?x%s)', i - 1, i - 1, i), ' ')
    from generate_series(1, 60) as i) || '}'), 60);
select left(pg_temp.fails('SELECT * { FILTER("' || repeat('x', 10000000) || '" = "y") }'), 60);
select pg_temp.fails(null);
select pg_temp.fails($$SELECT * { ?s <property:a'b%22c\u0041> "'; drop table x" ; <edge:T'> ?o ; a <label:L'> }$$);

-- what sparql_sql returns runs, and gives the same
select sparql_sql('rdf', 'SELECT ?s { ?s property:symbol "XOM" ; edge:IN node:E }') like 'select %';
do $$
declare
    found text;
begin
    execute sparql_sql('rdf', 'SELECT ?n { node:XOM edge:IN ?s . ?s property:name ?n FILTER(?n != "x") }') into found;
    raise notice '%', found;
end
$$;
select drop_graph('rdf');
