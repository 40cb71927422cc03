-- A session remembers the graph that it opened last, but not for longer than it
-- stays the same.
create function known(graph text) returns text language sql as
    $$select string_agg(node_id::text, ' ' order by node_id) from graph_khop(graph, 1, 3)$$;
select create_graph('first_graph');
select create_graph('second_graph');
insert into first_graph.node (node_id) values (1), (2);
insert into first_graph.edge (source, target, type) values (1, 2, 'A');
insert into second_graph.node (node_id) values (1), (3);
insert into second_graph.edge (source, target, type) values (1, 3, 'A');
select known('first_graph'), known('second_graph'), known('first_graph');

-- schemas change their names
alter schema first_graph rename to third_graph;
select known('first_graph');
alter schema second_graph rename to first_graph;
select known('first_graph'), known('third_graph');
begin;
alter schema first_graph rename to fourth_graph;
select known('fourth_graph');
rollback;
select known('fourth_graph');
select known('first_graph');

-- a table changes its name
begin;
alter table first_graph.node rename to other;
select known('first_graph');
rollback;
select known('first_graph');

-- the tenant is another
insert into first_graph.node (tenant_id, node_id) values (7, 1), (7, 4);
insert into first_graph.edge (tenant_id, source, target, type) values (7, 1, 4, 'A');
select known('first_graph'), graph_tenant('first_graph');
begin;
alter table first_graph.node alter tenant_id set default 7;
alter table first_graph.edge alter tenant_id set default 7;
select known('first_graph'), graph_tenant('first_graph');
rollback;
select known('first_graph'), graph_tenant('first_graph');
alter table first_graph.node alter tenant_id drop default;
select known('first_graph');
alter table first_graph.node alter tenant_id set default null;
select known('first_graph');
alter table first_graph.node alter tenant_id set default 7;
select known('first_graph'), graph_tenant('first_graph');

-- the tenant is the session's
alter table first_graph.node alter tenant_id set default current_tenant();
set bellwether.tenant = 7;
select known('first_graph');
set bellwether.tenant = 0;
select known('first_graph');
reset bellwether.tenant;
select known('first_graph');

-- who may not use the schema is told so, also where it was known
create role known_nobody;
set role known_nobody;
select graph_tenant('third_graph');
reset role;
select graph_tenant('third_graph');
set role known_nobody;
select graph_tenant('third_graph');
reset role;
drop role known_nobody;

-- a graph goes, and another comes under its name
select drop_graph('third_graph', true);
select known('third_graph');
select create_graph('third_graph');
insert into third_graph.node (node_id) values (1);
select known('third_graph');
select drop_graph('third_graph', true), drop_graph('first_graph', true);
drop function known(text);
