create table hnsw_range (id integer primary key, k integer, v vector(8));
insert into hnsw_range
select i, i % 4, array(select round((sin(i * j * 0.61 + j) * 100)::numeric, 3) from generate_series(1, 8) j)::vector
from generate_series(1, 4000) i;
create function hnsw_query() returns vector language sql immutable
return (select v from (values (array[10, -20, 30, -40, 50, -60, 70, -80]::vector)) q(v));

-- the operators without an index
select vector_l2_within('[3,4]', sphere('[0,0]', 5)) as on_it,
    '[3,4]'::vector <<->> sphere('[0,0]', 4.99) as outside,
    '[3,4]'::vector <<+>> sphere('[0,0]', 7) as l1,
    '[3,4]'::vector <<#>> sphere('[1,1]', -7) as ip,
    '[3,4]'::vector <<=>> sphere('[6,8]', 0.001) as cosine,
    '[0,0]'::vector <<=>> sphere('[6,8]', 2) as no_direction,
    '[3,4]'::vector <<->> null::vector_sphere as unknown,
    '[3,4]'::vector <<->> row(null, 1)::vector_sphere as no_center;
select '[3,4]'::vector <<->> sphere('[1]', 1);

-- each ends where its sphere does, and finds what an exact search finds
analyze hnsw_range;
set enable_seqscan = off;
create index hnsw_range_v on hnsw_range using hnsw (v vector_l2_ops);
create function hnsw_range_compare(operator text, radius float8) returns text language plpgsql as $$
declare
    result text;
begin
    execute format(
        'select format(''exact %%s, found %%s, wrong %%s, sorted %%s'', exact.n, found.n, found.wrong, found.sorted)
        from (select count(*) as n from hnsw_range where (v %1$s hnsw_query()) + 0 <= %2$L) exact, (
            select count(*) as n, count(*) filter (where not d <= %2$L) as wrong,
                coalesce(bool_and(d >= before), true) as sorted
            from (
                select d, lag(d) over (order by n) as before from (
                    select v %1$s hnsw_query() as d, row_number() over () as n from (
                        select v from hnsw_range where v <%1$s> sphere(hnsw_query(), %2$L)
                        order by v %1$s hnsw_query()) nearest) numbered) pairs
            where before is not null or d is not null) found', operator, radius)
    into result;
    return result;
end
$$;
explain (costs off)
select id from hnsw_range where v <<->> sphere(hnsw_query(), 90) order by v <-> hnsw_query();
select hnsw_range_compare('<->', r) from unnest('{-1,0,50,90,120}'::float8[]) r;
select nodes < 2000 as ended, swept from hnsw_last_scan();

-- the plain form ends there, too
explain (costs off)
select id from hnsw_range where v <-> hnsw_query() < 90 order by v <-> hnsw_query();
explain (costs off)
select id from hnsw_range where 90 >= v <-> hnsw_query() and id > 5 order by v <-> hnsw_query() limit 5;
select count(*) = (select count(*) from hnsw_range where (v <-> hnsw_query()) + 0 < 90) as every
from (select id from hnsw_range where v <-> hnsw_query() < 90 order by v <-> hnsw_query()) near;
select nodes < 2000 as ended, swept from hnsw_last_scan();
prepare near(vector, float8) as
    select count(*) from (select id from hnsw_range where v <-> $1 <= $2 order by v <-> $1) near;
set plan_cache_mode = force_generic_plan;
explain (costs off) execute near(hnsw_query(), 90);
execute near(hnsw_query(), 90);
execute near(hnsw_query(), null);
execute near(null, 1);
reset plan_cache_mode;

-- another distance, another query, a bound that differs by row: filters as ever
explain (costs off)
select id from hnsw_range where v <-> '[1,1,1,1,1,1,1,1]' < 90 order by v <-> hnsw_query() limit 3;
explain (costs off)
select id from hnsw_range where v <-> hnsw_query() < id order by v <-> hnsw_query() limit 3;
select count(*) = (select count(*) from hnsw_range where (v <-> '[1,1,1,1,1,1,1,1]') + 0 <= 150) as every
from (
    select id from hnsw_range where v <<->> sphere('[1,1,1,1,1,1,1,1]', 150)
    order by v <-> hnsw_query()) near;

-- without an order: all codes are compared
explain (costs off) select count(*) from hnsw_range where v <<->> sphere(hnsw_query(), 120);
select count(*) = (select count(*) from hnsw_range where (v <-> hnsw_query()) + 0 <= 120) as every
from hnsw_range where v <<->> sphere(hnsw_query(), 120);
select nodes, swept from hnsw_last_scan();
select count(*) from hnsw_range where v <<->> null::vector_sphere;
select id from hnsw_range where v <<->> sphere('[1,2]', 5);

-- the other distances, and a key before it
drop index hnsw_range_v;
create index on hnsw_range using hnsw (v vector_ip_ops);
create index on hnsw_range using hnsw (v vector_cosine_ops);
create index on hnsw_range using hnsw (v vector_l1_ops);
create index on hnsw_range using hnsw (k, v vector_l2_ops);
select hnsw_range_compare('<#>', -27000), hnsw_range_compare('<=>', 0.3), hnsw_range_compare('<+>', 250);
explain (costs off)
select id from hnsw_range where k in (1, 3) and v <-> hnsw_query() < 120 order by v <-> hnsw_query();
select count(*) = (select count(*) from hnsw_range where k in (1, 3) and (v <-> hnsw_query()) + 0 < 120) as every
from (
    select id from hnsw_range where k in (1, 3) and v <-> hnsw_query() < 120
    order by v <-> hnsw_query()) near;
select count(*) = (select count(*) from hnsw_range where k = 2 and (v <-> hnsw_query()) + 0 <= 120) as every
from hnsw_range where k = 2 and v <<->> sphere(hnsw_query(), 120);

drop function hnsw_range_compare(text, float8);
drop function hnsw_query();
drop table hnsw_range;
