-- a graph is two ordinary tables in a schema of its own
\set VERBOSITY terse
create role graph_test_owner;
grant create on database :DBNAME to graph_test_owner;
set role graph_test_owner;
select create_graph('roads');
select relname, relkind, pg_get_userbyid(relowner) as owner from pg_class
    where relnamespace = 'roads'::regnamespace order by 1;
select conrelid::regclass as relation, conname, pg_get_constraintdef(oid) as definition
    from pg_constraint where connamespace = 'roads'::regnamespace order by 1, 2;
select tgrelid::regclass as relation, tgname, tgenabled from pg_trigger
    where tgrelid in ('roads.node'::regclass, 'roads.edge'::regclass)
    and not tgisinternal order by 1, 2;

-- upserts by keys of the outside
select graph_upsert_node('roads', 'a', '{Town}', '{"size": 1}') as id;
select graph_upsert_node('roads', 'a', '{Town,Port}', '{"size": 2}') as same_id;
select graph_upsert_nodes('roads', '[{"key": "b"}, {"key": "c", "labels": ["Town"]},
    {"key": "c", "labels": ["Village"], "properties": {"size": 1.0}}]') as written;
select graph_upsert_nodes('roads', '[{"key": "b"}]') as unchanged;
select key, labels, properties from roads.node order by key;
select graph_upsert_edge('roads', 'a', 'b', 'ROAD', weight => 2) as id;
select graph_upsert_edge('roads', 'a', 'b', 'ROAD', '{"name": "north"}', 3) as same_id;
select graph_upsert_edge('roads', 'a', 'b', 'ROAD', key => 'south') <> 1 as parallel;
select graph_upsert_edges('roads', '[{"source": "b", "target": "c", "type": "ROAD",
    "weight": 4, "valid_from": "2024-01-01T00:00:00Z", "valid_to": "2025-01-01T00:00:00Z"},
    {"source": "c", "target": "a", "type": "RIVER"}]') as written;
select s.key as source, e.type, t.key as target, e.key, e.weight, e.properties
    from roads.edge e join roads.node s on s.node_id = e.source
    join roads.node t on t.node_id = e.target order by 1, 2, 3, 4;
select graph, owner, tenanted, nodes, edges, bytes > 0 as has_size from graph_info('roads');

-- what cannot be
select create_graph('roads');
select create_graph('pg_roads');
select create_graph('');
select create_graph(null);
select graph_upsert_node('rail', 'a');
select graph_upsert_node('roads', null);
select graph_upsert_nodes('roads', '[{"labels": ["Town"]}]');
select graph_upsert_node('roads', 'd', '{null}');
select graph_upsert_node('roads', 'd', '{}', '[1]');
select graph_upsert_edge('roads', 'a', 'z', 'ROAD');
select graph_upsert_edges('roads', '[{"source": "z", "target": "a", "type": "ROAD"}]');
select graph_upsert_edges('roads', '[{"target": "a", "type": "ROAD"}]');
select graph_upsert_edge('roads', 'a', 'b', 'ROAD', weight => 'nan');
select graph_upsert_edge('roads', 'a', 'b', 'ROAD', weight => '-infinity');
delete from roads.node where key = 'a';

-- equal values have equal keys
select graph_key('{"p": 1.50}', 'p'), graph_key('1.5'::jsonb), graph_key('"1.5"'::jsonb),
    graph_key('true'::jsonb), graph_key('[1]'::jsonb), graph_key('{"p": null}', 'p'),
    graph_key('{}', 'p'), graph_key('1e3'::jsonb);
select graph_index('roads', 'Town', 'size') = graph_index('roads', 'Town', 'size') as same;
set enable_seqscan = off;
set enable_bitmapscan = off;
explain (costs off) select node_id from roads.node where tenant_id = 0
    and labels @> array['Town'] and graph_key(properties, 'size') = graph_key('2.0'::jsonb);
select key from roads.node where tenant_id = 0 and labels @> array['Town']
    and graph_key(properties, 'size') = graph_key('2.0'::jsonb);
reset enable_seqscan;
reset enable_bitmapscan;

-- deletion
select graph_delete_edges('roads', '[{"source": "a", "target": "b", "type": "ROAD"}]');
select graph_delete_nodes('roads', '{c,z}');
begin;
select graph_clear('roads');
select nodes, edges from graph_info('roads');
rollback;
select nodes, edges from graph_info('roads');
create table roads.note (line text);
select drop_graph('roads');
select drop_graph('roads', true);
select drop_graph('roads');

-- a tenanted graph keeps its tenants apart
select create_graph('desks', true);
reset role;
grant set on parameter bellwether.tenant to graph_test_owner;
set role graph_test_owner;
select graph_tenant('desks');
set bellwether.tenant = 1;
select graph_upsert_node('desks', 'a') > 0 as written;
set bellwether.tenant = 2;
select graph_upsert_node('desks', 'a') > 0 as written;
select tenant_id, key from desks.node;
select graph_tenant('desks'), nodes, tenanted from graph_info('desks');
insert into desks.node (tenant_id) values (1);
select graph_clear('desks');
set bellwether.tenant = 1;
select graph_clear('desks');
select drop_graph('desks');
reset role;
revoke set on parameter bellwether.tenant from graph_test_owner;
revoke create on database :DBNAME from graph_test_owner;
drop role graph_test_owner;
