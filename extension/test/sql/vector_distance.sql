-- Euclidean
select l2_distance('[0,0]'::vector, '[3,4]'), '[0,0]'::vector <-> '[0,1]';
select l2_distance('[1,2]'::vector, '[3]');
select l2_distance('[3e38]'::vector, '[-3e38]');
select l2_distance('[1,1,1,1,1,1,1,1,1]'::vector, '[1,1,1,1,1,1,1,4,5]');

-- inner product
select inner_product('[1,2]'::vector, '[3,4]'), '[1,2]'::vector <#> '[3,4]';
select inner_product('[1,2]'::vector, '[3]');
select inner_product('[3e38]'::vector, '[3e38]'), '[0]'::vector <#> '[1]';
select inner_product('[1,1,1,1,1,1,1,1,1]'::vector, '[1,2,3,4,5,6,7,8,9]');

-- cosine
select cosine_distance('[1,2]'::vector, '[2,4]'), cosine_distance('[1,1]'::vector, '[1,1]'), cosine_distance('[1,0]'::vector, '[0,2]'), cosine_distance('[1,1]'::vector, '[-1,-1]');
select cosine_distance('[1,2]'::vector, '[0,0]'), cosine_distance('[3e38]'::vector, '[3e38]');
select cosine_distance('[1,2]'::vector, '[3]');
select cosine_distance('[1,1]'::vector, '[1.1,1.1]'), cosine_distance('[1,1]'::vector, '[-1.1,-1.1]');
select cosine_distance('[1,2,3,4,5,6,7,8,9]'::vector, '[1,2,3,4,5,6,7,8,9]'), cosine_distance('[1,2,3,4,5,6,7,8,9]'::vector, '[-1,-2,-3,-4,-5,-6,-7,-8,-9]');

-- taxicab
select l1_distance('[0,0]'::vector, '[3,4]'), '[0,0]'::vector <+> '[-3,4]';
select l1_distance('[1,2]'::vector, '[3]');
select l1_distance('[3e38]'::vector, '[-3e38]');

-- what indexes use
select vector_l2_squared_distance('[1,2]', '[3,5]'), vector_negative_inner_product('[1,2]', '[3,5]'), vector_spherical_distance('[1,0]', '[0,1]'), vector_spherical_distance('[1,0]', '[-1,0]'), vector_spherical_distance('[2,0]', '[2,0]');
select vector_spherical_distance('[1]', '[1,2]');
select vector_l2_squared_distance('[1]', '[1,2]');
select vector_negative_inner_product('[1]', '[1,2]');

-- nearest first
create table distance_test (id integer, v vector(2));
insert into distance_test select n, array[n, 10 - n] from generate_series(0, 10) n;
insert into distance_test values (11, null);
select id, v <-> '[1,9]' as distance from distance_test order by v <-> '[1,9]', id limit 3;
select id, v <#> '[1,9]' as distance from distance_test order by v <#> '[1,9]', id limit 3;
select id, round((v <=> '[1,9]')::numeric, 6) as distance from distance_test order by v <=> '[1,9]', id limit 3;
select id, v <+> '[1,9]' as distance from distance_test order by v <+> '[1,9]', id limit 3;
drop table distance_test;
