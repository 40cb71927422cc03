-- MATCH: patterns, paths, predicates, procedures
\set VERBOSITY terse
\pset tuples_only on
\pset format unaligned
select create_graph('town');
select cypher('town', 'CREATE (a:Person {name: ''Ann'', age: 40}), (b:Person:Chef {name: ''Bob''}), (c:Person {name: ''Cid''}), (d:Dog {name: ''Dot''}), (a)-[:KNOWS {since: 2001}]->(b)-[:KNOWS]->(c)-[:KNOWS]->(a), (b)-[:OWNS]->(d)');

select cypher('town', 'MATCH (n:Person) RETURN n.name AS name, labels(n) AS labels ORDER BY name');
select cypher('town', 'MATCH (a {name: ''Ann''})-[r:KNOWS]->(b) RETURN type(r) AS type, r.since AS since, b.name AS name');
select cypher('town', 'MATCH (a:Person)--(b) RETURN a.name AS a, b.name AS b ORDER BY a, b');
select cypher('town', 'MATCH (a)-[:KNOWS|OWNS]->()<-[]-(b) RETURN count(*) AS n');
select cypher('town', 'MATCH (a:Chef), (d:Dog) RETURN a.name AS a, d.name AS d');
select cypher('town', 'MATCH (a:Person) OPTIONAL MATCH (a)-[:OWNS]->(d) RETURN a.name AS a, d.name AS d, d:Dog AS dog ORDER BY a');
select cypher('town', 'MATCH (a:Person) WHERE (a)-[:OWNS]->() OR a.age > 30 RETURN a.name AS a ORDER BY a');
select cypher('town', 'MATCH (a:Person) WHERE NOT EXISTS { MATCH (a)-->(d:Dog) } RETURN a.name AS a, COUNT { (a)--() } AS n ORDER BY a');
select cypher('town', 'MATCH (a:Person) RETURN a.name AS a, [(a)-->(b) WHERE b.name <> ''Dot'' | b.name] AS l ORDER BY a');
select cypher('town', 'MATCH (a {name: ''Ann''})-[rs:KNOWS*1..3]->(b) RETURN b.name AS b, size(rs) AS n ORDER BY n');
select cypher('town', 'MATCH p = (a {name: ''Ann''})-[*2]->(d:Dog) RETURN [n IN nodes(p) | n.name] AS names, length(p) AS length, [r IN relationships(p) | type(r)] AS types');
select cypher('town', 'MATCH p = (d:Dog)<-[*..2]-(x) RETURN [n IN nodes(p) | n.name] AS names ORDER BY names');
select cypher('town', 'MATCH (a {name: ''Ann''}), (d:Dog), p = shortestPath((a)-[*]->(d)) RETURN [n IN nodes(p) | n.name] AS names');
select cypher('town', 'MATCH (a {name: ''Ann''}), (c {name: ''Cid''}), p = allShortestPaths((a)-[*]-(c)) RETURN count(p) AS n');
select cypher('town', 'MATCH (a)-[*0..1]->(b) WHERE a.name = ''Bob'' RETURN b.name AS b ORDER BY b');
select cypher('town', 'MATCH (a:Person)-[:KNOWS*]->(b) RETURN DISTINCT a.name AS a, b.name AS b ORDER BY a, b');
select cypher('town', 'MATCH ()-[r]->() WITH r ORDER BY id(r) LIMIT 1 MATCH (a)-[r]->(b) RETURN startNode(r).name AS s, endNode(r) = b AS same');
select cypher('town', 'MATCH (a:Person) WITH a.name AS name, a WHERE a.age IS NULL RETURN name ORDER BY name');
select cypher('town', 'MATCH (a) WHERE a.nothing.at.all = 1 RETURN a');
select cypher('town', 'MATCH (a:Dog) RETURN a, properties(a) AS p, a {.name, kind: ''pet''} AS m');
select cypher('town', 'CALL graph.degree() YIELD node, out_degree AS out WHERE out > 1 RETURN node.name AS name, out');
select cypher('town', 'MATCH (a {name: ''Ann''}) CALL graph.khop(a, 1) YIELD node, distance RETURN node.name AS name, distance ORDER BY distance');
select cypher('town', 'CALL db.labels') as row order by 1;

-- one object a row for the whole of a path
select jsonb_path_query(cypher('town', 'MATCH p = (:Chef)-[:OWNS]->() RETURN p'), '$.p.relationships[*].type');

-- the index of graph_index is used by map and by WHERE
insert into town.node (labels, properties)
    select '{Item}', jsonb_build_object('k', i) from generate_series(1, 2000) i;
select graph_index('town', 'Item', 'k') is not null as indexed;
create function town.uses_index(query text, params jsonb default '{}') returns boolean
    language plpgsql as $$
declare
    line text;
    found boolean := false;
begin
    for line in execute 'explain ' || cypher_sql('town', query, params) loop
        found := found or line like '%Index Scan%node_Item_k%'
            or line like '%Bitmap Index Scan on %node_Item_k%';
    end loop;
    return found;
end
$$;
select town.uses_index('MATCH (n:Item {k: 7}) RETURN n') as by_map,
    town.uses_index('MATCH (n:Item) WHERE n.k = $k RETURN n', '{"k": 7}') as by_where,
    town.uses_index('MATCH (n:Item) WHERE n.k > 7 RETURN n') as by_range;
select cypher('town', 'MATCH (n:Item {k: 7.0}) RETURN n.k AS k');
-- and by values that only the running query knows, whatever they are
update town.node set properties = '{"k": {"@date": "2024-02-29"}}' where properties = '{"k": 3}';
update town.node set properties = '{"k": [4, 5]}' where properties = '{"k": 4}';
select town.uses_index('UNWIND $rows AS r MATCH (n:Item {k: r.k}) RETURN n', '{"rows": []}') as by_row;
select cypher('town', 'UNWIND $rows AS r MATCH (n:Item {k: r.k}) RETURN n.k AS k',
    '{"rows": [{"k": 7}, {"k": 8.0}, {"k": null}, {"k": [4, 5]}, {"k": {"@date": "2024-02-29"}}, {"k": "7"}]}');
select cypher('town', 'UNWIND $rows AS r MERGE (n:Item {k: r.k}) ON CREATE SET n.new = true RETURN n.k AS k, n.new AS new',
    '{"rows": [{"k": 7}, {"k": [4, 5]}, {"k": -1}, {"k": -1}]}');
select cypher('town', 'MATCH (n:Item) WHERE n.k = $k RETURN count(*) AS n', '{"k": [7]}');
select drop_graph('town', true);

-- ends of variable-length patterns by search, where repeats do not count: the
-- same answer as by trails, and an answer at all where trails are too many
select create_graph('mesh');
insert into mesh.node (labels, properties)
    select array['N'], jsonb_build_object('i', i) from generate_series(0, 29) i;
insert into mesh.edge (source, target, type)
    select a.node_id, b.node_id, case when x < 4 then 'A' else 'B' end
    from generate_series(0, 29) i, generate_series(1, 5) x
    join mesh.node a on true join mesh.node b on true
    where a.properties = jsonb_build_object('i', i)
        and b.properties = jsonb_build_object('i', (i * 7 + x * x * 3) % 31 % 30);
create function mesh.both_ways(pattern text) returns boolean
    language sql as $$
    select (select jsonb_agg(distinct r) from cypher('mesh', 'MATCH ' || pattern
            || ' RETURN DISTINCT a.i AS a, b.i AS b') r)
        is not distinct from
        (select jsonb_agg(distinct r) from cypher('mesh', 'MATCH ' || pattern
            || ' WITH a, b, count(*) AS n RETURN a.i AS a, b.i AS b') r)
$$;
select pattern, mesh.both_ways(pattern) from unnest(array['(a)-[*1..3]->(b)',
    '(a)<-[:A*1..4]-(b)', '(a)-[:A|B*0..2]->(b)', '(a)-[*0..2]-(b)', '(a)-[*1..2]-(b)', '(a)-[:A*1..3]-(b)', '(a)-[:B*..3]-(b)',
    '(a)-[*..2]->(b {i: 4})', '(a {i: 4})<-[*2..3]-(b)', '(a)-[:B*1..1]->(b)']) as pattern;
set statement_timeout = '5s';
select cypher('mesh', 'MATCH (a {i: 1})-[*]->(b) RETURN count(DISTINCT b) AS n');
select cypher('mesh', 'MATCH (a {i: 1})-[*]-(b) RETURN count(DISTINCT b) AS n');
select cypher('mesh', 'MATCH (a {i: 1}), (b {i: 2}) WHERE (a)-[*]->(b) RETURN a.i AS a');
-- walks from what an OPTIONAL MATCH did not find
select cypher('mesh', 'OPTIONAL MATCH (a {i: -1}) OPTIONAL MATCH (a)-[r*1..2]->(b)-[:NO*0..1]->(a) RETURN a, r, b');
select cypher('mesh', 'OPTIONAL MATCH (a {i: -1}), (b {i: 1}) OPTIONAL MATCH p = shortestPath((a)-[*]->(b)) RETURN p');
select cypher('mesh', 'OPTIONAL MATCH (a {i: -1}) OPTIONAL MATCH (a)-[*]->(b) RETURN count(DISTINCT b) AS n');
-- a column's expression is the column, lists of literals in it or not
select cypher('mesh', 'UNWIND [1, 2, 3] AS x RETURN x IN [1, 2] AS few, count(*) AS n ORDER BY x IN [1, 2] DESC');
-- a subquery or a list of a pattern in it, too
select cypher('mesh', 'MATCH (n) WHERE n.i < 3 RETURN DISTINCT COUNT { (n)-->() } AS c ORDER BY COUNT { (n)-->() } DESC');
select cypher('mesh', 'MATCH (n) WHERE n.i < 3 RETURN DISTINCT size([(n)-->(m) WHERE m.i < 2 | m.i]) AS c ORDER BY size([(n)-->(m) WHERE m.i < 2 | m.i])');
reset statement_timeout;
select drop_graph('mesh', true);
