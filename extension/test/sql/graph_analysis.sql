-- two triangles with a bridge: 1 2 3 - 4 5 6, and 7 alone
\set VERBOSITY terse
set extra_float_digits = -6;
select create_graph('pair');
insert into pair.node (node_id, labels)
    select i, case when i < 4 then '{Left}' else '{Right}' end::text[] from generate_series(1, 7) i;
insert into pair.edge (source, target, type) values (1, 2, 'T'), (2, 3, 'T'), (3, 1, 'T'),
    (4, 5, 'T'), (5, 6, 'T'), (6, 4, 'T'), (3, 4, 'BRIDGE');
select * from graph_degree('pair');
select * from graph_components('pair');
select * from graph_components('pair', types => '{T}');
select * from graph_components('pair', true);
select * from graph_components('pair', labels => '{Right}');
select * from graph_communities('pair');
select * from graph_label_propagation('pair');
select * from graph_pagerank('pair', iterations => 200, tolerance => 1e-12);
select * from graph_pagerank('pair', restart => '{1}', labels => '{Left}', iterations => 200);
select * from graph_triangles('pair');
select * from graph_similar('pair', 1);
select * from graph_betweenness('pair', null, direction => 'any');

-- contagion along 1 -> 2 -> 3 -> 4: 0.5 of 1, then halves (Battiston et al. 2012)
update pair.edge set weight = 0.5;
select * from graph_debtrank('pair', '{1}', '{0.5}', types => '{T,BRIDGE}');
-- a cycle 1 -> 2 -> 3 -> 1 with weights 1/2 keeps going round in the linear form:
-- node 1 ends at 0.5 / (1 - 1/8)
select * from graph_debtrank('pair', '{1}', '{0.5}', linear => true, types => '{T}');
select 0.5 / (1 - 0.125) as closed_form;

-- who bought 10 also bought: users 1..3, items 10..13
select graph_clear('pair');
insert into pair.node (node_id) select i from unnest('{1,2,3,10,11,12,13}'::int[]) i;
insert into pair.edge (source, target, type) values (1, 10, 'BUYS'), (2, 10, 'BUYS'),
    (2, 11, 'BUYS'), (3, 10, 'BUYS'), (3, 11, 'BUYS'), (3, 12, 'BUYS');
select * from graph_recommend('pair', 1, beta => 0) order by score desc;
select * from graph_recommend('pair', 1, beta => 1) order by score desc;

-- embeddings: users 2 and 3 share items and stand nearer to each other than 1 and item 12
select node_id, vector_dims(embedding) from graph_fastrp('pair', 4) order by 1 limit 2;
select a.node_id, b.node_id from graph_fastrp('pair', 256) a join graph_fastrp('pair', 256) b
    on (a.node_id, b.node_id) in ((2, 3), (1, 12)) order by a.embedding <=> b.embedding;
select * from graph_fastrp('pair', 0);
select * from graph_fastrp('pair', 8, '{}');
select * from graph_fastrp('pair', 8, '{nan}');

-- what cannot be
select * from graph_pagerank('pair', damping => 1);
select * from graph_pagerank('pair', iterations => 0);
select * from graph_pagerank('pair', restart => '{99}');
select * from graph_pagerank('pair', restart => '{1,2}', restart_weights => '{1}');
select * from graph_pagerank('pair', restart => '{1}', restart_weights => '{-1}');
select * from graph_communities('pair', resolution => 0);
select * from graph_debtrank('pair', '{1}', '{2}');
select * from graph_betweenness('pair', 0);
select * from graph_recommend('pair', 1, beta => 'nan');
-- nothing to work on
select count(*) from graph_similar('pair', 99);
select count(*) from graph_recommend('pair', 99);
select graph_clear('pair');
select count(*) from graph_pagerank('pair');
select count(*) from graph_communities('pair');
select count(*) from graph_betweenness('pair');
select drop_graph('pair');
