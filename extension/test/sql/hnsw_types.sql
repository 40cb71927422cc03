-- rows of each type, the same every time: their distances differ
create table hnsw_types (id integer primary key, h halfvec(16), s sparsevec(2000), b bit(128));
create function hnsw_types_rows(from_id integer, to_id integer) returns setof hnsw_types language sql as $$
    select i,
        array(select sin(i * j * 0.37) from generate_series(1, 16) j)::halfvec,
        ('{' || (select string_agg(k * 100 + (i * k) % 6 || ':' || (1 + sin(i * k * 0.37))::numeric(6, 4), ',')
            from generate_series(1, 12) k where (i + k) % 3 > 0) || '}/2000')::sparsevec,
        (select string_agg(case when sin(i * (k + 3) * 0.731) > 0.2 then '1' else '0' end, '' order by k)
            from generate_series(1, 128) k)::bit(128)
    from generate_series(from_id, to_id) i
$$;
insert into hnsw_types select * from hnsw_types_rows(1, 1500);

-- each operator class; the order of an index scan is that of the exact distance
create index on hnsw_types using hnsw (h halfvec_l2_ops);
create index on hnsw_types using hnsw (h halfvec_ip_ops);
create index on hnsw_types using hnsw (h halfvec_cosine_ops) with (code_bits = 4);
create index on hnsw_types using hnsw (h halfvec_l1_ops);
create index on hnsw_types using hnsw (s sparsevec_l2_ops);
create index on hnsw_types using hnsw (s sparsevec_ip_ops);
create index on hnsw_types using hnsw (s sparsevec_cosine_ops);
create index on hnsw_types using hnsw (s sparsevec_l1_ops);
create index on hnsw_types using hnsw (b bit_hamming_ops);
create index on hnsw_types using hnsw (b bit_jaccard_ops);
insert into hnsw_types select * from hnsw_types_rows(1501, 1600);
delete from hnsw_types where id % 10 = 3;
vacuum hnsw_types;

-- the share of the ten nearest that the index finds, and whether rows come in order
create function hnsw_types_recall(measure text) returns table (recall_is_high boolean, ordered boolean)
    language plpgsql as $$
declare
    query integer;
    exact float8[];
    found float8[];
    hits integer := 0;
    is_ordered boolean := true;
begin
    foreach query in array array[5, 50, 500, 777, 1555] loop
        set local enable_indexscan = off;
        execute format('select array_agg(d order by d) from (select %1$s as d from hnsw_types t,
            (select h as qh, s as qs, b as qb from hnsw_types where id = $1) q order by %1$s limit 10) n',
            measure) into exact using query;
        set local enable_indexscan = on;
        set local enable_seqscan = off;
        execute format('select array_agg(d) from (select %1$s as d from hnsw_types t order by %2$s limit 10) n',
            replace(replace(replace(measure, 'qh', '$1'), 'qs', '$2'), 'qb', '$3'),
            replace(replace(replace(measure, 'qh', '$1'), 'qs', '$2'), 'qb', '$3'))
            into found using (select h from hnsw_types where id = query),
                (select s from hnsw_types where id = query), (select b from hnsw_types where id = query);
        set local enable_seqscan = on;
        hits := hits + (select count(*) from unnest(found) d where d <= exact[10] + 1e-6);
        is_ordered := is_ordered and found = (select array_agg(d order by d) from unnest(found) d);
    end loop;
    return query select hits >= 47, is_ordered;
end
$$;
select m as measure, (hnsw_types_recall(m)).* from unnest(array['h <-> qh', 'h <#> qh', 'h <=> qh', 'h <+> qh',
    's <-> qs', 's <#> qs', 's <=> qs', 's <+> qs', 'b <~> qb', 'b <%> qb']) m;
explain (costs off) select id from hnsw_types order by h <-> array_fill(0.5, array[16])::halfvec limit 3;
set enable_seqscan = off;
explain (costs off) select id from hnsw_types order by s <=> '{1:1}/2000' limit 3;
explain (costs off) select id from hnsw_types order by b <%> repeat('1', 128)::bit(128) limit 3;
select id from hnsw_types order by h <-> null limit 0;
select count(*) from (select id from hnsw_types order by b <~> null) n;
select count(*) from (select id from hnsw_types order by s <-> null) n;

-- codes that leave elements out still return every row, in order
create index hnsw_types_few on hnsw_types using hnsw (id, s sparsevec_l2_ops) with (code_entries = 2);
select count(*), bool_and(ordered) from (
    select s <-> '{1:1,40:1}/2000' >= lag(s <-> '{1:1,40:1}/2000') over () as ordered
    from (select s from hnsw_types where id = any (array[1, 2, 4, 5, 6, 7]) order by s <-> '{1:1,40:1}/2000') n) o;
drop index hnsw_types_few;

-- what is in the index is what is in the table
select c.relname, k.* from pg_index i join pg_class c on c.oid = indexrelid join pg_am a on a.oid = relam,
    hnsw_check(indexrelid) k where indrelid = 'hnsw_types'::regclass and amname = 'hnsw' and severity <> 'warning';

-- limits and what cannot be
create table hnsw_types_wide (b bit(64001), s sparsevec(1000000000), any_s sparsevec, any_h halfvec, h halfvec(8128));
create index on hnsw_types_wide using hnsw (b bit_hamming_ops);
create index on hnsw_types_wide using hnsw (any_s sparsevec_l2_ops);
create index on hnsw_types_wide using hnsw (any_h halfvec_l2_ops);
create index on hnsw_types_wide using hnsw (b);
create index on hnsw_types_wide using hnsw (s sparsevec_l2_ops) with (code_bits = 8);
create index on hnsw_types_wide using hnsw (s sparsevec_l2_ops) with (code_entries = 1001);
create index on hnsw_types_wide using hnsw (h halfvec_l2_ops) with (code_entries = 10);
create index on hnsw_types_wide using hnsw (h halfvec_l2_ops);
create index on hnsw_types_wide using hnsw (s sparsevec_cosine_ops);
insert into hnsw_types_wide (s) values ('{1:1,1000000000:2}/1000000000'), ('{7:1}/1000000000'), ('{}/1000000000'), (null);
insert into hnsw_types_wide (s) select ('{' || string_agg(i || ':1', ',') || '}/1000000000')::sparsevec from generate_series(1, 1001) i;
insert into hnsw_types_wide (s) select ('{' || string_agg(i || ':1', ',') || '}/1000000000')::sparsevec from generate_series(1, 1000) i;
select left(s::text, 20) from hnsw_types_wide order by s <=> '{1000000000:1}/1000000000';
select left(s::text, 20) from hnsw_types_wide order by s <=> '{1:1}/2';
select id from hnsw_types order by b <~> '101' limit 1;
select id from hnsw_types order by h <-> '[1,2]' limit 1;

-- the signs of vectors, by an index over an expression
create table hnsw_types_signs (id integer, v vector(64));
insert into hnsw_types_signs select i, array(select sin(i * j * 0.37) from generate_series(1, 64) j)::vector from generate_series(1, 500) i;
create index on hnsw_types_signs using hnsw ((binary_quantize(v)::bit(64)) bit_hamming_ops);
create index on hnsw_types_signs using hnsw ((v::halfvec(64)) halfvec_cosine_ops);
select id from (select id, v from hnsw_types_signs
    order by binary_quantize(v)::bit(64) <~> binary_quantize((select v from hnsw_types_signs where id = 42)) limit 20) near
order by v <-> (select v from hnsw_types_signs where id = 42) limit 1;
select id from hnsw_types_signs order by v::halfvec(64) <=> (select v::halfvec from hnsw_types_signs where id = 42) limit 1;
drop table hnsw_types, hnsw_types_wide, hnsw_types_signs cascade;
drop function hnsw_types_recall;
