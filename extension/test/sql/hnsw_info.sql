set enable_seqscan = off;
create table hnsw_seen (id integer primary key, k integer, v vector(8));
insert into hnsw_seen
select i, i % 3, array(select round((sin(i * j * 0.61) * 100)::numeric, 3) from generate_series(1, 8) j)::vector
from generate_series(1, 3000) i;
create index hnsw_seen_v on hnsw_seen using hnsw (v vector_l2_ops) with (m = 8, ef_construction = 40);
create index hnsw_seen_k on hnsw_seen using hnsw (k, v vector_ip_ops);

select dimensions, code_bits, m, ef_construction, nodes, live, tombstones, free, keys,
    top_level > 1 as has_levels, mean_links between 1 and 16 as has_links
from hnsw_info('hnsw_seen_v');
select code_bits, live, keys from hnsw_info('hnsw_seen_k');

-- the last scan of this session
select id from hnsw_seen order by v <-> '[1,2,3,4,5,6,7,8]' limit 1;
select nodes between 10 and 200 as nodes, codes > 40 as codes, ranked between 1 and 40 as ranked,
    swept, pages > 0 as pages, returned
from hnsw_last_scan();
select count(*) from (select id from hnsw_seen where k = 1 order by v <#> '[1,2,3,4,5,6,7,8]') every;
select nodes, swept, returned from hnsw_last_scan();

-- recall on rows of the table
select hnsw_recall('hnsw_seen_v') > 0.95 as walked, hnsw_recall('hnsw_seen_k', 5, 20) as compared;
select hnsw_recall('hnsw_seen_pkey');
select hnsw_recall('hnsw_seen_v', 0);
select hnsw_info('hnsw_seen_pkey');
select hnsw_info('hnsw_seen');

-- an index tells of all rows: only to its owner
create role hnsw_outsider;
grant select on hnsw_seen to hnsw_outsider;
set role hnsw_outsider;
select live from hnsw_info('hnsw_seen_v');
reset role;
drop owned by hnsw_outsider;
drop role hnsw_outsider;
drop table hnsw_seen;
