-- avg
select avg(v) from unnest(array['[1,2,3]'::vector, '[3,5,7]']) v;
select avg(v) from unnest(array['[1,2,3]'::vector, '[3,5,7]', null]) v;
select avg(v) from unnest(array[]::vector[]) v;
select avg(v) from unnest(array['[1,2]'::vector, '[3]']) v;
select avg(v) from unnest(array['[3e38]'::vector, '[3e38]']) v;

-- sum
select sum(v) from unnest(array['[1,2,3]'::vector, '[3,5,7]']) v;
select sum(v) from unnest(array['[1,2,3]'::vector, '[3,5,7]', null]) v;
select sum(v) from unnest(array[]::vector[]) v;
select sum(v) from unnest(array['[1,2]'::vector, '[3]']) v;
select sum(v) from unnest(array['[3e38]'::vector, '[3e38]']) v;

-- windows
select avg(v) over (order by v rows 1 preceding), sum(v) over (order by v) from unnest(array['[1,2,3]'::vector, '[3,5,7]', '[4,4,4]']) v;
select avg(v) over (order by v rows between 1 preceding and current row) as moving, avg(v) over (order by v) as running from unnest(array['[1,2]'::vector, '[3,5]', '[5,5]']) v;

-- the functions behind them, called by hand
select vector_avg(array_agg(n)) from generate_series(1, 16002) n;
select vector_avg(array[0, 1]);
select vector_avg(array[2, 1]);
select vector_avg(array[2]);
select vector_avg(array['NaN'::float8, 1]);
select vector_avg(array[1, 1e300]);
select vector_accum('{0}', '[1,2]'), vector_accum('{1,1,2}', '[1,2]');
select vector_accum('{1,1,2}', '[1,2,3]');
select vector_accum('{}', '[1,2,3]');
select vector_accum('{{1,2}}', '[1,2,3]');
select vector_accum('{1,null}', '[1]');
select vector_combine('{0}', '{1,2,3}'), vector_combine('{1,2,3}', '{0}'), vector_combine('{1,2,3}', '{3,4,5}');
select vector_combine('{1,2,3}', '{3,4}');
select vector_combine('{}', '{3,4}');
select vector_combine('{1,1e308}', '{3,1.7e308}');

-- in parallel
create table aggregate_test as select array[n % 4, -(n % 2), 1]::vector as v from generate_series(1, 20000) n;
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = 0;
set max_parallel_workers_per_gather = 2;
explain (costs off) select avg(v), sum(v) from aggregate_test;
select avg(v), sum(v) from aggregate_test;
reset all;
drop table aggregate_test;

-- the name other code asks for
create extension vector;
select extname, extversion from pg_extension where extname = 'vector';
drop extension vector;
select '[1,2]'::vector;
