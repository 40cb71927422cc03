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
select * from nearest('[1,0.5,0.25]', 'infinity', 'infinity', '-infinity', 0.9, 5, 3);
-- The same as comparing all, thinned by hand: none.
select count(*), count(n.id), bool_and(abs(n.similarity - a.similarity) < 1e-7)
from (
    select id, 1 - (v <=> '[1,0.5,0.25]') as similarity from t
    where ts + interval '1 day' <= '2020-01-31' and ts < '2020-01-29' and ts >= '2020-01-05' and 1 - (v <=> '[1,0.5,0.25]') >= 0.5
) as a
full join nearest('[1,0.5,0.25]', '2020-01-31', '2020-01-29', '2020-01-05', 0.5, 1000, 0) as n using (id);
-- No two of a group nearer than the gap, nor the own place.
select min(abs(x.place - y.place)) >= 6 as apart, count(*) filter (where x.group_id = 1 and abs(x.place - 20) < 6) as near_own
from nearest('[1,0.5,0.25]', 'infinity', 'infinity', '-infinity', -1, 1000, 6) as x
left join nearest('[1,0.5,0.25]', 'infinity', 'infinity', '-infinity', -1, 1000, 6) as y on x.group_id = y.group_id and x.id <> y.id;
-- What is not known yet, or not any more, is not there.
create temporary table one as select pattern_block(1, 1, '2020-01-01', '2020-01-02', '2020-01-05', '[1]') as block;
select d, cardinality(pattern_nearest(block, 1, '[1]', d, 'infinity', '-infinity', 0, 1, 0, 0, 0)) as found
from one, (values ('2020-01-01'::timestamptz), ('2020-01-02'), ('2020-01-04'), ('2020-01-05')) as v (d) group by d order by d;
-- A vector without a direction is like nothing; no features, no entry.
select pattern_nearest(block, 1, '[1,1]', 'infinity', 'infinity', '-infinity', -1, 5, 0, 0, 0)
from (select pattern_block(1, 1, now(), now(), 'infinity', '[0,0]') as block) as zero;
select pattern_block(1, 1, now(), now(), 'infinity', null) is null as nothing;
-- Errors.
select pattern_block(1, 1, now(), now(), 'infinity', '[0.01]');
select pattern_block(1, 1, now(), now(), 'infinity', '[4]');
select pattern_block(1, 1, now(), now(), 'infinity', ('[' || repeat('1,', 64) || '1]')::vector);
select pattern_block(p, 1, now(), now(), 'infinity', v) from (values (1, '[1]'::vector), (2, '[1,1]')) as x (p, v);
select pattern_nearest('\x00', 1, '[1]', now(), now(), now(), 0, 1, 0, 0, 0);
select pattern_nearest('\x0100000002000000', 1, '[1]', now(), now(), now(), 0, 1, 0, 0, 0);
select pattern_nearest('\x0100000000000000', 1, '[1]', now(), now(), now(), 0, 0, 0, 0, 0);
select pattern_nearest('\x0100000000000000', 1, '[1]', null, now(), now(), 0, 1, 0, 0, 0);

select pattern_differences('[1,2,3]', '[1.5,-2,3]', '{a,b,"c\\"d"}', 2);
select pattern_differences('[1,2]', '[1.125,2]', '{a,b}');
select pattern_differences('[1,2]', '[1,2]', '{a}');
drop function nearest;
