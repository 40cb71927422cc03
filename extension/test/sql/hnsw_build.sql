-- options and their limits
create table hnsw_build (id integer, v vector(3));
insert into hnsw_build select i, array[i, i % 7, i % 11]::vector from generate_series(1, 300) i;
create index on hnsw_build using hnsw (v vector_l2_ops) with (m = 1);
create index on hnsw_build using hnsw (v vector_l2_ops) with (m = 101);
create index on hnsw_build using hnsw (v vector_l2_ops) with (ef_construction = 3);
create index on hnsw_build using hnsw (v vector_l2_ops) with (ef_construction = 1001);
create index on hnsw_build using hnsw (v vector_l2_ops) with (m = 16, ef_construction = 31);
create index on hnsw_build using hnsw (v vector_l2_ops) with (code_bits = 9);
create index on hnsw_build using hnsw (v vector_l2_ops) with (code_bits = 3);
create index on hnsw_build using hnsw (v vector_l1_ops) with (code_bits = 4);

-- what cannot be indexed
create index on hnsw_build using hnsw (v);
create index on hnsw_build using hnsw (id);
create index on hnsw_build using hnsw (v vector_l2_ops) include (id);
create unique index on hnsw_build using hnsw (v vector_l2_ops);
create table hnsw_any (v vector);
create index on hnsw_any using hnsw (v vector_l2_ops);
create table hnsw_wide (v vector(16000));
create index on hnsw_wide using hnsw (v vector_l2_ops) with (code_bits = 8);
create index on hnsw_wide using hnsw (v vector_l2_ops);
insert into hnsw_wide select array_fill(i::float4, array[16000])::vector from generate_series(1, 3) i;
set enable_seqscan = off;
select subvector(v, 1, 2) from hnsw_wide order by v <-> array_fill(2.6::float4, array[16000])::vector;

-- each operator class finds its own order
create index hnsw_l2 on hnsw_build using hnsw (v vector_l2_ops);
explain (costs off) select id from hnsw_build order by v <-> '[3,3,3]' limit 5;
select id from hnsw_build order by v <-> '[3,3,3]' limit 5;
explain (costs off) select id from hnsw_build order by v <#> '[3,3,3]' limit 5;
create index hnsw_ip on hnsw_build using hnsw (v vector_ip_ops) with (m = 4, ef_construction = 20);
select id from hnsw_build order by v <#> '[3,3,3]' limit 5;
create index hnsw_cosine on hnsw_build using hnsw (v vector_cosine_ops);
select id from hnsw_build order by v <=> '[3,3,3]' limit 5;
create index hnsw_l1 on hnsw_build using hnsw (v vector_l1_ops);
select id from hnsw_build order by v <+> '[3,3,3]' limit 5;
create index hnsw_nibbles on hnsw_build using hnsw (((v + '[1,1,1]')::vector(3)) vector_l2_ops) with (code_bits = 4);
explain (costs off)
select id from hnsw_build order by ((v + '[1,1,1]')::vector(3)) <-> '[4,4,4]' limit 5;
select id from hnsw_build order by ((v + '[1,1,1]')::vector(3)) <-> '[4,4,4]' limit 5;

-- fewer bits a dimension: the codes only say where to look
create table hnsw_bits (id integer, v vector(64));
insert into hnsw_bits
select i, array(select sin(i * j * 0.37 + j) from generate_series(1, 64) j)::vector
from generate_series(1, 2000) i;
create index hnsw_bits_1 on hnsw_bits using hnsw (v vector_l2_ops) with (code_bits = 1);
create index hnsw_bits_2 on hnsw_bits using hnsw (v vector_cosine_ops) with (code_bits = 2);
create index hnsw_bits_4 on hnsw_bits using hnsw (v vector_ip_ops) with (code_bits = 4);
select i, code_bits, pages < 60 as small, round(code_error::numeric, 1) as error,
    hnsw_recall(i, 5, 30) > 0.8 as recall
from unnest('{hnsw_bits_1,hnsw_bits_2,hnsw_bits_4}'::regclass[]) i, hnsw_info(i);
drop table hnsw_bits;

-- memory runs out: the rest goes into the pages
create table hnsw_large (id integer, v vector(64));
insert into hnsw_large
select i, array(select sin(i * j * 0.37) from generate_series(1, 64) j)::vector
from generate_series(1, 6000) i;
set maintenance_work_mem = '1MB';
create index hnsw_large_v on hnsw_large using hnsw (v vector_l2_ops);
reset maintenance_work_mem;
select count(*) from (
    select id from hnsw_large order by v <-> (select v from hnsw_large where id = 5)
) every;

drop table hnsw_build, hnsw_any, hnsw_wide, hnsw_large;
