-- several keys at once, and two key columns
set enable_seqscan = off;
create table hnsw_keys (id integer primary key, k integer, kind text, v vector(8));
insert into hnsw_keys
select i, case when i % 50 = 0 then null when i % 2 = 0 then 0 when i % 3 = 0 then 1 else i % 20 end,
    case when i % 7 = 0 then null else 'kind ' || i % 3 end,
    array(select round((sin(i * j * 0.61) * 100)::numeric, 3) from generate_series(1, 8) j)::vector
from generate_series(1, 12000) i;
create index hnsw_keys_k on hnsw_keys using hnsw (k, v vector_l2_ops);

-- share of the ten nearest that the index finds under a condition
create function hnsw_keys_recall(condition text) returns numeric language plpgsql as $$
declare
    result numeric;
begin
    execute format(
        'with query as materialized (select v from hnsw_keys where id %% 400 = 7)
        select avg((exact.id = any(found.ids))::integer)
        from query,
            lateral (
                select id from hnsw_keys where %1$s
                order by (hnsw_keys.v <-> query.v) + 0 limit 10) exact,
            lateral (
                select array_agg(id) as ids from (
                    select id from hnsw_keys where %1$s
                    order by hnsw_keys.v <-> query.v limit 10) nearest) found', condition)
    into result;
    return result;
end
$$;

-- any of an array, of another integer type, with NULL and values that no row has
explain (costs off)
select id from hnsw_keys where k in (3, 7) order by v <-> '[1,2,3,4,5,6,7,8]' limit 5;
explain (costs off)
select id from hnsw_keys where k = any('{0,1}'::bigint[]) order by v <-> '[1,2,3,4,5,6,7,8]' limit 5;
select hnsw_keys_recall('k in (3, 7)') as small,
    hnsw_keys_recall('k in (0, 1)') > 0.97 as large,
    hnsw_keys_recall('k in (0, 7, 1, 9)') > 0.97 as both,
    hnsw_keys_recall('k = any(''{0,1,77,null}''::bigint[])') > 0.97 as wide;
select count(*) = (select count(*) from hnsw_keys where k in (0, 1, 7)) as whole,
    count(*) = count(distinct id) as once, bool_and(k in (0, 1, 7)) as right_keys
from (
    select id, k from hnsw_keys where k = any('{0,7,1,1}')
    order by v <-> '[1,2,3,4,5,6,7,8]') every;
select bool_and(d >= before) as sorted from (
    select d, lag(d, 1, 0::float8) over (order by n) as before from (
        select v <-> '[1,2,3,4,5,6,7,8]' as d, row_number() over () as n from (
            select v from hnsw_keys where k in (0, 1, 7)
            order by v <-> '[1,2,3,4,5,6,7,8]' limit 300) nearest) numbered) pairs;
select count(*) from (
    select id from hnsw_keys where k = any('{77,null}') order by v <-> '[1,2,3,4,5,6,7,8]') none;
select count(*) from (
    select id from hnsw_keys where k = any(null::int[]) order by v <-> '[1,2,3,4,5,6,7,8]') none;
select count(*), bool_and(k = 7) from (
    select k from hnsw_keys where k in (3, 7) and k in (7, 9)
    order by v <-> '[1,2,3,4,5,6,7,8]') both_hold;
drop index hnsw_keys_k;

-- two key columns: both, the first, the second, NULL in either, neither
create index hnsw_keys_both on hnsw_keys using hnsw (k, kind, v vector_l2_ops);
explain (costs off)
select id from hnsw_keys where k = 0 and kind = 'kind 1'
order by v <-> '[1,2,3,4,5,6,7,8]' limit 5;
explain (costs off)
select id from hnsw_keys where kind = 'kind 1' order by v <-> '[1,2,3,4,5,6,7,8]' limit 5;
explain (costs off)
select id from hnsw_keys order by v <-> '[1,2,3,4,5,6,7,8]' limit 5;
select hnsw_keys_recall('k = 3 and kind = ''kind 2''') as small,
    hnsw_keys_recall('k = 0 and kind = ''kind 1''') as large,
    hnsw_keys_recall('k = 0') > 0.97 as first,
    hnsw_keys_recall('kind = ''kind 1''') > 0.97 as second,
    hnsw_keys_recall('k in (0, 1) and kind in (''kind 0'', ''kind 1'')') > 0.97 as any_of_each;
select count(*) = (select count(*) from hnsw_keys where k is null and kind is null) as nothing
from (
    select id from hnsw_keys where k is null and kind is null
    order by v <-> '[1,2,3,4,5,6,7,8]') every;
select count(*) = (select count(*) from hnsw_keys where k = 0 and kind is null) as half
from (
    select id from hnsw_keys where k = 0 and kind is null
    order by v <-> '[1,2,3,4,5,6,7,8]') every;
select count(*) = (select count(*) from hnsw_keys where kind = 'kind 1') as of_second,
    count(*) = count(distinct id) as once
from (
    select id from hnsw_keys where kind = 'kind 1' order by v <-> '[1,2,3,4,5,6,7,8]') every;
select keys from hnsw_info('hnsw_keys_both');
select hnsw_recall('hnsw_keys_both', 10, 30) > 0.97 as recall;

-- rows come and go
delete from hnsw_keys where kind = 'kind 1' and k = 0;
vacuum hnsw_keys;
insert into hnsw_keys
select 20000 + i, 0, case i % 2 when 0 then 'kind 1' else 'other' end, array_fill(i, array[8])::vector
from generate_series(1, 100) i;
select id from hnsw_keys where k = 0 and kind = 'kind 1'
order by v <-> '[7,7,7,7,7,7,7,7]' limit 3;
insert into hnsw_keys values (30000, 1, repeat('x', 2001), '[1,1,1,1,1,1,1,1]');

drop function hnsw_keys_recall(text);
drop table hnsw_keys;
