-- several processes sort the rows of one index
create table ivfflat_parallel (id integer primary key, v vector(16), h halfvec(16))
with (parallel_workers = 2);
insert into ivfflat_parallel
select i, x, x from (
    select i, array(select round((sin(i * j * 0.61 + j) * 100)::numeric, 3) from generate_series(1, 16) j)::vector x
    from generate_series(1, 9000) i
) made;
insert into ivfflat_parallel values (9001, null, null), (9002, array_fill(0, array[16]), null);
set max_parallel_maintenance_workers = 2;
create index ivfflat_parallel_v on ivfflat_parallel using ivfflat (v vector_l2_ops) with (lists = 30);
create index ivfflat_parallel_h on ivfflat_parallel using ivfflat (h halfvec_cosine_ops) with (lists = 30);
create index concurrently ivfflat_parallel_later on ivfflat_parallel
using ivfflat (v vector_ip_ops) with (lists = 30) where id > 4000;
-- with little memory for the sort
set maintenance_work_mem = '1MB';
reindex index ivfflat_parallel_v;
reset maintenance_work_mem;

-- every row once, in order
set enable_seqscan = off;
set ivfflat.probes = 30;
create view ivfflat_order as
select 'v' as name, id, d, row_number() over () as n from (
    select id, v <-> array_fill(3, array[16])::vector as d from ivfflat_parallel
    order by v <-> array_fill(3, array[16])::vector
) nearest
union all
select 'h', id, d, row_number() over () from (
    select id, h <=> array_fill(3, array[16])::halfvec as d from ivfflat_parallel
    order by h <=> array_fill(3, array[16])::halfvec
) nearest
union all
select 'later', id, d, row_number() over () from (
    select id, v <#> array_fill(3, array[16])::vector as d from ivfflat_parallel
    where id > 4000 order by v <#> array_fill(3, array[16])::vector
) nearest;
explain (costs off) select id from ivfflat_parallel order by v <-> array_fill(3, array[16])::vector;
select name, count(*), count(distinct id), bool_and(coalesce(sorted, true)) as sorted from (
    select name, id, lag(d) over (partition by name order by n) <= d as sorted from ivfflat_order
) numbered group by name order by name;

-- rows that come and go afterwards
insert into ivfflat_parallel select i, array_fill(i, array[16])::vector from generate_series(9101, 9200) i;
delete from ivfflat_parallel where id % 3 = 0;
vacuum ivfflat_parallel;
select count(*), count(distinct id) from ivfflat_order where name = 'v';

-- an empty table
truncate ivfflat_parallel;
set client_min_messages = warning;
reindex table ivfflat_parallel;
select count(*) from ivfflat_order;
drop view ivfflat_order;
drop table ivfflat_parallel;
