-- Sketches say which blocks to compare: the answer is that of comparing all.
create temporary table t as
select
    g as group_id, p as place, 1000 * g + p as id, '2020-01-01'::timestamptz + p * interval '1 day' as ts,
    (
        select ('[' || string_agg((round(40 * sin((p * (1 + g % 3) + 30 * e + g * g) / (9.0 + e)) + (p * 7919 + e * 104729 + g) % 41 - 20) / 32)::text, ',' order by e) || ']')::vector
        from generate_series(1, 24) as e
    ) as v
from generate_series(1, 12) as g, generate_series(0, 399) as p;
create temporary table b as
select
    group_id, place / 20 as block,
    pattern_block(id, place, ts, ts + interval '1 day', case when place % 50 = 7 then ts + interval '90 days' else 'infinity' end, v order by place) as entries
from t group by group_id, place / 20;
create temporary table basis as
select n as basis_id, (select pattern_basis(v, n) from t where place % 5 = 0) as basis from unnest('{1,6,24}'::int[]) as n;
select basis_id, octet_length(basis) from basis order by basis_id;
create temporary table s as
select basis_id, group_id, pattern_sketch(block, entries, basis order by block) as sketch
from b, basis group by basis_id, group_id, block / 5;
select basis_id, count(*), min(octet_length(sketch)), max(octet_length(sketch)) from s group by basis_id order by basis_id;

-- The k nearest of all blocks, and of those that sketches do not rule out.
create function all_blocks(query vector, as_of timestamptz, before timestamptz, lowest float8, k int, gap int, own int)
returns text language sql as $$
    select string_agg(m::text, ' ') from unnest((
        select pattern_nearest(entries, group_id, query, as_of, before, '2020-01-20', lowest, k, gap, 1, own) from b
    )) as m
$$;
create function by_sketch(with_basis int, first int, query vector, as_of timestamptz, before timestamptz, lowest float8, k int, gap int, own int, out answer text, out compared int)
language plpgsql as $$
declare
    c pattern_candidates;
    n int;
    least float8 := lowest;
begin
    select (f.c).* into c from (
        select pattern_candidates(sketch, group_id, basis_id, basis, query, as_of, before, '2020-01-20', lowest) as c
        from s join basis using (basis_id) where with_basis in (0, basis_id) and (with_basis > 0 or basis_id = (array[1,6,24])[1 + group_id % 3])
    ) as f;
    n := cardinality(c.blocks);
    select pattern_floor(entries, group_id, query, as_of, before, '2020-01-20', lowest, k, gap, 1, own) into least
    from unnest(c.group_ids[greatest(1, n - first):], c.blocks[greatest(1, n - first):]) as w (group_id, block) join b using (group_id, block);
    least := coalesce(least, lowest);
    compared := n - width_bucket(least, c.bounds);
    select string_agg(m::text, ' ') into answer from unnest((
        select pattern_nearest(entries, group_id, query, as_of, before, '2020-01-20', least, k, gap, 1, own)
        from unnest(c.group_ids[n - compared + 1:], c.blocks[n - compared + 1:]) as w (group_id, block) join b using (group_id, block)
    )) as m;
end
$$;
-- Bases 1, 6, 24, and all three at once.
select with_basis, count(*), count(f.answer), bool_and(all_blocks(q.v, q.as_of, q.ts, lowest, k, gap, q.place) is not distinct from f.answer) as same,
    sum(f.compared) < count(*) * 120 as fewer
from (select t.*, ts + interval '30 days' as as_of from t where place % 71 = 3 and place > 100) as q
cross join (values (0.0, 3, 1, 20), (-1, 10, 5, 40), (0.5, 20, 9, 60), (0.2, 5, 0, 20), (0.9999, 4, 3, 9)) as p (lowest, k, gap, first)
cross join unnest('{1,6,24,0}'::int[]) as with_basis
cross join lateral by_sketch(with_basis, first, q.v, q.as_of, q.ts, lowest, k, gap, q.place) as f
group by with_basis order by with_basis;
-- No entry is more alike than its block's bound says.
select count(*) as blocks, count(*) filter (where bound < best) as broken
from (
    select c.bound, (select max(1 - (t.v <=> q.v)) from t where t.group_id = c.group_id and t.place / 20 = c.block) as best
    from (select v from t where id in (1042, 5311, 12000)) as q
    cross join lateral (
        select (pattern_candidates(sketch, group_id, basis_id, basis, q.v, '2030-01-01', 'infinity', '-infinity', -1)).*
        from s join basis using (basis_id) where basis_id = 6
    ) as p
    cross join lateral unnest(p.group_ids, p.blocks, p.bounds) as c (group_id, block, bound)
) as f;
-- Fewer than it takes prove nothing; nothing at all is nothing.
select pattern_floor(entries, group_id, (select v from t where id = 1042), '2030-01-01', 'infinity', '-infinity', 0.25, 500, 9, 1, 42) from b where group_id < 3;
select pattern_floor(entries, group_id, '[1]', 'infinity', 'infinity', '-infinity', 0.25, 5, 9, 1, 42) from b where false;
select pattern_basis(v, 3) is null from t where false;
select pattern_basis('[0,0]'::vector, 3) is null;
select pattern_sketch(block, entries, basis) is null from b, basis where false;
-- More axes than dimensions, and vectors that are all the same.
select octet_length(pattern_basis('[3,4]'::vector, 9)) from generate_series(1, 3);
select (c.candidates).group_ids, (c.candidates).blocks, (c.candidates).bounds[1] between 0.9 and 1 as bound
from (
    select pattern_candidates(x.sketch, 7, 1, w.basis, '[0,1]', '2021-01-01', '2021-01-01', '-infinity', -0.5) as candidates
    from (select pattern_basis('[3,4]'::vector, 2) as basis) as w
    cross join lateral (
        select pattern_sketch(0, entries, w.basis) as sketch
        from (select pattern_block(1, 1, '2020-01-01', '2020-01-01', 'infinity', '[3,0]') as entries) as one
    ) as x
) as c;
-- What is wrong is told.
select pattern_basis(v, 65) from t;
select pattern_basis(v, 2) from (values ('[1]'::vector), ('[1,2]')) as w (v);
select pattern_sketch(1, entries, '\x01') from b;
select pattern_sketch(1, entries, basis) from basis, (select pattern_block(1, 1, now(), now(), 'infinity', '[1]') as entries) as w;
select pattern_candidates('\x0100'::bytea, 1, 1, basis, (select v from t limit 1), now(), now(), now(), 0) from basis;
select pattern_candidates(sketch, 1, 1, basis, '[1]', now(), now(), now(), 0) from s join basis using (basis_id);
select pattern_candidates(substr(sketch, 1, 300), 1, 1, basis, (select v from t limit 1), now(), now(), now(), 0) from s join basis using (basis_id);
select pattern_candidates(sketch, 1, 1, basis, (select v from t limit 1), now(), now(), now(), 'nan') from s join basis using (basis_id);
