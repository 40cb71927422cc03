-- lists of halfvec and bit
create table ivfflat_types (id integer primary key, h halfvec(8), b bit(20));
insert into ivfflat_types
select i, array(select round((sin(i * j * 0.61 + j) * 100)::numeric, 3) from generate_series(1, 8) j)::halfvec,
    (i * 7919)::bit(20)
from generate_series(1, 3000) i;
create table ivfflat_wide (h halfvec, wide halfvec(4001), b bit(64001), v bit varying);
create index on ivfflat_wide using ivfflat (h halfvec_l2_ops);
create index on ivfflat_wide using ivfflat (wide halfvec_l2_ops);
create index on ivfflat_wide using ivfflat (b bit_hamming_ops);
create index on ivfflat_wide using ivfflat (v bit_hamming_ops);
drop table ivfflat_wide;

set enable_seqscan = off;
create index ivfflat_l2 on ivfflat_types using ivfflat (h halfvec_l2_ops) with (lists = 20);
create index ivfflat_ip on ivfflat_types using ivfflat (h halfvec_ip_ops) with (lists = 20);
create index ivfflat_cosine on ivfflat_types using ivfflat (h halfvec_cosine_ops) with (lists = 20);
create index ivfflat_bit on ivfflat_types using ivfflat (b bit_hamming_ops) with (lists = 20);
explain (costs off) select id from ivfflat_types order by h <=> '[1,2,3,4,5,6,7,8]' limit 5;
explain (costs off) select id from ivfflat_types order by b <~> 5::bit(20) limit 5;

-- share of the ten nearest distances that are found
create function ivfflat_types_recall(distance text) returns numeric language plpgsql as $$
declare
    result numeric;
begin
    execute format(
        'with query as materialized (select h, b from ivfflat_types where id %% 300 = 7)
        select avg(least(found.n, 10) / 10.0)
        from query,
            lateral (
                select max(d) as d from (
                    select (t.%1$s query.%2$s) + 0 as d from ivfflat_types t
                    order by 1 limit 10) nearest) exact,
            lateral (
                select count(*) as n from (
                    select t.%1$s query.%2$s as d from ivfflat_types t
                    order by t.%1$s query.%2$s limit 10) nearest
                where nearest.d <= exact.d + 1e-3 * abs(exact.d)) found',
        distance, left(distance, 1))
    into result;
    return round(result, 2);
end
$$;
set ivfflat.probes = 20;
select d, ivfflat_types_recall(d) from unnest('{h <->,h <#>,h <=>,b <~>}'::text[]) d;
select count(*), count(distinct id) from (
    select id from ivfflat_types order by b <~> 5::bit(20)) every;
set ivfflat.probes = 6;
select d, ivfflat_types_recall(d) > 0.6 from unnest('{h <->,h <=>,b <~>}'::text[]) d;

insert into ivfflat_types values (5000, '[1,2,3,4,5,6,7,8]', 5::bit(20)), (5001, '[0,0,0,0,0,0,0,0]', null);
delete from ivfflat_types where id between 1 and 2000;
vacuum ivfflat_types;
select id from ivfflat_types order by h <-> '[1,2,3,4,5,6,7,8]' limit 1;
select id from ivfflat_types order by b <~> 5::bit(20), id limit 1;
select id from ivfflat_types order by h <-> '[1,2]' limit 1;
select id from ivfflat_types order by b <~> 5::bit(21) limit 1;
drop function ivfflat_types_recall(text);
drop table ivfflat_types;
