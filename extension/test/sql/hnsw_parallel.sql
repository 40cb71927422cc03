-- several processes build one graph
create table hnsw_parallel (id integer primary key, k integer, v vector(32)) with (parallel_workers = 2);
insert into hnsw_parallel
select i, i % 40, array(select round((sin(i * j * 0.61 + j) * 100)::numeric, 3) from generate_series(1, 32) j)::vector
from generate_series(1, 5000) i;
insert into hnsw_parallel select i, 50, array_fill(7, array[32])::vector from generate_series(5001, 5100) i;
set max_parallel_maintenance_workers = 2;
set client_min_messages = warning;
create index hnsw_parallel_v on hnsw_parallel using hnsw (v vector_l2_ops);
create index hnsw_parallel_k on hnsw_parallel using hnsw (k, v vector_cosine_ops);
create index concurrently hnsw_parallel_later on hnsw_parallel using hnsw (v vector_l1_ops)
where id > 1000;
-- with too little memory for the graph
set maintenance_work_mem = '1MB';
create index hnsw_parallel_small on hnsw_parallel using hnsw (k, v vector_ip_ops);
create index hnsw_parallel_tiny on hnsw_parallel using hnsw (v vector_cosine_ops);
reset maintenance_work_mem;

select i, live, nodes - live as others, keys, check_n.n as errors
from unnest('{hnsw_parallel_v,hnsw_parallel_k,hnsw_parallel_later,hnsw_parallel_small,hnsw_parallel_tiny}'::regclass[]) i,
    hnsw_info(i),
    lateral (select count(*) as n from hnsw_check(i) where severity = 'error') check_n;
set enable_seqscan = off;
select hnsw_recall('hnsw_parallel_v', 10, 50) > 0.9 as v,
    hnsw_recall('hnsw_parallel_k', 10, 50) > 0.9 as k,
    hnsw_recall('hnsw_parallel_later', 10, 50) > 0.9 as later,
    hnsw_recall('hnsw_parallel_small', 10, 50) > 0.9 as small;
drop index hnsw_parallel_v;
select count(*) = 5100 as every, count(distinct id) = 5100 as once
from (select id from hnsw_parallel order by v <=> array_fill(7, array[32])::vector) every;
insert into hnsw_parallel select i, 51, array_fill(i, array[32])::vector from generate_series(9001, 9100) i;
delete from hnsw_parallel where id % 3 = 0;
vacuum hnsw_parallel;
select i, count(c.node) as errors
from unnest('{hnsw_parallel_k,hnsw_parallel_small,hnsw_parallel_tiny}'::regclass[]) i
left join lateral (select * from hnsw_check(i) where severity = 'error') c on true
group by i order by i;
drop table hnsw_parallel;
