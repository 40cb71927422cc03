set enable_seqscan = off;
create table hnsw_filter (id integer primary key, k integer, v vector(8));
insert into hnsw_filter
select i, i % 100, array(select round((sin(i * j * 0.61) * 100)::numeric, 3) from generate_series(1, 8) j)::vector
from generate_series(1, 4000) i;
create index hnsw_filter_v on hnsw_filter using hnsw (v vector_l2_ops);
analyze hnsw_filter;
create function filter_query(n integer) returns vector language sql immutable
return array(select cos(n * j * 0.37) * 100 from generate_series(1, 8) j)::vector;

-- a filter that drops most rows makes the first round wider, one that drops none does not
create function visited(query text) returns bigint language plpgsql as $$
begin
    execute query;
    return (select nodes from hnsw_last_scan());
end $$;
create table hnsw_nearest (nodes bigint);
insert into hnsw_nearest
select visited('select id from hnsw_filter order by v <-> filter_query(1) limit 1');
select visited('select id from hnsw_filter where k < 20 order by v <-> filter_query(1) limit 1')
    > 1.5 * nodes as strong,
    visited('select id from hnsw_filter where k < 99 order by v <-> filter_query(1) limit 1')
    = nodes as weak
from hnsw_nearest;

-- but not where scans end after their first round, as pgvector's do
set hnsw.iterative_scan = off;
select visited('select id from hnsw_filter where k < 20 order by v <-> filter_query(1) limit 1')
    = visited('select id from hnsw_filter order by v <-> filter_query(1) limit 1') as off;
reset hnsw.iterative_scan;

-- the same rows as an exact search: keys known at run time, scanned again and again
explain (costs off)
select n, nearest.id
from generate_series(1, 20) n,
    lateral (
        select id from hnsw_filter
        where k % 20 = n - 1
        order by v <-> filter_query(n) limit 5
    ) nearest;
select count(*), bool_and(nearest.ids = exact.ids)
from generate_series(1, 20) n,
    lateral (
        select array_agg(id) as ids from (
            select id from hnsw_filter
            where k % 20 = n - 1
            order by v <-> filter_query(n) limit 5
        ) found
    ) nearest,
    lateral (
        select array_agg(id) as ids from (
            select id from hnsw_filter
            where k % 20 = n - 1
            order by (v <-> filter_query(n)) + 0 limit 5
        ) found
    ) exact;

-- a plan that is kept, a cursor, a subquery, a plan that is only shown
prepare nearest (integer, vector) as
select id from hnsw_filter where k = $1 order by v <-> $2 limit 3;
set plan_cache_mode = force_generic_plan;
execute nearest (7, filter_query(1));
execute nearest (8, filter_query(2));
reset plan_cache_mode;
begin;
declare nearest cursor for select id from hnsw_filter where k = 7 order by v <-> filter_query(1);
fetch 3 from nearest;
commit;
select n, array(select id from hnsw_filter where k = n order by v <-> filter_query(n) limit 2)
from generate_series(1, 3) n;
explain (costs off) execute nearest (7, filter_query(1));

drop function filter_query, visited;
drop table hnsw_filter, hnsw_nearest;
