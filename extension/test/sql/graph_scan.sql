-- The scan that gives out a graph function's rows: where it stands in for the
-- function scan, where it does not, and that answers are the same.
select create_graph('ring');
insert into ring.node (node_id) select generate_series(1, 10000);
insert into ring.edge (source, target, type)
select n, n % 10000 + 1, 'NEXT' from generate_series(1, 10000) n;
select graph_tenant('ring');

explain (costs off) select count(*) from graph_components('ring');
explain (costs off, verbose) select k.distance, count(*)
from graph_khop('ring', 1, 5) k where k.node_id > 2 group by k.distance;

-- every row once, conditions and expressions
select count(*), count(distinct node_id), min(component), max(component) from graph_components('ring');
select node_id + 1 as next, distance * 2 as twice from graph_khop('ring', 1, 5) where distance > 3;
select from graph_khop('ring', 1, 1);
-- nulls after and before rows without them
select * from graph_bfs('ring', 9999) where distance < 3;
select b.node_id, b.parent_id from generate_series(1, 2) g, graph_bfs('ring', g) b where distance < 2;

-- asked again: with other arguments, and with the same
select g, k.* from generate_series(1, 3) g, graph_khop('ring', g, 1) k;
select g, (select count(*) from graph_khop('ring', 7, g)) as nodes from generate_series(0, 3) g;
set enable_material = off;
set enable_hashjoin = off;
set enable_mergejoin = off;
select count(*) from generate_series(1, 3) g, graph_khop('ring', 1, 3) k where k.distance <> g;
reset enable_material;
reset enable_hashjoin;
reset enable_mergejoin;
prepare walk (bigint) as select count(*) from graph_khop('ring', $1, 3);
execute walk (1);
execute walk (9999);

-- back and forth
begin;
declare back scroll cursor for select node_id from graph_khop('ring', 1, 4);
fetch 3 from back;
fetch backward 2 from back;
fetch last from back;
commit;

-- the function scan stays where a row may be asked for again, and for whole rows
explain (costs off) select k from graph_khop('ring', 1, 1) k;
select k from graph_khop('ring', 1, 1) k;
explain (costs off)
select 1 from ring.node n, graph_khop('ring', 1, 1) k for update of n;
select count(*) from ring.node n join graph_khop('ring', 1, 1) k using (node_id) where k.distance = 1;

-- more rows than memory is for: the others come from disk
set work_mem = '64kB';
set graph.max_memory = '2500kB';
select count(*), sum(node_id), sum(edge_id) from graph_bfs('ring', 1);
select count(*), sum(node_id) from generate_series(1, 2) g, lateral (select node_id from graph_bfs('ring', g) offset 0) b;
set enable_material = off;
set enable_hashjoin = off;
set enable_mergejoin = off;
select count(*), sum(b.edge_id) from generate_series(1, 2) g, graph_bfs('ring', 1) b where b.distance <> g;
reset enable_material;
reset enable_hashjoin;
reset enable_mergejoin;
reset work_mem;
reset graph.max_memory;

-- what a call without the scan says
select sum(node_id * component) = (select sum(node_id * component)
    from rows from (graph_components('ring')) with ordinality as c (node_id, component, n)) as same
from graph_components('ring');

-- rights are asked for as ever
create role scan_stranger;
grant usage on schema ring to scan_stranger;
revoke execute on function graph_khop(text, bigint, integer, text[], text, timestamptz) from public;
set role scan_stranger;
select count(*) from graph_khop('ring', 1, 1);
reset role;
grant execute on function graph_khop(text, bigint, integer, text[], text, timestamptz) to public;
set role scan_stranger;
select count(*) from graph_khop('ring', 1, 1);
reset role;

-- what is kept for PageRank follows the edges
select round(max(score)::numeric, 8) as most from graph_pagerank('ring');
insert into ring.edge (source, target, type) select n, 5000, 'JUMP' from generate_series(1, 100) n;
select node_id, round(score::numeric, 8) as score from graph_pagerank('ring') order by score desc limit 1;
select node_id, round(score::numeric, 8) as score from graph_pagerank('ring', 0.85, 1000, 1e-12) order by score desc limit 1;
delete from ring.edge where type = 'JUMP';
select round(max(score)::numeric, 8) as most, round(min(score)::numeric, 8) as least from graph_pagerank('ring');
select round(max(score)::numeric, 8) as most from graph_pagerank('ring', 0.85, 1000, 1e-12);
select round(max(score)::numeric, 8) as most from graph_pagerank('ring', weighted => true, direction => 'any');

select drop_graph('ring', true);
drop role scan_stranger;
