-- Arguments that nobody should give, of functions that anybody may call: found by
-- test/oracle/function_fuzz.py; each once ended the server or told of a fault of ours.
select cypher_project('{"a": 1}'::cypher_value, '{a}', null);
select cypher_project('[1]'::cypher_value, '{a}', '{}'::cypher_value);
select cypher_project('{"a": 1}'::cypher_value, '{a,b}', '[1, 2, 3]'::cypher_value);
select cypher_project('{"a": 1}'::cypher_value, '{a,b}', '{"c": 2}'::cypher_value);
select cypher_map('{a,b}', '{1}'::cypher_value[]);
select sparql_aggregate(null, '{1,2}'::cypher_value[], false, ' ');
select sparql_aggregate('sum', '{1,2}'::cypher_value[], null, ' ');
select sparql_aggregate('group_concat', '{1,2}'::cypher_value[], false, null);
select sparql_in('1'::cypher_value, null);
select halfvec_accum('{}', '[0,0,0]');
select vector_avg('{1,NULL,2}');
select vector_combine('{{1,2},{3,4}}', '{1,2}');
select hnsw_info(1::regclass);
select hnsw_check(1::regclass);
select hnsw_estimate(1::regclass, 'v');

-- Who may not look into an index is told so before anything is locked.
create table odd (v vector(2));
create index odd_v on odd using hnsw (v vector_l2_ops);
create role odd_stranger;
set role odd_stranger;
select hnsw_check('odd_v');
reset role;
drop table odd;
drop role odd_stranger;
