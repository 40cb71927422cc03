-- arithmetic, rounded once
select '[1,2,3]'::halfvec + '[4,5,6]', '[1,2,3]'::halfvec - '[4,5,6]', '[1,2,3]'::halfvec * '[4,5,6]';
select '[2048]'::halfvec + '[1]', '[2048]'::halfvec + '[3]';
select '[65504]'::halfvec + '[65504]';
select '[-65504]'::halfvec - '[65504]';
select '[256]'::halfvec * '[256]';
select '[1e-7]'::halfvec * '[1e-7]';
select '[1,2]'::halfvec + '[3]';
select '[1,2,3]'::halfvec || '[4,5]';
select array_fill(0, array[16000])::halfvec || '[1]';

-- distances
select '[0,0]'::halfvec <-> '[3,4]', '[1,2]'::halfvec <#> '[3,4]', '[1,0]'::halfvec <=> '[0,2]', '[0,0]'::halfvec <+> '[-3,4]';
select l2_distance('[0,0]'::halfvec, '[3,4]'), inner_product('[1,2]'::halfvec, '[3,4]'), cosine_distance('[1,1]'::halfvec, '[-1,-1]'), l1_distance('[0,0]'::halfvec, '[3,4]');
select cosine_distance('[1,2]'::halfvec, '[0,0]'), inner_product('[65504]'::halfvec, '[65504]');
select l2_distance('[1,2]'::halfvec, '[3]');
select inner_product('[1,2]'::halfvec, '[3]');
select cosine_distance('[1,2]'::halfvec, '[3]');
select l1_distance('[1,2]'::halfvec, '[3]');
select halfvec_l2_squared_distance('[1,2]', '[3,5]'), halfvec_negative_inner_product('[1,2]', '[3,5]'), halfvec_spherical_distance('[1,0]', '[0,1]');

-- parts and measures
select vector_dims('[1,2,3]'::halfvec), l2_norm('[3,4]'::halfvec), l2_norm('[0]'::halfvec);
select l2_normalize('[3,4]'::halfvec), l2_normalize('[0,0]'::halfvec), l2_normalize('[65504]'::halfvec);
select binary_quantize('[1,0,-1,6e-8]'::halfvec);
select subvector('[1,2,3,4,5]'::halfvec, 3, 2), subvector('[1,2,3,4,5]'::halfvec, -1, 3), subvector('[1,2,3,4,5]'::halfvec, 3, 2147483647);
select subvector('[1,2,3,4,5]'::halfvec, 6, 1);

-- order
select '[1,2,3]'::halfvec < '[1,2]', '[1,2]'::halfvec < '[1,2,3]', '[1,3]'::halfvec > '[1,2,3]', '[0]'::halfvec = '[-0]', '[1]'::halfvec <> '[1]';
select halfvec_cmp('[1,2]', '[1,2,3]'), halfvec_cmp('[-1]', '[-2]'), halfvec_cmp('[1]', '[1]');
create table halfvec_order_test (v halfvec(2) primary key);
insert into halfvec_order_test values ('[1,2]'), ('[0,5]'), ('[-1,0]');
insert into halfvec_order_test values ('[1.0,2]');
select * from halfvec_order_test order by v;
select * from halfvec_order_test order by v <-> '[1,1]', v limit 2;
drop table halfvec_order_test;

-- aggregates
select avg(v), sum(v) from unnest(array['[1,2,3]'::halfvec, '[3,5,7]', null]) v;
select avg(v), sum(v) from unnest(array[]::halfvec[]) v;
select avg(v) from unnest(array['[1,2]'::halfvec, '[3]']) v;
select avg(v) from unnest(array['[65504]'::halfvec, '[65504]']) v;
select sum(v) from unnest(array['[65504]'::halfvec, '[65504]']) v;
select halfvec_avg(array[1, 70000]);
select halfvec_accum('{}', '[1]');
select halfvec_combine('{1,2,3}', '{3,4,5}');
create table halfvec_aggregate_test as select array[n, 2 * n]::halfvec as v from generate_series(1, 2000) n;
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = 0;
set max_parallel_workers_per_gather = 2;
select avg(v) from halfvec_aggregate_test;
drop table halfvec_aggregate_test;
