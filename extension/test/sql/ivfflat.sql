create table ivfflat_item (id integer primary key, k integer, v vector(8));
insert into ivfflat_item
select i, i % 100, array(select round((sin(i * j * 0.61) * 100)::numeric, 3) from generate_series(1, 8) j)::vector
from generate_series(1, 3000) i;

-- options and their limits
create index on ivfflat_item using ivfflat (v) with (lists = 0);
create index on ivfflat_item using ivfflat (v) with (lists = 32769);
create index on ivfflat_item using ivfflat (id);
create index on ivfflat_item using ivfflat (v vector_l1_ops);
create index on ivfflat_item using ivfflat (k, v);
create index on ivfflat_item using ivfflat (v) include (k);
create unique index on ivfflat_item using ivfflat (v);
create table ivfflat_other (any_v vector, wide vector(2001), line vector(1));
create index on ivfflat_other using ivfflat (any_v);
create index on ivfflat_other using ivfflat (wide);
create index on ivfflat_other using ivfflat (line vector_cosine_ops);
set maintenance_work_mem = '1MB';
create index on ivfflat_item using ivfflat (v) with (lists = 10000);
reset maintenance_work_mem;

-- settings
show ivfflat.probes;
show ivfflat.iterative_scan;
show ivfflat.max_probes;
set ivfflat.probes = 0;
set ivfflat.probes = 32769;
set ivfflat.iterative_scan = strict_order;
set ivfflat.nonsense = 1;

-- the nearest come first; all lists are the whole table
create index ivfflat_v on ivfflat_item using ivfflat (v) with (lists = 20);
set enable_seqscan = off;
create function ivfflat_query() returns vector language sql immutable
return (array[10, -20, 30, -40, 50, -60, 70, -80]::vector);
explain (costs off) select id from ivfflat_item order by v <-> ivfflat_query() limit 5;
create function ivfflat_recall(probes integer) returns numeric language plpgsql as $$
begin
    perform set_config('ivfflat.probes', probes::text, true);
    return (
        with query as materialized (select v from ivfflat_item where id % 300 = 7)
        select avg((exact.id = any(found.ids))::integer)
        from query,
            lateral (
                select id from ivfflat_item
                order by (ivfflat_item.v <-> query.v) + 0 limit 10) exact,
            lateral (
                select array_agg(id) as ids from (
                    select id from ivfflat_item
                    order by ivfflat_item.v <-> query.v limit 10) nearest) found);
end
$$;
select ivfflat_recall(20) = 1 as whole, ivfflat_recall(5) > 0.6 as some,
    ivfflat_recall(1) <= ivfflat_recall(5) as fewer;
select count(*) < 1000 as one_list from (
    select id from ivfflat_item order by v <-> ivfflat_query()) every;
set ivfflat.probes = 20;
select count(*), count(distinct id) from (
    select id from ivfflat_item order by v <-> ivfflat_query()) every;
select bool_and(d >= before) as sorted from (
    select d, lag(d, 1, 0::float8) over (order by n) as before from (
        select v <-> ivfflat_query() as d, row_number() over () as n from (
            select v from ivfflat_item order by v <-> ivfflat_query()) nearest) numbered) pairs;

-- with little memory the lists are read more than once
set work_mem = '64kB';
insert into ivfflat_item
select i, i % 100, array(select round((sin(i * j * 0.61) * 100)::numeric, 3) from generate_series(1, 8) j)::vector
from generate_series(3001, 12000) i;
select count(*), count(distinct id) from (
    select id from ivfflat_item order by v <-> ivfflat_query()) every;
select bool_and(d >= before) as sorted from (
    select d, lag(d, 1, 0::float8) over (order by n) as before from (
        select v <-> ivfflat_query() as d, row_number() over () as n from (
            select v from ivfflat_item order by v <-> ivfflat_query()) nearest) numbered) pairs;
reset work_mem;

-- one round of lists after the other, while rows are asked for
set ivfflat.probes = 1;
set ivfflat.iterative_scan = relaxed_order;
select count(*), count(distinct id) from (
    select id from ivfflat_item where k = 7 order by v <-> ivfflat_query()) every;
set ivfflat.max_probes = 3;
select count(*) between 1 and 11999 as some from (
    select id from ivfflat_item order by v <-> ivfflat_query()) few;
reset ivfflat.max_probes;
reset ivfflat.iterative_scan;

-- other dimensions, no value
select id from ivfflat_item order by v <-> '[1,2]' limit 1;
set ivfflat.probes = 20;
select count(*) from (select id from ivfflat_item order by v <-> null) every;

-- rows that are gone do not come back, and their room is used again
delete from ivfflat_item where id % 3 = 0;
vacuum ivfflat_item;
select count(*), count(*) filter (where id % 3 = 0) from (
    select id from ivfflat_item order by v <-> ivfflat_query()) every;
select pg_relation_size('ivfflat_v') as size \gset
insert into ivfflat_item
select i, i % 100, array(select round((sin(i * j * 0.61) * 100)::numeric, 3) from generate_series(1, 8) j)::vector
from generate_series(3, 12000, 3) i;
select pg_relation_size('ivfflat_v') <= :size as same_size;
select count(*), count(distinct id) from (
    select id from ivfflat_item order by v <-> ivfflat_query()) every;

-- each operator class finds its own order; no cosine without length
insert into ivfflat_item values (20001, 1, null), (20002, 1, '[0,0,0,0,0,0,0,0]');
create index on ivfflat_item using ivfflat (v vector_ip_ops) with (lists = 20);
create index on ivfflat_item using ivfflat (v vector_cosine_ops) with (lists = 20);
explain (costs off) select id from ivfflat_item order by v <#> ivfflat_query() limit 3;
select round((v <#> ivfflat_query())::numeric, 1) from ivfflat_item
order by v <#> ivfflat_query() limit 3;
select round((v <=> ivfflat_query())::numeric, 5) from ivfflat_item
order by v <=> ivfflat_query() limit 3;
set enable_indexscan = off;
set enable_seqscan = on;
select round((v <#> ivfflat_query())::numeric, 1) from ivfflat_item
order by v <#> ivfflat_query() limit 3;
select round((v <=> ivfflat_query())::numeric, 5) from ivfflat_item
order by v <=> ivfflat_query() limit 3;
reset enable_indexscan;
set enable_seqscan = off;
select count(*) from (select id from ivfflat_item order by v <=> ivfflat_query()) every;
select count(*) from (
    select id from ivfflat_item order by v <=> '[0,0,0,0,0,0,0,0]') every;

-- an empty table, equal rows, an unlogged and a partial index
create unlogged table ivfflat_empty (id integer, v vector(2));
create index on ivfflat_empty using ivfflat (v) with (lists = 3) where id > 1;
reindex table ivfflat_empty;
set ivfflat.probes = 3;
select id from ivfflat_empty where id > 1 order by v <-> '[1,1]';
insert into ivfflat_empty values (1, '[1,1]'), (2, '[2,2]'), (3, '[3,3]');
insert into ivfflat_empty select i, '[4,4]' from generate_series(4, 9) i;
select id from ivfflat_empty where id > 1 and id < 5 order by v <-> '[1,1]';
create index ivfflat_equal on ivfflat_empty using ivfflat (v vector_cosine_ops) with (lists = 4);
select count(*) from (select id from ivfflat_empty order by v <=> '[1,0]') every;
insert into ivfflat_empty values (10, '[1,2,3]');

drop function ivfflat_recall(integer);
drop function ivfflat_query();
drop table ivfflat_item, ivfflat_other, ivfflat_empty;
