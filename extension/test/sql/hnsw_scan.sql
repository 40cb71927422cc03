set enable_seqscan = off;
create table hnsw_scan (id integer primary key, k integer, v vector(8));
insert into hnsw_scan
select i, i % 100, array(select round((sin(i * j * 0.61) * 100)::numeric, 3) from generate_series(1, 8) j)::vector
from generate_series(1, 4000) i;
create index hnsw_scan_v on hnsw_scan using hnsw (v vector_l2_ops);

-- in the order of true distance
create function hnsw_query() returns vector language sql immutable
return (array[10, -20, 30, -40, 50, -60, 70, -80]::vector);
create view hnsw_order as
select id, d, lag(d) over (order by n) <= d as sorted
from (
    select id, v <-> hnsw_query() as d, row_number() over () as n
    from (select * from hnsw_scan order by v <-> hnsw_query() limit 200) nearest
) numbered;
select count(*), bool_and(coalesce(sorted, true)) from hnsw_order;

-- a filter never ends with fewer rows than there are
explain (costs off)
select id from hnsw_scan where k = 7 order by v <-> hnsw_query() limit 10;
select count(*) from (
    select id from hnsw_scan where k = 7 order by v <-> hnsw_query() limit 10
) few;
select count(*) from (
    select id from hnsw_scan where k = 7 order by v <-> hnsw_query() limit 1000
) every;
select count(*), count(distinct id) from (
    select id from hnsw_scan order by v <-> hnsw_query()
) every;

-- also when the walk may see little
set hnsw.max_scan_tuples = 1;
select count(*), count(distinct id) from (
    select id from hnsw_scan order by v <-> hnsw_query()
) every;
set work_mem = '64kB';
select count(*), count(distinct id) from (
    select id from hnsw_scan order by v <-> hnsw_query()
) every;
reset work_mem;
reset hnsw.max_scan_tuples;
set hnsw.iterative_scan = relaxed_order;
select count(*) from (select id from hnsw_scan order by v <-> hnsw_query()) every;

-- unless that is switched off
set hnsw.iterative_scan = off;
select count(*) from (select id from hnsw_scan order by v <-> hnsw_query()) every;
reset hnsw.iterative_scan;

-- settings
set hnsw.ef_search = 0;
set hnsw.ef_search = 1001;
set hnsw.iterative_scan = on;
set hnsw.scan_mem_multiplier = 0;
set hnsw.nonsense = 1;
show hnsw.iterative_scan;

-- queries that have no direction, no value, other dimensions
select count(*) from (select id from hnsw_scan order by v <-> null) every;
select count(*) from (select id from hnsw_scan order by v <-> '[0,0,0,0,0,0,0,0]' limit 3) few;
select id from hnsw_scan order by v <-> '[1,2]' limit 1;

-- rows without a place: NULL, and without length for the cosine
insert into hnsw_scan values (5000, 1, null), (5001, 1, '[0,0,0,0,0,0,0,0]');
drop index hnsw_scan_v;
create index hnsw_scan_v on hnsw_scan using hnsw (v vector_cosine_ops);
select count(*) from (select id from hnsw_scan order by v <=> hnsw_query()) every;
select count(*) from (
    select id from hnsw_scan order by v <=> '[0,0,0,0,0,0,0,0]'
) every;

-- cursors go on where they were
begin;
declare nearest cursor for select id from hnsw_scan order by v <=> hnsw_query();
move 3999 in nearest;
fetch all in nearest;
commit;

-- an empty index, an unlogged one, a partial one
create unlogged table hnsw_empty (id integer, v vector(2));
create index on hnsw_empty using hnsw (v vector_l2_ops) where id > 1;
select id from hnsw_empty where id > 1 order by v <-> '[1,1]';
insert into hnsw_empty values (1, '[1,1]'), (2, '[2,2]'), (3, '[3,3]');
select id from hnsw_empty where id > 1 order by v <-> '[1,1]';

drop view hnsw_order;
drop function hnsw_query();
drop table hnsw_scan, hnsw_empty;
