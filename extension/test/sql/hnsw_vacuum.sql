set enable_seqscan = off;
create table hnsw_vacuum (id integer primary key, v vector(8));
create index hnsw_vacuum_v on hnsw_vacuum using hnsw (v vector_l2_ops);
insert into hnsw_vacuum
select i, array(select round((sin(i * j * 0.61) * 100)::numeric, 3) from generate_series(1, 8) j)::vector
from generate_series(1, 2000) i;

-- rows that are gone do not come back, the others stay
delete from hnsw_vacuum where id % 3 = 0;
vacuum hnsw_vacuum;
select count(*), count(*) filter (where id % 3 = 0) from (
    select id from hnsw_vacuum order by v <-> '[1,1,1,1,1,1,1,1]'
) every;
select count(*) from (
    select id from hnsw_vacuum order by v <-> '[1,1,1,1,1,1,1,1]' limit 700
) many;

-- their room is used again
select pg_relation_size('hnsw_vacuum_v') as size \gset
insert into hnsw_vacuum
select i, array(select round((cos(i * j * 0.61) * 100)::numeric, 3) from generate_series(1, 8) j)::vector
from generate_series(3001, 3660) i;
select pg_relation_size('hnsw_vacuum_v') = :size as same_size;
select count(*) from (
    select id from hnsw_vacuum order by v <-> '[1,1,1,1,1,1,1,1]'
) every;

-- all gone, then new ones
delete from hnsw_vacuum;
vacuum hnsw_vacuum;
select count(*) from (select id from hnsw_vacuum order by v <-> '[1,1,1,1,1,1,1,1]') none;
insert into hnsw_vacuum select i, array_fill(i, array[8])::vector from generate_series(1, 50) i;
select id from hnsw_vacuum order by v <-> '[7,7,7,7,7,7,7,7]' limit 3;

-- many equal vectors are chained, and come out of the chain one by one
insert into hnsw_vacuum select i, '[9,9,9,9,9,9,9,9]' from generate_series(100, 599) i;
set hnsw.iterative_scan = off;
select count(*) from (
    select id from hnsw_vacuum order by v <-> '[9,9,9,9,9,9,9,9]' limit 501
) twins;
delete from hnsw_vacuum where id between 100 and 500 or id = 9;
vacuum hnsw_vacuum;
select count(*), min(id), max(id) from (
    select id from hnsw_vacuum order by v <-> '[9,9,9,9,9,9,9,9]' limit 99
) twins;
delete from hnsw_vacuum where id between 501 and 599;
vacuum hnsw_vacuum;
select id from hnsw_vacuum order by v <-> '[9,9,9,9,9,9,9,9]', id limit 2;
select count(*) from (select id from hnsw_vacuum order by v <-> '[9,9,9,9,9,9,9,9]' limit 49) left_over;

drop table hnsw_vacuum;
