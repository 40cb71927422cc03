-- bits that differ
select b'10110' <~> b'11100', hamming_distance(b'', b''), hamming_distance(repeat('10', 500)::varbit::bit(1000), repeat('01', 500)::varbit::bit(1000));
select b'101' <~> b'10';

-- shared ones as a fraction of all
select b'1101' <%> b'1001' as some, b'110' <%> b'110' as same, b'000' <%> b'000' as none, jaccard_distance(b'100', b'011') as apart;
select b'101' <%> b'10';

-- signs of vectors
create table bit_test (id integer, v vector(4));
insert into bit_test values (1, '[1,1,1,1]'), (2, '[1,-1,1,1]'), (3, '[-1,-1,-1,-1]');
select id, binary_quantize(v)::bit(4) <~> binary_quantize('[1,1,1,2]'::vector) as distance from bit_test order by 2, 1;
drop table bit_test;
