-- Blocks of packed vectors and the nearest in them.
create temporary table t as
select g as group_id, p as place, 100 * g + p as id, '2020-01-01'::timestamptz + p * interval '1 day' as ts,
    ('[' || (p % 7) / 4.0 || ',' || (p * g % 5) / 4.0 || ',' || (p * 3 % 11 - 5) / 4.0 || ']')::vector as v
from generate_series(1, 3) as g, generate_series(1, 40) as p;
create temporary table b as
select group_id, pattern_block(id, place, ts, ts + interval '1 day', 'infinity', v order by place) as block
from t group by group_id, place / 10;
select count(*), min(octet_length(block)), max(octet_length(block)) from b;

create function nearest(query vector, as_of timestamptz, before timestamptz, after timestamptz, lowest float8, k int, gap int)
returns setof pattern_match language sql as $$
    select m.* from unnest((
        select pattern_nearest(block, group_id, query, as_of, before, after, lowest, k, gap, 1, 20) from b
    )) as m
$$;
select id, group_id, place, round(similarity::numeric, 7) as similarity
from nearest('[1,0.5,0.25]', '2030-01-01', 'infinity', '-infinity', 0.9, 5, 3);
-- The same as comparing all, thinned by hand: none.
select count(*), count(n.id), bool_and(abs(n.similarity - a.similarity) < 1e-7)
from (
    select id, 1 - (v <=> '[1,0.5,0.25]') as similarity from t
    where ts + interval '1 day' <= '2020-01-31' and ts < '2020-01-29' and ts >= '2020-01-05' and 1 - (v <=> '[1,0.5,0.25]') >= 0.5
) as a
full join nearest('[1,0.5,0.25]', '2020-01-31', '2020-01-29', '2020-01-05', 0.5, 1000, 0) as n using (id);
-- No two of a group nearer than the gap, nor the own place.
select min(abs(x.place - y.place)) >= 6 as apart, count(*) filter (where x.group_id = 1 and abs(x.place - 20) < 6) as near_own
from nearest('[1,0.5,0.25]', '2030-01-01', 'infinity', '-infinity', -1, 1000, 6) as x
left join nearest('[1,0.5,0.25]', '2030-01-01', 'infinity', '-infinity', -1, 1000, 6) as y on x.group_id = y.group_id and x.id <> y.id;
-- Of many that are alike most are thrown away on the way: the answer is that of a sort. The
-- best come last, in the middle and first.
create temporary table much as
select g as group_id, p as place, 10000 * g + p as id, format('[1,%s]', (case g when 1 then p when 2 then 10000 - p else abs(p - 5000) end % 3001) % 127 / 32.0)::vector as v
from generate_series(1, 3) as g, generate_series(1, 9999) as p;
with found as (
    select m.id, row_number() over () as rank from unnest((
        select pattern_nearest(b.block, b.group_id, '[1,1.5]', '2030-01-01', '2030-01-01', '-infinity', 0.1, 40, 0, 0, 0)
        from (
            select group_id, pattern_block(id, place, '2020-01-01', '2020-01-01', 'infinity', v) as block
            from much group by group_id, place / 100
        ) as b
    )) as m
), sorted as (
    select id, row_number() over (order by v <=> '[1,1.5]', id) as rank from much
)
select count(*), bool_and(f.id = s.id) as same from found as f inner join sorted as s using (rank);
-- And thinned: taken one by one from the best, by hand.
create function by_hand(gap int) returns int[] language plpgsql as $$
declare
    r record;
    taken int[] := '{}';
begin
    for r in select * from much order by v <=> '[1,1.5]', id loop
        if not exists (select from much as t where t.id = any(taken) and t.group_id = r.group_id and abs(t.place - r.place) < gap) then
            taken := taken || r.id;
        end if;
        exit when cardinality(taken) = 25;
    end loop;
    return taken;
end
$$;
create index on much (id);
select by_hand(7) = array(
    select m.id::int from unnest((
        select pattern_nearest(b.block, b.group_id, '[1,1.5]', '2030-01-01', '2030-01-01', '-infinity', 0.1, 25, 7, 0, 0)
        from (
            select group_id, pattern_block(id, place, '2020-01-01', '2020-01-01', 'infinity', v) as block
            from much group by group_id, place / 100
        ) as b
    )) as m
) as same;
drop function by_hand;
-- What is not known yet, or not any more, is not there.
create temporary table one as select pattern_block(1, 1, '2020-01-01', '2020-01-02', '2020-01-05', '[1]') as block;
select d, cardinality(pattern_nearest(block, 1, '[1]', d, 'infinity', '-infinity', 0, 1, 0, 0, 0)) as found
from one, (values ('2020-01-01'::timestamptz), ('2020-01-02'), ('2020-01-04'), ('2020-01-05')) as v (d) group by d order by d;
-- 32 elements go another way than others, and a bound spares most comparisons: neither shows.
create temporary table wide as
select p as id, ('[' || string_agg((((p * 7919 + e * 104729) % 255 - 127) / 32.0)::text, ',' order by e) || ']')::vector as v
from generate_series(1, 200) as p, generate_series(1, 32) as e group by p;
select l as lowest, count(a.id) > 0 as some, count(a.id) = count(n.id) as same, coalesce(max(abs(n.similarity - a.similarity)) < 1e-7, true) as alike
from (values (-1), (0), (0.3), (0.9)) as m (l)
cross join lateral (
    select w.id, 1 - (w.v <=> q.v) as similarity from wide as w, wide as q where q.id = 7 and 1 - (w.v <=> q.v) >= l
) as a
left join lateral (
    select m.* from unnest((
        select pattern_nearest(b.block, 1, (select v from wide where id = 7), '2030-01-01', '2030-01-01', '-infinity', l, 1000, 0, 0, 0)
        from (select pattern_block(id, id, '2020-01-01', '2020-01-01', 'infinity', v) as block from wide) as b
    )) as m
) as n on a.id = n.id
group by l order by l;
-- A vector without a direction is like nothing; no features, no entry.
select pattern_nearest(block, 1, '[1,1]', '2030-01-01', 'infinity', '-infinity', -1, 5, 0, 0, 0)
from (select pattern_block(1, 1, now(), now(), 'infinity', '[0,0]') as block) as zero;
select pattern_block(1, 1, now(), now(), 'infinity', null) is null as nothing;
-- Errors.
select pattern_block(1, 1, now(), now(), 'infinity', '[0.01]');
select pattern_block(1, 1, now(), now(), 'infinity', '[4]');
select pattern_block(1, 1, now(), now(), 'infinity', ('[' || repeat('1,', 2000) || '1]')::vector);
select pattern_block(p, 1, now(), now(), 'infinity', v) from (values (1, '[1]'::vector), (2, '[1,1]')) as x (p, v);
select pattern_nearest('\x00', 1, '[1]', now(), now(), now(), 0, 1, 0, 0, 0);
select pattern_nearest('\x0100000002000000', 1, '[1]', now(), now(), now(), 0, 1, 0, 0, 0);
select pattern_nearest('\x0100000000000000', 1, '[1]', now(), now(), now(), 0, 0, 0, 0, 0);
select pattern_nearest('\x0100000000000000', 1, '[1]', null, now(), now(), 0, 1, 0, 0, 0);

select pattern_differences('[1,2,3]', '[1.5,-2,3]', '{a,b,"c\\"d"}', 2);
select pattern_differences('[1,2]', '[1.125,2]', '{a,b}');
select pattern_differences('[1,2]', '[1,2]', '{a}');
drop function nearest;

-- How outcomes spread: of ten, two share a stretch of time.
select (s).n, round((s).effective_n::numeric, 4) as effective_n, round((s).mean::numeric, 6) as mean, (s).percentiles[3] as median,
    (s).percentiles = p as as_percentile_cont, (s).win_rate, round((s).mean_gain::numeric, 6) as gain, round((s).mean_loss::numeric, 6) as loss
from (
    select pattern_spread(x, x + 1, x - 1, case when n = 2 then 1 else n end) as s,
        percentile_cont(array[0.05, 0.25, 0.5, 0.75, 0.95]) within group (order by x) as p
    from (select n, ((n * 37) % 11 - 5) / 8.0::float8 as x from generate_series(1, 10) as n) as r
) as t;
select pattern_spread(x, 1, 1, 1) is null as nothing, pattern_spread(null::float8, 1, 1, 1) is null as nothing_known
from (select 1::float8 as x where false) as r;
-- As R's binom.test(14, 20), binom.test(0, 1000, 0.9), binom.test(0, 0).
select round(binomial_p_value(14, 20, 0.5)::numeric, 7), binomial_p_value(0, 1000, 0.9) < 1e-300, binomial_p_value(0, 0, 0.5), binomial_p_value(3, 3, 1), binomial_p_value(2, 3, 1);
select binomial_p_value(3, 2, 0.5);
select binomial_p_value(1, 2, 'nan');
-- What is not on the grid is put there: the cosine hardly changes, long vectors are compared alike.
select pattern_round('[0.1,-0.2,0]'), pattern_round('[0,0]'), pattern_round('[1e-30,3e38]');
create temporary table texts as
select g as id, (
    select array_agg(sin(g * 7919 + i * i)::real order by i) from generate_series(1, 384) as i
)::vector as v
from generate_series(1, 200) as g;
select count(*), max(abs(m.similarity - (1 - (t.v <=> q.v)))) < 0.003 as near,
    bool_and(abs(m.similarity - (1 - (pattern_round(t.v) <=> pattern_round(q.v)))) < 1e-6) as same
from (select v from texts where id = 77) as q
cross join lateral unnest((
    select pattern_nearest(b.block, 1, pattern_round(q.v), '2030-01-01', '2030-01-01', '-infinity', -1, 200, 0, 0, 0)
    from (select pattern_block(id, id, '2020-01-01', '2020-01-01', 'infinity', pattern_round(v)) as block from texts) as b
)) as m
inner join texts as t on t.id = m.id;
