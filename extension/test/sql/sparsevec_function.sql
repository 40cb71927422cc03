-- distances
select '{}/2'::sparsevec <-> '{1:3,2:4}/2', '{1:1,2:2}/2'::sparsevec <#> '{1:3,2:4}/2', '{1:1}/2'::sparsevec <=> '{2:2}/2', '{}/2'::sparsevec <+> '{1:-3,2:4}/2';
select l2_distance('{1:1,3:2}/5'::sparsevec, '{2:3,3:1}/5')::real, inner_product('{1:1,3:2}/5'::sparsevec, '{2:3,3:1}/5'), l1_distance('{1:1,3:2}/5'::sparsevec, '{2:3,3:1}/5');
select cosine_distance('{1:1,2:2}/2'::sparsevec, '{1:2,2:4}/2'), cosine_distance('{1:1}/2'::sparsevec, '{1:-1}/2'), cosine_distance('{1:1}/2'::sparsevec, '{}/2');
select l2_distance('{1:3e38}/1'::sparsevec, '{1:-3e38}/1'), inner_product('{1:3e38}/1'::sparsevec, '{1:3e38}/1');
select l2_distance('{}/2'::sparsevec, '{}/3');
select inner_product('{}/2'::sparsevec, '{}/3');
select cosine_distance('{}/2'::sparsevec, '{}/3');
select l1_distance('{}/2'::sparsevec, '{}/3');
select sparsevec_l2_squared_distance('{1:1,2:2}/2', '{1:3,2:5}/2'), sparsevec_negative_inner_product('{1:1,2:2}/2', '{1:3,2:5}/2');

-- the dimensions that are zero in both make no difference
select '{1:3}/1000000000'::sparsevec <-> '{1000000000:4}/1000000000' as distance;

-- length
select l2_norm('{1:3,9:4}/9'::sparsevec), l2_norm('{}/1'::sparsevec);
select l2_normalize('{1:3,9:4}/9'::sparsevec), l2_normalize('{}/2'::sparsevec), l2_normalize('{1:3e38,2:1e-37}/2'::sparsevec);

-- order: that of the vectors they stand for
select sparsevec_cmp(a, b) = vector_cmp(a, b) as same_order, count(*)
    from (select array[x, y]::sparsevec as a from generate_series(-1, 1) x, generate_series(-1, 1) y
        union all select array[x]::sparsevec from generate_series(-1, 1) x) t,
    (select array[x, y]::sparsevec as b from generate_series(-1, 1) x, generate_series(-1, 1) y
        union all select array[x]::sparsevec from generate_series(-1, 1) x) u
    group by 1;
select '{1:1}/2'::sparsevec < '{2:1}/2', '{1:1}/2'::sparsevec = '{1:1}/2', '{}/2'::sparsevec <= '{}/1', '{}/2'::sparsevec <> '{}/1', '{1:-1}/2'::sparsevec > '{}/2', '{1:-1}/2'::sparsevec >= '{}/2';
create table sparsevec_order_test (v sparsevec(3) primary key);
insert into sparsevec_order_test values ('{1:1,2:2}/3'), ('{2:5}/3'), ('{1:-1}/3'), ('{}/3');
insert into sparsevec_order_test values ('{2:2,1:1,3:0}/3');
select * from sparsevec_order_test order by v;
select * from sparsevec_order_test order by v <-> '{1:1}/3', v limit 2;
drop table sparsevec_order_test;
