-- A scan keeps the columns that somebody looks at, wherever that is.
select create_graph('wide');
insert into wide.node (node_id) select i from generate_series(1, 6) i;
insert into wide.edge (source, target, type) select i, i + 1, 'T' from generate_series(1, 5) i;
select count(*) from graph_bfs('wide', 1);
select max(parent_id), count(edge_id), min(distance) from graph_bfs('wide', 1);
select distance from graph_bfs('wide', 1) where parent_id = 4;
select count(*) from graph_bfs('wide', 1) where parent_id is null;
select parent_id - node_id as step, count(*) from graph_bfs('wide', 1) group by 1 order by 1;
select b.node_id, c.distance from graph_bfs('wide', 1) b join graph_bfs('wide', 2) c on c.node_id = b.parent_id order by 1;
select n.node_id, k.n from wide.node n, lateral (select count(*) as n, max(distance) as far from graph_khop('wide', n.node_id, 2)) k where k.far > 1 order by 1;
select (select max(parent_id) from graph_bfs('wide', n.node_id)) from wide.node n order by n.node_id;
select case when distance > 3 then parent_id end as far from graph_bfs('wide', 1) order by distance;
select count(*) filter (where distance > 2), sum(parent_id * distance) from graph_bfs('wide', 1);
select array_agg(node_id order by distance desc) from graph_bfs('wide', 1);
select row_number() over (order by distance desc), node_id from graph_bfs('wide', 1) limit 2;
select exists (select from graph_khop('wide', 1, 1) where distance = 1 offset 0);
select 1 from graph_khop('wide', 1, 1);
select drop_graph('wide', true);
