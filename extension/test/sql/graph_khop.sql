-- neighbourhoods: a -> b -> c -> d, a -> c, d -> d, e alone
\set VERBOSITY terse
select create_graph('walks');
select graph_upsert_nodes('walks', '[{"key": "a"}, {"key": "b"}, {"key": "c"},
    {"key": "d"}, {"key": "e"}]');
select graph_upsert_edges('walks', '[{"source": "a", "target": "b", "type": "X"},
    {"source": "b", "target": "c", "type": "X"}, {"source": "c", "target": "d", "type": "Y"},
    {"source": "a", "target": "c", "type": "Z", "valid_to": "2020-01-01T00:00:00Z"},
    {"source": "d", "target": "d", "type": "X"}]');
create function khop(start text, hops int, types text[] default null,
    direction text default 'out', as_of timestamptz default '2024-01-01') returns text
    language sql stable as $$
    select string_agg(n.key || distance, ' ' order by distance, n.key)
    from graph_khop('walks', (select node_id from walks.node where key = start),
        hops, types, direction, as_of) k join walks.node n using (node_id) $$;
select khop('a', 0), khop('a', 1), khop('a', 2), khop('a', 9), khop('e', 3);
select khop('c', 1, direction => 'in'), khop('c', 1, direction => 'any');
select khop('a', 9, '{X}'), khop('a', 9, '{X,Y}'), khop('a', 9, '{}');
select khop('a', 1, as_of => '2019-01-01'), khop('a', 1, as_of => '2020-01-01'),
    khop('a', 1, as_of => null);
select count(*) from graph_khop('walks', -5, 3);
select * from graph_khop('walks', 1, -1);
select * from graph_khop('walks', 1, 1, direction => 'up');
select * from graph_khop('walks', null, 1);
select * from graph_khop('none', 1, 1);
drop function khop;
select drop_graph('walks');
