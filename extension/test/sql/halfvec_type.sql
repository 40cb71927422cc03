-- text in and out
select '[1,2,3]'::halfvec;
select ' [ 1,  2 ,    3  ] '::halfvec;
select '[0.1,1.23456,-0,1e-3]'::halfvec;
select '[hello,1]'::halfvec;
select '[NaN,1]'::halfvec;
select '[-Infinity,1]'::halfvec;
select '[1,2,3'::halfvec;
select '[1,2,3]9'::halfvec;
select '1,2,3'::halfvec;
select ''::halfvec;
select '[]'::halfvec;
select '[1,]'::halfvec;

-- range of 16 bits: the largest is 65504, what is nearer to zero than to 2^-24 is zero
select '[65504,-65504,65519]'::halfvec;
select '[65520]'::halfvec;
select '[-65520]'::halfvec;
select '[1e40]'::halfvec;
select '[5.9604645e-08,2.9802322e-08,3e-08]'::halfvec;

-- type modifier
select '[1,2,3]'::halfvec(3);
select '[1,2,3]'::halfvec(2);
select '[1,2,3]'::halfvec(3, 2);
select '[1,2,3]'::halfvec(0);
select '[1,2,3]'::halfvec(16001);
select vector_dims(('[' || repeat('1,', 15999) || '1]')::halfvec);
select ('[' || repeat('1,', 16000) || '1]')::halfvec;

-- casts
select '[1,2.5,3]'::vector::halfvec, '[1,2.5,3]'::halfvec::vector, '[1,2.5,3]'::halfvec::real[];
select '[70000]'::vector::halfvec;
select '[1,2]'::vector::halfvec(3);
select '[1,2]'::halfvec::vector(3);
select array[1,2,3]::halfvec, array[1.5,2]::halfvec, array[1,2]::real[]::halfvec, array[1,2]::float8[]::halfvec;
select '{70000}'::real[]::halfvec;
select '{1e39}'::float8[]::halfvec;
select '{NaN}'::real[]::halfvec;
select '{NULL}'::real[]::halfvec;
select '{{1}}'::real[]::halfvec;
select '{}'::real[]::halfvec;
select '{1,2}'::real[]::halfvec(3);

-- binary form
select halfvec_send('[1.5,-2]');
create table halfvec_binary_test (v halfvec);
create table halfvec_binary_pair (v halfvec(2));
insert into halfvec_binary_test values ('[1.5,-2]'), (null), ('[6e-8,65504]');
\copy halfvec_binary_test to 'results/halfvec_type.copy' (format binary)
\copy halfvec_binary_pair from 'results/halfvec_type.copy' (format binary)
select * from halfvec_binary_pair;
insert into halfvec_binary_test values ('[1,2,3]');
\copy halfvec_binary_test to 'results/halfvec_type.copy' (format binary)
\copy halfvec_binary_pair from 'results/halfvec_type.copy' (format binary)
drop table halfvec_binary_test, halfvec_binary_pair;

-- stored, also out of line
create table halfvec_type_test (v halfvec(3), long halfvec);
insert into halfvec_type_test select '[1,2,3]', array_fill(0.1, array[8000])::halfvec;
insert into halfvec_type_test (v) values ('[1,2]');
insert into halfvec_type_test (v) values (array[1,2,3,4]);
select v, vector_dims(long), long <-> long as same, pg_column_size(v) from halfvec_type_test;
select attname, format_type(atttypid, atttypmod), attstorage from pg_attribute
    where attrelid = 'halfvec_type_test'::regclass and attnum > 0;
drop table halfvec_type_test;
