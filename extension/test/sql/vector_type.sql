-- text in and out
select '[1,2,3]'::vector;
select '[-1,-2,-3]'::vector;
select '[1.,2.,3.]'::vector;
select ' [ 1,  2 ,    3  ] '::vector;
select '[1.23456]'::vector;
select '[hello,1]'::vector;
select '[NaN,1]'::vector;
select '[nan(12),1]'::vector;
select '[Infinity,1]'::vector;
select '[-Infinity,1]'::vector;
select '[inf]'::vector;
select '[0x1p3,0x10]'::vector;

-- range of float4
select '[1.5e38,-1.5e38]'::vector;
select '[1.5e+38,-1.5e+38]'::vector;
select '[1.5e-38,-1.5e-38]'::vector;
select '[4e38,1]'::vector;
select '[-4e38,1]'::vector;
select '[1e-46,1]'::vector;
select '[-1e-46,1]'::vector;
select '[1e-40]'::vector;

-- what is not a vector
select '[1,2,3'::vector;
select '[1,2,3]9'::vector;
select '[1,2,3] x'::vector;
select '1,2,3'::vector;
select ''::vector;
select '   '::vector;
select '['::vector;
select '[ '::vector;
select '[,'::vector;
select '[1'::vector;
select '[1 '::vector;
select '[1,'::vector;
select '[1, '::vector;
select '[]'::vector;
select '[ ]'::vector;
select '[] '::vector;
select '[]x'::vector;
select '[,]'::vector;
select '[1,]'::vector;
select '[1, ]'::vector;
select '[1a]'::vector;
select '[1,,3]'::vector;
select '[1, ,3]'::vector;
select '[1 2]'::vector;
select '[1;2]'::vector;
select '[[1]]'::vector;
select '{1,2}'::vector;
select E'[\t1,\n2\x0b,\f3\r]'::vector;

-- type modifier
select '[1,2,3]'::vector(3);
select '[1,2,3]'::vector(2);
select '[1,2,3]'::vector(3, 2);
select '[1,2,3]'::vector('a');
select '[1,2,3]'::vector(0);
select '[1,2,3]'::vector(-1);
select '[1,2,3]'::vector(16001);

-- at most 16000 dimensions
select vector_dims(('[' || repeat('1,', 15999) || '1]')::vector);
select ('[' || repeat('1,', 16000) || '1]')::vector;

-- arrays of vectors
select unnest('{"[1,2,3]","[4,5,6]"}'::vector[]);
select '{"[1,2,3]"}'::vector(2)[];
select '{"[1,2]","[1]"}'::vector(2)[];
select '[1,2,3]'::vector::vector(2);

-- binary form
select vector_send('[1.5,-2]');
create table vector_binary_test (v vector);
create table vector_binary_pair (v vector(2));
insert into vector_binary_test values ('[1.5,-2]'), (null), ('[1e-40,3e38]');
\copy vector_binary_test to 'results/vector_type.copy' (format binary)
\copy vector_binary_pair from 'results/vector_type.copy' (format binary)
select * from vector_binary_pair;
insert into vector_binary_test values ('[1,2,3]');
\copy vector_binary_test to 'results/vector_type.copy' (format binary)
\copy vector_binary_pair from 'results/vector_type.copy' (format binary)
drop table vector_binary_test, vector_binary_pair;

-- stored, also out of line
create table vector_type_test (v vector(3), long vector);
insert into vector_type_test select '[1,2,3]', array_fill(random(), array[5000])::vector;
insert into vector_type_test (v) values ('[1,2]');
insert into vector_type_test (v) values (array[1,2,3,4]);
select v, vector_dims(long), long <-> long as same, attstorage from vector_type_test, pg_attribute where attrelid = 'vector_type_test'::regclass and attname = 'long';
select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'vector_type_test'::regclass and attnum > 0;
alter table vector_type_test alter v type vector(2);
drop table vector_type_test;
