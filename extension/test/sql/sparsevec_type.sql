-- text in and out
select '{1:1.5,3:2}/5'::sparsevec;
select ' { 3 : 2 , 1 : 1.5 } / 5 '::sparsevec;
select '{}/5'::sparsevec;
select '{1:0,2:-0,3:1}/5'::sparsevec;
select '{+1:0x10,2:.5}/5'::sparsevec;
select '{1:1,1:2}/5'::sparsevec;
select '{0:1}/5'::sparsevec;
select '{6:1}/5'::sparsevec;
select '{99999999999999999999:1}/5'::sparsevec;
select '{1:1}/0'::sparsevec;
select '{}/1000000000'::sparsevec;
select '{}/1000000001'::sparsevec;
select '{}/-99999999999999999999'::sparsevec;
select '{1:NaN}/5'::sparsevec;
select '{1:inf}/5'::sparsevec;
select '{1:4e38}/5'::sparsevec;
select '{1:1e-46}/5'::sparsevec;
select '{1:1}/'::sparsevec;
select '{1:1}'::sparsevec;
select '{1:1'::sparsevec;
select '{1:}/5'::sparsevec;
select '{:1}/5'::sparsevec;
select '{1:1,}/5'::sparsevec;
select '{1:1;2:2}/5'::sparsevec;
select '{1:1}/5x'::sparsevec;
select '[1,2]'::sparsevec;
select ''::sparsevec;

-- at most 16000 entries
select l2_norm(('{' || string_agg(i || ':1', ',') || '}/1000000')::sparsevec)::real from generate_series(1, 16000) i;
select ('{' || string_agg(i || ':0', ',') || '}/1000000')::sparsevec from generate_series(1, 16001) i;
select array_fill(1, array[16001])::sparsevec;
select array_fill(0, array[16001])::sparsevec;

-- type modifier
select '{1:1}/5'::sparsevec(5);
select '{1:1}/5'::sparsevec(4);
select '{1:1}/5'::sparsevec(0);
select '{1:1}/5'::sparsevec(1000000001);
select '{1:1}/5'::sparsevec(1, 2);

-- casts
select '[1,0,2]'::vector::sparsevec, '[1,0,-0,2]'::halfvec::sparsevec, array[1,0,2]::sparsevec, array[0,1.5]::sparsevec;
select '{1:1,3:2}/4'::sparsevec::vector, '{1:1,3:2}/4'::sparsevec::halfvec;
select '{1:70000}/3'::sparsevec::halfvec;
select '{}/16001'::sparsevec::vector;
select '{}/16001'::sparsevec::halfvec;
select '{1:2}/3'::sparsevec::vector(2);
select '[1,2]'::vector::sparsevec(3);
select '{NaN}'::real[]::sparsevec;
select '{NULL}'::real[]::sparsevec;
select '{{1}}'::real[]::sparsevec;
select '{}'::real[]::sparsevec;

-- binary form
select sparsevec_send('{1:1.5,3:2}/5');
create table sparsevec_binary_test (v sparsevec);
create table sparsevec_binary_five (v sparsevec(5));
insert into sparsevec_binary_test values ('{1:1.5,3:2}/5'), (null), ('{}/5');
\copy sparsevec_binary_test to 'results/sparsevec_type.copy' (format binary)
\copy sparsevec_binary_five from 'results/sparsevec_type.copy' (format binary)
select * from sparsevec_binary_five;
insert into sparsevec_binary_test values ('{1:1}/4');
\copy sparsevec_binary_test to 'results/sparsevec_type.copy' (format binary)
\copy sparsevec_binary_five from 'results/sparsevec_type.copy' (format binary)
drop table sparsevec_binary_test, sparsevec_binary_five;
select typname, typlen, typstorage, typalign from pg_type where typname in ('vector', 'halfvec', 'sparsevec') order by 1;
