-- CREATE, MERGE, SET, REMOVE, DELETE
\set VERBOSITY terse
\pset tuples_only on
\pset format unaligned
select create_graph('farm');

select cypher('farm', 'CREATE (a:Cow {name: ''Ada'', x: null})-[r:EATS {much: 1.0}]->(b:Hay) RETURN a.name AS a, keys(a) AS keys, type(r) AS r, labels(b) AS b');
select cypher('farm', 'UNWIND range(1, 3) AS i CREATE (:Hen {i: i}) RETURN count(*) AS n');
select cypher('farm', 'CREATE (a {id: 7}), (b {id: a.id + 1}) RETURN b.id AS id');
select cypher('farm', 'CREATE p = (:X)-[:Y]->(:X)<-[:Y]-(:X) RETURN length(p) AS n');
select cypher('farm', 'MATCH (n) WHERE n.id IS NOT NULL OR n:X DETACH DELETE n');

-- MERGE sees what the row before it created
select cypher('farm', 'UNWIND [1, 2, 1, 2, 1] AS k MERGE (n:Key {k: k}) ON CREATE SET n.made = k ON MATCH SET n.seen = coalesce(n.seen, 0) + 1 RETURN count(*) AS rows');
select cypher('farm', 'MATCH (n:Key) RETURN n.k AS k, n.made AS made, n.seen AS seen ORDER BY k');
select cypher('farm', 'MATCH (a:Key {k: 1}), (b:Key {k: 2}) MERGE (a)-[r:NEAR]->(b) MERGE (a)-[s:NEAR]-(b) RETURN r = s AS same');

-- SET adds up over rows; labels; maps
select cypher('farm', 'MATCH (n:Key {k: 1}) UNWIND [1, 2, 3] AS x SET n.sum = coalesce(n.sum, 0) + x');
select cypher('farm', 'MATCH (n:Key {k: 1}) RETURN n.sum AS sum');
select cypher('farm', 'MATCH (n:Key {k: 1}) SET n:New:Key, n += {a: 1, made: null} REMOVE n.seen RETURN n');
select cypher('farm', 'MATCH (n:New) REMOVE n:New SET n = {k: 1} RETURN labels(n) AS l, properties(n) AS p');
select cypher('farm', 'MATCH (:Key)-[r:NEAR]->() SET r.w = 1, r.v = r.w + 1 RETURN properties(r) AS p');
select cypher('farm', 'OPTIONAL MATCH (n:Nothing) SET n.x = 1 REMOVE n:Y DELETE n RETURN n');

-- DELETE
select cypher('farm', 'MATCH (n:Cow) DELETE n');
select cypher('farm', 'MATCH (n:Cow)-[r]->(m) DELETE r, n, m RETURN type(r) AS type');
select cypher('farm', 'MATCH (n:Hen) WITH n LIMIT 1 DELETE n RETURN n.i');
select cypher('farm', 'MATCH p = (:Key)-[:NEAR]->() DETACH DELETE p');
select cypher('farm', 'MATCH (n) RETURN labels(n) AS l, count(*) AS n');

-- errors leave nothing behind; so does rollback
select cypher('farm', 'CREATE (a:Half) WITH a UNWIND [1, 0] AS x RETURN 1 / x');
begin;
select cypher('farm', 'CREATE (:Gone)');
rollback;
select cypher('farm', 'MATCH (n:Half) RETURN count(n) AS n UNION ALL MATCH (n:Gone) RETURN count(n) AS n');
begin transaction read only;
select cypher('farm', 'CREATE (:Gone)');
rollback;
select cypher('farm', 'MERGE (n:Key {k: null})');
select cypher('farm', 'CREATE ({m: {a: 1}})');
select cypher('farm', 'CREATE (a)-[:R]->(b) WITH a, b OPTIONAL MATCH (x:Nothing) CREATE (a)-[:R]->(x)');
select drop_graph('farm');

-- a tenant sees and changes its own rows; the caller's rights decide
select create_graph('shared', true);
create role cypher_test_user;
grant usage on schema shared to cypher_test_user;
grant select, insert, update, delete on shared.node, shared.edge to cypher_test_user;
set bellwether.tenant = 1;
set role cypher_test_user;
select cypher('shared', 'CREATE (:A {k: 1})-[:R]->(:B {k: 2})');
reset role;
set bellwether.tenant = 2;
set role cypher_test_user;
select cypher('shared', 'MATCH (n) RETURN count(*) AS n UNION ALL MATCH ()-[r]->() RETURN count(*) AS n');
select cypher('shared', 'MERGE (n:A {k: 1}) ON CREATE SET n.mine = true RETURN n.mine AS mine');
select cypher('shared', 'MATCH (n) DETACH DELETE n');
reset role;
set bellwether.tenant = 1;
set role cypher_test_user;
select cypher('shared', 'MATCH (a)-[*]->(b) RETURN a.k AS a, b.k AS b, a.mine AS mine');
reset role;
revoke select on shared.node from cypher_test_user;
set role cypher_test_user;
select cypher('shared', 'MATCH (n) RETURN n');
reset role;
-- what only MERGE names is a column too
select cypher('shared', 'CREATE (a) MERGE (a)-[:T]->()<-[:T]-(b) RETURN count(*) AS n');
select cypher('shared', 'MATCH (a:Nobody) MERGE (a)-[:T]->()<-[:T]-(b) ON MATCH SET b.x = 1 RETURN count(*) AS n');
select drop_graph('shared');
drop role cypher_test_user;
reset bellwether.tenant;
-- the constant properties of MERGE say what it matches
select create_graph('herd');
select cypher('herd', 'CREATE (:Cow), (:Cow {k: 2}), ()');
select cypher('herd', 'MERGE (n:Cow {k: 1, l: [1, 2]}) RETURN n.k AS k, n.l AS l');
select cypher('herd', 'MERGE (n:Cow {k: 1, l: [1, 2]}) MERGE (n)-[r:EATS {what: ''grass''}]->(m {k: 3}) RETURN r.what AS what, m.k AS k');
select cypher('herd', 'MATCH (n {k: 1}) MERGE (n)-[r:EATS {what: ''hay''}]->(m {k: 3}) RETURN r.what AS what');
select cypher('herd', 'MATCH (n) RETURN labels(n) AS l, n.k AS k, COUNT { (n)-[:EATS]->() } AS eats ORDER BY id(n)');
select drop_graph('herd');
