-- first element that differs, then dimensions
select '[1,2,3]'::vector < '[1,2,3]', '[1,2,3]'::vector < '[1,2]', '[1,2]'::vector < '[1,2,3]', '[1,3]'::vector < '[1,2,3]';
select '[1,2,3]'::vector <= '[1,2,3]', '[1,2,3]'::vector <= '[1,2]', '[1,2]'::vector <= '[1,2,3]';
select '[1,2,3]'::vector = '[1,2,3]', '[1,2,3]'::vector = '[1,2]', '[0]'::vector = '[-0]';
select '[1,2,3]'::vector <> '[1,2,3]', '[1,2,3]'::vector != '[1,2]';
select '[1,2,3]'::vector >= '[1,2,3]', '[1,2,3]'::vector >= '[1,2]', '[1,2]'::vector >= '[1,2,3]';
select '[1,2,3]'::vector > '[1,2,3]', '[1,2,3]'::vector > '[1,2]', '[1,2]'::vector > '[1,2,3]';
select vector_cmp('[1,2,3]', '[1,2,3]'), vector_cmp('[1,2,3]', '[0,0,0]'), vector_cmp('[0,0,0]', '[1,2,3]'), vector_cmp('[1,2]', '[1,2,3]'), vector_cmp('[1,2,3]', '[1,2]'), vector_cmp('[1,2]', '[2,3,4]'), vector_cmp('[2,3]', '[1,2,3]');

-- distinct, group by, any
select distinct v from unnest(array['[1,2]'::vector, '[1]', '[1,2]', '[0,5]']) v order by v;
select v, count(*) from unnest(array['[1,2]'::vector, '[1]', '[1,2]', '[0,5]']) v group by v order by v desc;
select array['[1,2]'::vector, '[1]'] @> array['[1]'::vector];
select '[1,2]'::vector = any(array['[1,2]'::vector]);

-- btree
create table compare_test (v vector(3));
insert into compare_test select array[n % 7, n % 5, n % 3] from generate_series(1, 200) n;
create index on compare_test (v);
set enable_seqscan = off;
set enable_bitmapscan = off;
explain (costs off) select count(*) from compare_test where v < '[1,1,1]';
select count(*) from compare_test where v < '[1,1,1]';
set enable_indexscan = off;
set enable_indexonlyscan = off;
set enable_seqscan = on;
select count(*) from compare_test where v < '[1,1,1]';
reset all;
create unique index on compare_test (v);
drop table compare_test;
