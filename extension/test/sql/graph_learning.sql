-- 1 - 2, and 3 alone
\set VERBOSITY terse
set extra_float_digits = -6;
select create_graph('learn');
insert into learn.node (node_id) select i from generate_series(1, 3) i;
insert into learn.edge (source, target, type, weight) values (1, 2, 'T', 3);

-- S is 1/2 everywhere between 1 and 2, and 1 for 3
select * from graph_propagate('learn', '{1,2,3}', '{"[1,0]","[0,1]","[5,7]"}', 1);
-- half of it comes from the features
select * from graph_propagate('learn', '{1,2}', '{"[1,0]","[0,1]"}', 1, 0.5);
-- with weight 3 both have 4 to share out: 1/4 stays
select * from graph_propagate('learn', '{1,2}', '{"[1,0]","[0,1]"}', 1, weighted => true);
select * from graph_propagate('learn', '{1}', '{"[1,0]"}', 0);
select * from graph_propagate('learn', '{1,2}', '{"[1,0]"}');
select * from graph_propagate('learn', '{1,2}', '{"[1,0]","[1]"}');
select * from graph_propagate('learn', '{}', '{}');
select * from graph_propagate('learn', '{1}', '{"[1]"}', 1001);
select * from graph_propagate('learn', '{1}', '{"[1]"}', 1, 1.5);
select * from graph_propagate('learn', '{1,null}', '{"[1]","[2]"}');

-- 1 likes 10 and 11, 2 likes 10: with regularisation 1 the inverse is
-- (2, -1; -1, 3) / 5, so that 11 stands with 1/3 for who likes 10
select graph_clear('learn');
insert into learn.node (node_id) select i from unnest('{1,2,10,11}'::int[]) i;
insert into learn.edge (source, target, type) values (1, 10, 'LIKES'), (1, 11, 'LIKES'),
    (2, 10, 'LIKES');
select * from graph_ease('learn', null, 10, 1);
select * from graph_ease('learn', '{1,99}', 10, 1);
select * from graph_ease('learn', '{2}', 0);
select * from graph_ease('learn', '{2}', 1, 0);
select * from graph_ease('learn', '{null}');

-- so many items need a matrix that the limit has no room for: an error, and the
-- session goes on
insert into learn.node (node_id) select i from generate_series(1000, 1800) i;
insert into learn.edge (source, target, type)
    select 1, i, 'LIKES' from generate_series(1000, 1800) i;
set graph.max_memory = '8MB';
select * from graph_ease('learn', '{2}');
reset graph.max_memory;
select count(*) from graph_ease('learn', '{2}', 3);
select drop_graph('learn');
