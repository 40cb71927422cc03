-- arithmetic
select '[1,2,3]'::vector + '[4,5,6]';
select '[3e38]'::vector + '[3e38]';
select '[1,2]'::vector + '[3]';
select '[1,2,3]'::vector - '[4,5,6]';
select '[-3e38]'::vector - '[3e38]';
select '[1,2]'::vector - '[3]';
select '[1,2,3]'::vector * '[4,5,6]';
select '[1e37]'::vector * '[1e37]';
select '[1e-37]'::vector * '[1e-37]';
select '[0,1]'::vector * '[1e-37,0]';
select '[1,2]'::vector * '[3]';

-- joining
select '[1,2,3]'::vector || '[4,5]';
select array_fill(0, array[16000])::vector || '[1]';
select vector_dims(array_fill(0, array[15999])::vector || '[1]');

-- measures
select vector_dims('[1,2,3]'::vector);
select vector_norm('[3,4]'), vector_norm('[0]'), vector_norm('[3e37,4e37]')::real, vector_norm('[1e-38]');
select l2_normalize('[3,4]'::vector), l2_normalize('[3,0]'::vector), l2_normalize('[0,0.1]'::vector), l2_normalize('[0,0]'::vector), l2_normalize('[3e38]'::vector), l2_normalize('[3e38,1e-37]'::vector), l2_normalize('[2e-45]'::vector);
select binary_quantize('[1,0,-1]'::vector), binary_quantize('[0,0.1,-0.2,-0.3,0.4,0.5,0.6,-0.7,0.8,-0.9,1]'::vector), pg_typeof(binary_quantize('[1]'::vector));

-- parts
select subvector('[1,2,3,4,5]'::vector, 1, 3);
select subvector('[1,2,3,4,5]'::vector, 3, 2);
select subvector('[1,2,3,4,5]'::vector, -1, 3);
select subvector('[1,2,3,4,5]'::vector, 3, 9);
select subvector('[1,2,3,4,5]'::vector, 1, 0);
select subvector('[1,2,3,4,5]'::vector, 3, -1);
select subvector('[1,2,3,4,5]'::vector, -1, 2);
select subvector('[1,2,3,4,5]'::vector, 6, 1);
select subvector('[1,2,3,4,5]'::vector, 2147483647, 10);
select subvector('[1,2,3,4,5]'::vector, 3, 2147483647);
select subvector('[1,2,3,4,5]'::vector, -2147483644, 2147483647);
select subvector('[1,2,3,4,5]'::vector, -2147483648, 2147483647);

-- null in, null out
select '[1,2]'::vector + null::vector is null as is_null;
