-- cached adjacency obeys rights and row-level security as a query would
\set VERBOSITY terse
create role graph_test_reader;
create role graph_test_stranger;
select create_graph('secret');
insert into secret.node (node_id) select i from generate_series(1, 4) i;
insert into secret.edge (source, target, type) values (1, 2, 'T'), (2, 3, 'T'), (3, 4, 'HIDDEN');
select count(*) from graph_bfs('secret', 1);

-- no right to read, though this session has adjacency at hand
set role graph_test_stranger;
select count(*) from graph_bfs('secret', 1);
select graph_khop_count('secret', 1, 9);
reset role;
grant usage on schema secret to graph_test_stranger, graph_test_reader;
set role graph_test_stranger;
select count(*) from graph_bfs('secret', 1);
reset role;
grant select on secret.node, secret.edge to graph_test_reader;
set role graph_test_reader;
select count(*) from graph_bfs('secret', 1);

-- a policy of any shape: each role sees through its own
reset role;
alter table secret.edge enable row level security;
create policy open_types on secret.edge for select to graph_test_reader using (type <> 'HIDDEN');
select count(*) from graph_bfs('secret', 1);
set role graph_test_reader;
select count(*) from graph_bfs('secret', 1);
select count(*) from secret.edge;
reset role;
select count(*) from graph_bfs('secret', 1);
create policy never on secret.edge as restrictive for select to graph_test_reader using (false);
set role graph_test_reader;
select count(*) from graph_bfs('secret', 1);
set row_security = off;
select count(*) from graph_bfs('secret', 1);
reset row_security;
reset role;

-- a hidden node hides the edges at it, whichever way the walk goes
drop policy never on secret.edge;
drop policy open_types on secret.edge;
alter table secret.edge disable row level security;
alter table secret.node enable row level security;
create policy some_nodes on secret.node for select to graph_test_reader using (node_id <> 3);
set role graph_test_reader;
select count(*) from graph_bfs('secret', 1);
set graph.index_edges = 0;
select graph_khop_count('secret', 1, 9);
reset graph.index_edges;
select graph_khop_count('secret', 1, 9);
reset role;
select graph_khop_count('secret', 1, 9);
select drop_graph('secret');

-- tenants of one session
select create_graph('tenants', true);
set bellwether.tenant = 1;
insert into tenants.node (node_id) values (1), (2);
insert into tenants.edge (source, target, type) values (1, 2, 'T');
set bellwether.tenant = 2;
insert into tenants.node (node_id) values (3), (4), (5);
insert into tenants.edge (source, target, type) values (3, 4, 'T'), (4, 5, 'T');
grant usage on schema tenants to graph_test_reader;
grant select on tenants.node, tenants.edge to graph_test_reader;
grant set on parameter bellwether.tenant to graph_test_reader;
set role graph_test_reader;
select count(*) from graph_bfs('tenants', 3);
select count(*) from graph_bfs('tenants', 1);
set bellwether.tenant = 1;
select count(*) from graph_bfs('tenants', 3);
select count(*) from graph_bfs('tenants', 1);
select count(*) from graph_components('tenants');
set bellwether.tenant = 3;
select count(*) from graph_components('tenants');
reset bellwether.tenant;
select count(*) from graph_bfs('tenants', 1);
reset role;
set bellwether.tenant = 1;
select drop_graph('tenants');
revoke set on parameter bellwether.tenant from graph_test_reader;
drop role graph_test_reader;
drop role graph_test_stranger;
