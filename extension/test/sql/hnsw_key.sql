set enable_seqscan = off;
create table hnsw_key (id integer primary key, k integer, v vector(8));
insert into hnsw_key
select i, case when i % 50 = 0 then null when i % 2 = 0 then 0 else i % 20 end,
    array(select round((sin(i * j * 0.61) * 100)::numeric, 3) from generate_series(1, 8) j)::vector
from generate_series(1, 8000) i;

-- what may be a key
create index on hnsw_key using hnsw (v vector_l2_ops, k);
create index on hnsw_key using hnsw (k);
create index on hnsw_key using hnsw (k, id, k, v vector_l2_ops);
create index hnsw_key_v on hnsw_key using hnsw (k, v vector_l2_ops);

-- equality goes into the index, by any integer type
explain (costs off)
select id from hnsw_key where k = 3 order by v <-> '[1,2,3,4,5,6,7,8]' limit 5;
explain (costs off)
select id from hnsw_key where k = 3::bigint order by v <-> '[1,2,3,4,5,6,7,8]' limit 5;
explain (costs off)
select id from hnsw_key where k is null order by v <-> '[1,2,3,4,5,6,7,8]' limit 5;

-- it finds what an exact search finds: in a small key, a large one, NULL, none
create function hnsw_key_recall(key integer) returns numeric
language sql set enable_seqscan = off as $$
    with query as materialized (select v from hnsw_key where id % 400 = 7)
    select round(avg((exact.id = any(found.ids))::integer), 2)
    from query,
        lateral (
            select id from hnsw_key where k is not distinct from key
            order by (hnsw_key.v <-> query.v) + 0 limit 10) exact,
        lateral (
            select array_agg(id) as ids from (
                select id from hnsw_key where k = key
                order by hnsw_key.v <-> query.v limit 10) nearest) found
$$;
select hnsw_key_recall(3), hnsw_key_recall(0) > 0.95;
select count(*), bool_and(k = 3) from (
    select k from hnsw_key where k = 3 order by v <-> '[1,2,3,4,5,6,7,8]') every;
select count(*), bool_and(k = 0) from (
    select k from hnsw_key where k = 0 order by v <-> '[1,2,3,4,5,6,7,8]') every;
select count(*), bool_and(k is null) from (
    select k from hnsw_key where k is null order by v <-> '[1,2,3,4,5,6,7,8]') every;
select count(*) from (
    select k from hnsw_key where k = 77 order by v <-> '[1,2,3,4,5,6,7,8]') none;
select count(*) from (
    select k from hnsw_key where k = 3 and k = 4 order by v <-> '[1,2,3,4,5,6,7,8]') none;

-- without the key it is of no use
explain (costs off)
select id from hnsw_key order by v <-> '[1,2,3,4,5,6,7,8]' limit 5;

-- keys come and go
insert into hnsw_key select 10000 + i, 1000 + i, array_fill(i, array[8])::vector
from generate_series(1, 600) i;
select id from hnsw_key where k = 1234 order by v <-> '[1,2,3,4,5,6,7,8]';
delete from hnsw_key where k = 3 and id % 40 = 3 or k = 0 and id % 3 = 0 or k = 1234;
vacuum hnsw_key;
select hnsw_key_recall(3), hnsw_key_recall(0) > 0.95;
select count(*) from (
    select k from hnsw_key where k = 3 order by v <-> '[1,2,3,4,5,6,7,8]') every;
select count(*) from hnsw_key where k = 3;
insert into hnsw_key select 20000 + i, 3, array_fill(i, array[8])::vector
from generate_series(1, 3000) i;
select hnsw_key_recall(3) > 0.95, hnsw_key_recall(0) > 0.95;
select count(*) = (select count(*) from hnsw_key where k = 0) from (
    select k from hnsw_key where k = 0 order by v <-> '[1,2,3,4,5,6,7,8]') every;

-- text keys
create table hnsw_text (id integer, k text, v vector(2));
create index on hnsw_text using hnsw (k, v vector_cosine_ops);
insert into hnsw_text select i, 'tenant ' || i % 3, array[i, 1]::vector from generate_series(1, 30) i;
select id from hnsw_text where k = 'tenant 1' order by v <=> '[5,1]' limit 3;
insert into hnsw_text values (31, repeat('x', 3000), '[1,1]');

drop function hnsw_key_recall(integer);
drop table hnsw_key, hnsw_text;
