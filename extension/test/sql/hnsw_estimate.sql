create table hnsw_estimate_item (id integer primary key, v vector(16), b bit(70), a vector);
insert into hnsw_estimate_item
select i, array(select sin(i * j * 0.61 + j) from generate_series(1, 16) j)::vector, (i * 7919::bigint)::bit(70)
from generate_series(1, 6000) i;
analyze hnsw_estimate_item;

-- the size is that of the index, the time is some
select rows, index_bytes, fits, build_seconds > 0 as takes_time
from hnsw_estimate('hnsw_estimate_item', 'v');
create index hnsw_estimate_v on hnsw_estimate_item using hnsw (v vector_l2_ops);
select pg_relation_size('hnsw_estimate_v') as bytes;
select index_bytes from hnsw_estimate('hnsw_estimate_item', 'v', 32, 100, 4, 'vector_cosine_ops');
create index hnsw_estimate_other on hnsw_estimate_item using hnsw (v vector_cosine_ops)
with (m = 32, ef_construction = 100, code_bits = 4);
select pg_relation_size('hnsw_estimate_other') as bytes;
select index_bytes from hnsw_estimate('hnsw_estimate_item', 'b');
set maintenance_work_mem = '1MB';
select fits from hnsw_estimate('hnsw_estimate_item', 'v');
reset maintenance_work_mem;

-- what cannot be
select * from hnsw_estimate('hnsw_estimate_item', 'a');
select * from hnsw_estimate('hnsw_estimate_item', 'id');
select * from hnsw_estimate('hnsw_estimate_item', 'none');
select * from hnsw_estimate('hnsw_estimate_item', 'v', 1);
select * from hnsw_estimate('hnsw_estimate_item', 'v', 16, 2000);
select * from hnsw_estimate('hnsw_estimate_item', 'v', 16, 20);
select * from hnsw_estimate('hnsw_estimate_item', 'v', operator_class => 'nothing_ops');
select * from hnsw_estimate('hnsw_estimate_item', null);
select * from hnsw_estimate('pg_stats', 'tablename');
create role hnsw_estimate_outsider;
set role hnsw_estimate_outsider;
select * from hnsw_estimate('hnsw_estimate_item', 'v');
reset role;
alter table hnsw_estimate_item enable row level security;
grant select on hnsw_estimate_item to hnsw_estimate_outsider;
set role hnsw_estimate_outsider;
select * from hnsw_estimate('hnsw_estimate_item', 'v');
reset role;
drop table hnsw_estimate_item;
drop role hnsw_estimate_outsider;
