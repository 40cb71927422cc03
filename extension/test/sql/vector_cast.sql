-- from arrays
select array[1,2,3]::vector, array[1.5,2.0,3.0]::vector, array[1,2,3]::float4[]::vector, array[1,2,3]::float8[]::vector, array[1,2,3]::numeric[]::vector, array[16777217]::vector;
select '{1,2,3}'::real[]::vector(3);
select '[2:3]={1,2}'::real[]::vector;

-- what arrays may not hold
select '{NULL}'::real[]::vector;
select '{NULL}'::integer[]::vector;
select '{NaN}'::real[]::vector;
select '{Infinity}'::real[]::vector;
select '{-Infinity}'::real[]::vector;
select '{NaN}'::double precision[]::vector;
select '{Infinity}'::double precision[]::vector;
select '{NaN}'::numeric[]::vector;
select '{Infinity}'::numeric[]::vector;
select '{}'::real[]::vector;
select '{{1}}'::real[]::vector;
select '{{1,2},{3,4}}'::real[]::vector;
select '{1}'::smallint[]::vector;
select '{4e38,-4e38}'::double precision[]::vector;
select '{1e-46,-1e-46}'::double precision[]::vector;
select '{4e38}'::numeric[]::vector;
select '{1e-46}'::numeric[]::vector;
select '{1,2,3}'::real[]::vector(2);

-- too many elements
select array_agg(n)::vector from generate_series(1, 16001) n;
select array_to_vector(array_agg(n), 16001, false) from generate_series(1, 16001) n;

-- to arrays
select '[1,2,3]'::vector::real[];
select '[1,2,3]'::vector::double precision[];

-- what arrays do among themselves is as ever
select array[1,2,3] = array[1,2,3], array[1,2] || array[3];

-- assignment
create temp table cast_test (v vector(3));
insert into cast_test values (array[1,2,3]), (array[1.5,2,3]), ('{1,2,3}'::real[]), ('{1,2,3}'::float8[]);
insert into cast_test values (array[1,2]);
select * from cast_test;
select v <-> array[1,2,4]::real[] as distance from cast_test;
drop table cast_test;
