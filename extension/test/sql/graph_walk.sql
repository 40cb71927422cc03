-- paths: a - b - c - d cheap, a - d dear, e apart, z a cycle of no cost
\set VERBOSITY terse
select create_graph('paths');
select graph_upsert_nodes('paths', '[{"key": "a"}, {"key": "b"}, {"key": "c"},
    {"key": "d"}, {"key": "e"}, {"key": "y"}, {"key": "z"}]');
select graph_upsert_edges('paths', '[
    {"source": "a", "target": "b", "type": "X", "weight": 1},
    {"source": "b", "target": "c", "type": "X", "weight": 1.5},
    {"source": "c", "target": "d", "type": "X", "weight": 0.25},
    {"source": "a", "target": "d", "type": "Y", "weight": 5},
    {"source": "b", "target": "d", "type": "Z", "weight": 2},
    {"source": "y", "target": "z", "type": "X", "weight": 0},
    {"source": "z", "target": "y", "type": "X", "weight": 0}]');
create function node_of(name text) returns bigint language sql stable
    return (select node_id from paths.node where key = name);
create function key_of(id bigint) returns text language sql stable
    return (select key from paths.node where node_id = id);
select step, key_of(node_id), cost from graph_shortest_path('paths', node_of('a'), node_of('d'));
select step, key_of(node_id), cost
    from graph_shortest_path('paths', node_of('a'), node_of('d'), weighted => true);
select step, key_of(node_id), cost
    from graph_shortest_path('paths', node_of('a'), node_of('d'), '{X}', weighted => true);
select step, key_of(node_id) from graph_shortest_path('paths', node_of('d'), node_of('a'), direction => 'in');
select step, key_of(node_id) from graph_shortest_path('paths', node_of('a'), node_of('a'));
select count(*) from graph_shortest_path('paths', node_of('a'), node_of('e'));
select count(*) from graph_shortest_path('paths', node_of('a'), -1);
select path, string_agg(key_of(node_id), ' ' order by step), max(cost)
    from graph_k_shortest_paths('paths', node_of('a'), node_of('d'), 9) group by path order by path;
select count(*) from graph_k_shortest_paths('paths', node_of('y'), node_of('z'), 9, weighted => true);
select array_length(edge_ids, 1) from graph_all_shortest_paths('paths', node_of('a'), node_of('d'));
select key_of(end_id), array_length(edge_ids, 1) from graph_trails('paths', node_of('a'), 1, 2) order by 1, 2;
select array_length(edge_ids, 1) from graph_trails('paths', node_of('y'));
select count(*) from graph_trails('paths', node_of('a'), max_rows => 2);
select key_of(node_id), cost, key_of(parent_id) from graph_costs('paths', node_of('a')) order by 1;
select key_of(node_id), distance, key_of(parent_id) from graph_bfs('paths', node_of('a')) order by 2, 1;

-- a negative weight is an error where costs count, and only there
select graph_upsert_edge('paths', 'c', 'a', 'N', weight => -1) > 0 as written;
select count(*) from graph_shortest_path('paths', node_of('a'), node_of('d'), weighted => true);
select count(*) from graph_shortest_path('paths', node_of('a'), node_of('d'));
select count(*) from graph_shortest_path('paths', node_of('a'), node_of('d'), '{X,Y,Z}', weighted => true);
select count(*) from graph_k_shortest_paths('paths', node_of('a'), node_of('d'), 0);
select count(*) from graph_costs('paths', node_of('a'));
select count(*) from graph_pagerank('paths', weighted => true);
select count(*) from graph_communities('paths');
select count(*) from graph_communities('paths', weighted => false);

-- memory has a bound, and what did not fit can be asked again
set graph.max_memory = '1MB';
insert into paths.node (key) select 'n' || i from generate_series(1, 30000) i;
select count(*) from graph_components('paths');
reset graph.max_memory;
select count(*) from graph_components('paths');
drop function node_of;
drop function key_of;
select drop_graph('paths');
