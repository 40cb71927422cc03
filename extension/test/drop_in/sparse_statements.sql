-- As statements.sql, about sparsevec and bit. One a line.
select '{1:1.5,3:2}/5'::sparsevec
select ' { 3 : 2 , 1 : 1.5 } / 5 '::sparsevec
select '{}/5'::sparsevec
select '{1:0,2:-0,3:1}/5'::sparsevec
select '{+1:0x10,2:.5}/5'::sparsevec
select '{1:1,1:2}/5'::sparsevec
select '{0:1}/5'::sparsevec
select '{6:1}/5'::sparsevec
select '{99999999999999999999:1}/5'::sparsevec
select '{1:1}/0'::sparsevec
select '{}/1000000000'::sparsevec
select '{}/1000000001'::sparsevec
select '{}/-99999999999999999999'::sparsevec
select '{1:NaN}/5'::sparsevec
select '{1:inf}/5'::sparsevec
select '{1:4e38}/5'::sparsevec
select '{1:1e-46}/5'::sparsevec
select '{1:1}/'::sparsevec
select '{1:1}'::sparsevec
select '{1:1'::sparsevec
select '{1:}/5'::sparsevec
select '{:1}/5'::sparsevec
select '{1:1,}/5'::sparsevec
select '{1:1;2:2}/5'::sparsevec
select '{1:1}/5x'::sparsevec
select '[1,2]'::sparsevec
select ''::sparsevec
select l2_norm(('{' || string_agg(i || ':1', ',') || '}/1000000')::sparsevec)::real from generate_series(1, 16000) i
select ('{' || string_agg(i || ':0', ',') || '}/1000000')::sparsevec from generate_series(1, 16001) i
select array_fill(0, array[16001])::sparsevec
select '{1:1}/5'::sparsevec(5)
select '{1:1}/5'::sparsevec(4)
select '{1:1}/5'::sparsevec(0)
select '{1:1}/5'::sparsevec(1000000001)
select '{1:1}/5'::sparsevec(1, 2)
select '[1,0,2]'::vector::sparsevec, '[1,0,-0,2]'::halfvec::sparsevec, array[1,0,2]::sparsevec, array[0,1.5]::sparsevec
select '{1:1,3:2}/4'::sparsevec::vector, '{1:1,3:2}/4'::sparsevec::halfvec
select '{1:70000}/3'::sparsevec::halfvec
select '{}/16001'::sparsevec::vector
select '{}/16001'::sparsevec::halfvec
select '{1:2}/3'::sparsevec::vector(2)
select '[1,2]'::vector::sparsevec(3)
select '{NaN}'::real[]::sparsevec
select '{NULL}'::real[]::sparsevec
select '{{1}}'::real[]::sparsevec
select '{}'::real[]::sparsevec
select sparsevec_send('{1:1.5,3:2}/5')
select typname, typlen, typstorage, typalign from pg_type where typname in ('vector', 'halfvec', 'sparsevec') order by 1
select '{}/2'::sparsevec <-> '{1:3,2:4}/2', '{1:1,2:2}/2'::sparsevec <#> '{1:3,2:4}/2', '{1:1}/2'::sparsevec <=> '{2:2}/2', '{}/2'::sparsevec <+> '{1:-3,2:4}/2'
select l2_distance('{1:1,3:2}/5'::sparsevec, '{2:3,3:1}/5')::real, inner_product('{1:1,3:2}/5'::sparsevec, '{2:3,3:1}/5'), l1_distance('{1:1,3:2}/5'::sparsevec, '{2:3,3:1}/5')
select cosine_distance('{1:1,2:2}/2'::sparsevec, '{1:2,2:4}/2'), cosine_distance('{1:1}/2'::sparsevec, '{1:-1}/2'), cosine_distance('{1:1}/2'::sparsevec, '{}/2')
select l2_distance('{1:3e38}/1'::sparsevec, '{1:-3e38}/1'), inner_product('{1:3e38}/1'::sparsevec, '{1:3e38}/1')
select l2_distance('{}/2'::sparsevec, '{}/3')
select inner_product('{}/2'::sparsevec, '{}/3')
select cosine_distance('{}/2'::sparsevec, '{}/3')
select l1_distance('{}/2'::sparsevec, '{}/3')
select sparsevec_l2_squared_distance('{1:1,2:2}/2', '{1:3,2:5}/2'), sparsevec_negative_inner_product('{1:1,2:2}/2', '{1:3,2:5}/2')
select '{1:3}/1000000000'::sparsevec <-> '{1000000000:4}/1000000000' as distance
select l2_norm('{1:3,9:4}/9'::sparsevec), l2_norm('{}/1'::sparsevec)
select l2_normalize('{1:3,9:4}/9'::sparsevec), l2_normalize('{}/2'::sparsevec), l2_normalize('{1:3e38,2:1e-37}/2'::sparsevec)
select sparsevec_cmp(a, b) = vector_cmp(a, b) as same_order, count(*) from (select array[x, y]::sparsevec as a from generate_series(-1, 1) x, generate_series(-1, 1) y union all select array[x]::sparsevec from generate_series(-1, 1) x) t, (select array[x, y]::sparsevec as b from generate_series(-1, 1) x, generate_series(-1, 1) y union all select array[x]::sparsevec from generate_series(-1, 1) x) u group by 1
select '{1:1}/2'::sparsevec < '{2:1}/2', '{1:1}/2'::sparsevec = '{1:1}/2', '{}/2'::sparsevec <= '{}/1', '{}/2'::sparsevec <> '{}/1', '{1:-1}/2'::sparsevec > '{}/2', '{1:-1}/2'::sparsevec >= '{}/2'
select b'10110' <~> b'11100', hamming_distance(b'', b''), hamming_distance(repeat('10', 500)::varbit::bit(1000), repeat('01', 500)::varbit::bit(1000))
select b'101' <~> b'10'
select b'1101' <%> b'1001' as some, b'110' <%> b'110' as same, b'000' <%> b'000' as none, jaccard_distance(b'100', b'011') as apart
select b'101' <%> b'10'
select '{1:1e-40}/5'::sparsevec, '{1:1.4e-45}/5'::sparsevec
select '{3:1,2:0,1:0}/2'::sparsevec
select '{7:1,1:1,1:1}/5'::sparsevec
select '{1:1,2:1,1:1,0:1}/5'::sparsevec
select (repeat(',', 16001))::sparsevec
select (repeat(',', 16000))::sparsevec
select '{}/5'::sparsevec::varchar(3), '{1:2}/5'::sparsevec::text
select '{1e-46,1}'::numeric[]::sparsevec
select '{1}'::bigint[]::sparsevec
select array_to_sparsevec('{1,2}'::real[], 3, false)
select sparsevec('{}/3'::sparsevec, 2, false), sparsevec('{}/3'::sparsevec, -1, false)
select sum(v) from unnest(array['{1:1}/2'::sparsevec]) v
select '{1:1}/2'::sparsevec + '{1:1}/2'
select vector_dims('{1:1}/2'::sparsevec)
select '{1:1}/2'::sparsevec::real[]
select '{1:1}/2'::sparsevec = '[1,0]'::vector
select '{1:1}/2'::sparsevec <-> '[1,0]'::vector
select '[1,0]'::halfvec <-> '[1,0]'::vector
select '[1,0]'::halfvec = '[1,0]'::vector
select distinct v from unnest(array['{1:1}/2'::sparsevec, '{2:1}/2', '{1:1}/2']) v order by v
create temp table t (v sparsevec(3)); insert into t values (array[1,0,3]::real[]); insert into t select '[1,0,2]'::vector; insert into t select '[1,0,2]'::halfvec; select * from t
create temp table t (v sparsevec(3)); insert into t values ('{1:1}/2')
create temp table t (v halfvec(2)); insert into t select '[1,2]'::vector; insert into t select '{1:1}/2'::sparsevec; select * from t
create temp table t (v vector(2)); insert into t select '[1,2]'::halfvec; insert into t select '{1:1}/2'::sparsevec; select * from t
create temp table t (v vector(2)); insert into t values ('[1,2]'); alter table t alter v type halfvec(2); select * from t
create temp table t (v vector(2)); insert into t values ('[1,2]'); alter table t alter v type halfvec(3)
create temp table t (v sparsevec(3), unique (v)); insert into t values ('{1:1}/3'); insert into t values ('{1:1.0,2:0}/3')
select b'' <~> b'', b'' <%> b'', '101'::varbit <~> '100'::varbit
select format_type('sparsevec'::regtype, 3), format_type('halfvec'::regtype, 7)
