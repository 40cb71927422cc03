-- cypher: openCypher queries over the graphs of create_graph
--
--   select cypher('desk', 'MATCH (i:Instrument)-[:IN]->(s:Sector) RETURN s.name, count(*)');
--   {"s.name": "Energy", "count(*)": 21} ...
--
-- Everything runs with the caller's rights and in the caller's transaction.

create function cypher(graph text, query text, params jsonb default '{}')
    returns setof jsonb
    as 'MODULE_PATHNAME' language c volatile parallel unsafe rows 100 cost 10000;

comment on function cypher(text, text, jsonb) is
    'Runs a Cypher query on a graph: one JSON object a row, its keys the names of the columns. $name in the query is the value of that key in params.';

create function cypher_rows(graph text, query text, params jsonb default '{}')
    returns setof record
    as 'MODULE_PATHNAME' language c volatile parallel unsafe rows 100 cost 10000;

comment on function cypher_rows(text, text, jsonb) is
    'Runs a Cypher query on a graph and returns its columns in order with the types of the column definition list.';

create function cypher_sql(graph text, query text, params jsonb default '{}')
    returns text
    as 'MODULE_PATHNAME' language c stable parallel unsafe cost 10000;

comment on function cypher_sql(text, text, jsonb) is
    'The SQL into which a Cypher query is compiled, with literals for its parameters: one statement if it only reads, else one for each step.';

create function cypher_procedures()
    returns table (name text, signature text, meaning text)
    as 'MODULE_PATHNAME' language c immutable parallel safe rows 20;

comment on function cypher_procedures() is
    'The procedures that CALL knows.';
