-- What pgvector and the extension must answer alike: rows, SQLSTATEs, texts. One a line.
select '[1,2,3]'::vector
select '[-1,-2,-3]'::vector
select '[1.,2.,3.]'::vector
select ' [ 1,  2 ,    3  ] '::vector
select '[1.23456]'::vector
select '[hello,1]'::vector
select '[NaN,1]'::vector
select '[nan(12),1]'::vector
select '[Infinity,1]'::vector
select '[-Infinity,1]'::vector
select '[inf]'::vector
select '[0x1p3,0x10]'::vector
select '[1.5e38,-1.5e38]'::vector
select '[1.5e+38,-1.5e+38]'::vector
select '[1.5e-38,-1.5e-38]'::vector
select '[4e38,1]'::vector
select '[-4e38,1]'::vector
select '[1e-46,1]'::vector
select '[-1e-46,1]'::vector
select '[1e-40]'::vector
select '[1,2,3'::vector
select '[1,2,3]9'::vector
select '[1,2,3] x'::vector
select '1,2,3'::vector
select ''::vector
select '   '::vector
select '['::vector
select '[ '::vector
select '[,'::vector
select '[1'::vector
select '[1 '::vector
select '[1,'::vector
select '[1, '::vector
select '[]'::vector
select '[ ]'::vector
select '[] '::vector
select '[]x'::vector
select '[,]'::vector
select '[1,]'::vector
select '[1, ]'::vector
select '[1a]'::vector
select '[1,,3]'::vector
select '[1, ,3]'::vector
select '[1 2]'::vector
select '[1;2]'::vector
select '[[1]]'::vector
select '{1,2}'::vector
select E'[\t1,\n2\x0b,\f3\r]'::vector
select E'[\u00a01]'::vector
select '[1,2,3]'::vector(3)
select '[1,2,3]'::vector(2)
select '[1,2,3]'::vector(3, 2)
select '[1,2,3]'::vector('a')
select '[1,2,3]'::vector(0)
select '[1,2,3]'::vector(-1)
select '[1,2,3]'::vector(16001)
select '[1,2,3]'::vector(16000)
select ('[' || repeat('1,', 15999) || '1]')::vector = array_fill(1, array[16000])::vector
select length(('[' || repeat('1,', 16000) || '1]')::vector::text)
select length(('[' || repeat('1,', 16000) || 'x]')::vector::text)
select unnest('{"[1,2,3]","[4,5,6]"}'::vector[])
select '{"[1,2,3]"}'::vector(2)[]
select '{"[1,2]","[1]"}'::vector(2)[]
select '[1,2,3]'::vector::vector(2)
select '[1,2,3]'::vector + '[4,5,6]'
select '[3e38]'::vector + '[3e38]'
select '[1,2]'::vector + '[3]'
select '[1,2,3]'::vector - '[4,5,6]'
select '[-3e38]'::vector - '[3e38]'
select '[1,2]'::vector - '[3]'
select '[1,2,3]'::vector * '[4,5,6]'
select '[1e37]'::vector * '[1e37]'
select '[1e-37]'::vector * '[1e-37]'
select '[0,1]'::vector * '[1e-37,0]'
select '[1,2]'::vector * '[3]'
select '[1,2,3]'::vector || '[4,5]'
select array_fill(0, array[16000])::vector || '[1]'
select vector_dims(array_fill(0, array[15999])::vector || '[1]')
select '[1,2,3]'::vector < '[1,2,3]', '[1,2,3]'::vector < '[1,2]', '[1,2]'::vector < '[1,2,3]', '[1,3]'::vector < '[1,2,3]'
select '[1,2,3]'::vector <= '[1,2,3]', '[1,2,3]'::vector <= '[1,2]', '[1,2]'::vector <= '[1,2,3]'
select '[1,2,3]'::vector = '[1,2,3]', '[1,2,3]'::vector = '[1,2]', '[0]'::vector = '[-0]'
select '[1,2,3]'::vector <> '[1,2,3]', '[1,2,3]'::vector != '[1,2]'
select '[1,2,3]'::vector >= '[1,2,3]', '[1,2,3]'::vector >= '[1,2]', '[1,2]'::vector >= '[1,2,3]'
select '[1,2,3]'::vector > '[1,2,3]', '[1,2,3]'::vector > '[1,2]', '[1,2]'::vector > '[1,2,3]'
select vector_cmp('[1,2,3]', '[1,2,3]'), vector_cmp('[1,2,3]', '[0,0,0]'), vector_cmp('[0,0,0]', '[1,2,3]'), vector_cmp('[1,2]', '[1,2,3]'), vector_cmp('[1,2,3]', '[1,2]'), vector_cmp('[1,2]', '[2,3,4]'), vector_cmp('[2,3]', '[1,2,3]')
select vector_dims('[1,2,3]'::vector)
select vector_norm('[3,4]'), vector_norm('[0]'), vector_norm('[3e37,4e37]')::real, vector_norm('[1e-38]')
select l2_distance('[0,0]'::vector, '[3,4]'), '[0,0]'::vector <-> '[0,1]'
select l2_distance('[1,2]'::vector, '[3]')
select l2_distance('[3e38]'::vector, '[-3e38]')
select l2_distance('[1,1,1,1,1,1,1,1,1]'::vector, '[1,1,1,1,1,1,1,4,5]')
select inner_product('[1,2]'::vector, '[3,4]'), '[1,2]'::vector <#> '[3,4]'
select inner_product('[1,2]'::vector, '[3]')
select inner_product('[3e38]'::vector, '[3e38]'), '[0]'::vector <#> '[1]'
select inner_product('[1,1,1,1,1,1,1,1,1]'::vector, '[1,2,3,4,5,6,7,8,9]')
select cosine_distance('[1,2]'::vector, '[2,4]'), cosine_distance('[1,1]'::vector, '[1,1]'), cosine_distance('[1,0]'::vector, '[0,2]'), cosine_distance('[1,1]'::vector, '[-1,-1]')
select cosine_distance('[1,2]'::vector, '[0,0]'), cosine_distance('[3e38]'::vector, '[3e38]')
select cosine_distance('[1,2]'::vector, '[3]')
select cosine_distance('[1,1]'::vector, '[1.1,1.1]'), cosine_distance('[1,1]'::vector, '[-1.1,-1.1]')
select cosine_distance('[1,2,3,4,5,6,7,8,9]'::vector, '[1,2,3,4,5,6,7,8,9]'), cosine_distance('[1,2,3,4,5,6,7,8,9]'::vector, '[-1,-2,-3,-4,-5,-6,-7,-8,-9]')
select l1_distance('[0,0]'::vector, '[3,4]'), '[0,0]'::vector <+> '[-3,4]'
select l1_distance('[1,2]'::vector, '[3]')
select l1_distance('[3e38]'::vector, '[-3e38]')
select vector_l2_squared_distance('[1,2]', '[3,5]'), vector_negative_inner_product('[1,2]', '[3,5]'), vector_spherical_distance('[1,0]', '[0,1]'), vector_spherical_distance('[1,0]', '[-1,0]'), vector_spherical_distance('[2,0]', '[2,0]')
select vector_spherical_distance('[1]', '[1,2]')
select vector_l2_squared_distance('[1]', '[1,2]')
select vector_negative_inner_product('[1]', '[1,2]')
select l2_normalize('[3,4]'::vector), l2_normalize('[3,0]'::vector), l2_normalize('[0,0.1]'::vector), l2_normalize('[0,0]'::vector), l2_normalize('[3e38]'::vector), l2_normalize('[3e38,1e-37]'::vector), l2_normalize('[2e-45]'::vector)
select binary_quantize('[1,0,-1]'::vector), binary_quantize('[0,0.1,-0.2,-0.3,0.4,0.5,0.6,-0.7,0.8,-0.9,1]'::vector), pg_typeof(binary_quantize('[1]'::vector))
select subvector('[1,2,3,4,5]'::vector, 1, 3)
select subvector('[1,2,3,4,5]'::vector, 3, 2)
select subvector('[1,2,3,4,5]'::vector, -1, 3)
select subvector('[1,2,3,4,5]'::vector, 3, 9)
select subvector('[1,2,3,4,5]'::vector, 1, 0)
select subvector('[1,2,3,4,5]'::vector, 3, -1)
select subvector('[1,2,3,4,5]'::vector, -1, 2)
select subvector('[1,2,3,4,5]'::vector, 6, 1)
select subvector('[1,2,3,4,5]'::vector, 2147483647, 10)
select subvector('[1,2,3,4,5]'::vector, 3, 2147483647)
select subvector('[1,2,3,4,5]'::vector, -2147483644, 2147483647)
select subvector('[1,2,3,4,5]'::vector, -2147483648, 2147483647)
select avg(v) from unnest(array['[1,2,3]'::vector, '[3,5,7]']) v
select avg(v) from unnest(array['[1,2,3]'::vector, '[3,5,7]', null]) v
select avg(v) from unnest(array[]::vector[]) v
select avg(v) from unnest(array['[1,2]'::vector, '[3]']) v
select avg(v) from unnest(array['[3e38]'::vector, '[3e38]']) v
select vector_avg(array_agg(n)) from generate_series(1, 16002) n
select vector_avg(array[0, 1])
select vector_avg(array[2, 1])
select vector_avg(array[2])
select vector_avg(array['NaN'::float8, 1])
select vector_avg(array[1, 1e300])
select vector_accum('{0}', '[1,2]'), vector_accum('{1,1,2}', '[1,2]')
select vector_accum('{1,1,2}', '[1,2,3]')
select vector_accum('{}', '[1,2,3]')
select vector_accum('{{1,2}}', '[1,2,3]')
select vector_accum('{1,null}', '[1]')
select vector_combine('{0}', '{1,2,3}'), vector_combine('{1,2,3}', '{0}'), vector_combine('{1,2,3}', '{3,4,5}')
select vector_combine('{1,2,3}', '{3,4}')
select vector_combine('{}', '{3,4}')
select vector_combine('{1,1e308}', '{3,1.7e308}')
select sum(v) from unnest(array['[1,2,3]'::vector, '[3,5,7]']) v
select sum(v) from unnest(array['[1,2,3]'::vector, '[3,5,7]', null]) v
select sum(v) from unnest(array[]::vector[]) v
select sum(v) from unnest(array['[1,2]'::vector, '[3]']) v
select sum(v) from unnest(array['[3e38]'::vector, '[3e38]']) v
select avg(v) over (order by v rows 1 preceding), sum(v) over (order by v) from unnest(array['[1,2,3]'::vector, '[3,5,7]', '[4,4,4]']) v
select array[1,2,3]::vector, array[1.5,2.0,3.0]::vector, array[1,2,3]::float4[]::vector, array[1,2,3]::float8[]::vector, array[1,2,3]::numeric[]::vector, array[16777217]::vector
select '{NULL}'::real[]::vector
select '{NULL}'::integer[]::vector
select '{NaN}'::real[]::vector
select '{Infinity}'::real[]::vector
select '{-Infinity}'::real[]::vector
select '{NaN}'::double precision[]::vector
select '{Infinity}'::double precision[]::vector
select '{NaN}'::numeric[]::vector
select '{Infinity}'::numeric[]::vector
select '{}'::real[]::vector
select '{{1}}'::real[]::vector
select '{{1,2},{3,4}}'::real[]::vector
select '{1}'::smallint[]::vector
select '{1}'::bigint[]::vector
select '{4e38,-4e38}'::double precision[]::vector
select '{1e-46,-1e-46}'::double precision[]::vector
select '{4e38}'::numeric[]::vector
select '{1e-46}'::numeric[]::vector
select '[2:3]={1,2}'::real[]::vector
select '{1,2,3}'::real[]::vector(2)
select '{1,2,3}'::real[]::vector(3)
select '[1,2,3]'::vector::real[]
select '[1,2,3]'::vector::double precision[]
select '[1,2,3]'::vector::text, '[1,2,3]'::vector::varchar, vector_out('[0.1,1e20,1e-20,-0]')
select array_agg(n)::vector from generate_series(1, 16001) n
select array_to_vector(array_agg(n), 16001, false) from generate_series(1, 16001) n
select array_to_vector(array[1,2], 3, false)
select vector('[1,2]'::vector, 3, false), vector('[1,2]'::vector, -1, false)
select array[1,2,3] = array[1,2,3], array[1,2] || array[3]
select encode(vector_send('[1.5,-2]'), 'hex')
select max(v), min(v) from unnest(array['[1,2]'::vector]) v
select distinct v from unnest(array['[1,2]'::vector, '[1]', '[1,2]', '[0,5]']) v order by v
select v, count(*) from unnest(array['[1,2]'::vector, '[1]', '[1,2]', '[0,5]']) v group by v order by v desc
select array['[1,2]'::vector, '[1]'] @> array['[1]'::vector]
select '[1,2]'::vector = any(array['[1,2]'::vector])
select null::vector <-> '[1,2]', '[1,2]'::vector + null::vector
select '[1,2,3]'::vector <-> array[1,2,4]::real[]
select format_type('vector'::regtype, 3), format_type('vector'::regtype, -1)
create temp table t (v vector(3)); insert into t values (array[1,2,3]::real[]); insert into t select array[1.5,2,3]; select * from t
create temp table t (v vector(3)); insert into t values ('[1,2]')
create temp table t (v vector(3)); insert into t values (array[1,2]::float8[])
create temp table t (v vector(3)); insert into t select '[1,2]'::vector
create temp table t (v vector(3)); insert into t values ('[1,2,3]'); alter table t alter v type vector(2)
create temp table t (v vector); insert into t values ('[1,2,3]'); alter table t alter v type real[]; select * from t
create temp table t (v vector, unique (v)); insert into t values ('[1]'), ('[1,1]'); insert into t values ('[1.0]')
create temp table t (v vector(3)); create index on t using btree (v vector_ops); select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = 't'::regclass and attnum > 0
