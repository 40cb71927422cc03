-- Nobody looks ahead: whatever happens to all that was known after as_of, answers as of
-- then stay the same, byte for byte.
begin;
select plan(13);
\ir ../demo_snapshots.psql
set local bellwether.tenant = 0;

-- Embeddings, so that texts are asked too: made of the text's hash, they need no model.
insert into memory.embedding_all_minilm_l6_v2 (tenant_id, source, source_id, content_hash, embedding)
select
    0, 'snapshot', s.snapshot_id, sha256(convert_to(s.text_form, 'UTF8')),
    (array(
        select get_byte(h.hash, n.i % 32) / 255.0 - 0.5 * (n.i % 2)
        from generate_series(1, 384) as n (i)
    ))::vector
from market.snapshot as s
cross join lateral (select sha256(convert_to(s.text_form, 'UTF8')) as hash) as h
where s.ts >= '2018-01-01' and s.ts < '2018-07-01';

create temporary table question as
select row_number() over () as number, q.*
from (
    select s.symbol, a.as_of, b.kind, h.horizon
    from (values ('AAPL'), ('BTC-USD')) as s (symbol)
    cross join (
        values ('2018-02-05'::timestamptz), ('2018-02-05 20:30+00'), ('2018-06-15')
    ) as a (as_of)
    cross join (values ('features'), ('both')) as b (kind)
    cross join (values (5), (20)) as h (horizon)
    where b.kind = 'features' or h.horizon = 5
) as q;

create function pg_temp.answers() returns table (number bigint, answer text)
language sql as $$
    select q.number, concat_ws(
        E'\n',
        (select string_agg(p::text, E'\n' order by p.rank) from api.similar_patterns(
            q.symbol, q.as_of, horizon => q.horizon, by => q.kind, min_similarity => 0.5
        ) as p),
        (select string_agg(p::text, E'\n' order by p.horizon) from api.pattern_statistics(
            q.symbol, q.as_of, horizon => q.horizon, by => q.kind, min_similarity => 0.5
        ) as p)
    )
    from question as q
$$;
create temporary table answered as select * from pg_temp.answers();

select cmp_ok((select count(*) from answered), '=', 18::bigint, '18 questions are asked');
select is(
    (select count(*) from answered where length(answer) < 500), 0::bigint,
    'and each has an answer of some length'
);

-- The future as seen from 2018-06-15 is altered, cut short and stretched.
create temporary table later as
select b.instrument_id, b.bar_interval, b.ts, row_number() over (order by b.instrument_id, b.ts) as n
from market.bar as b
inner join market.instrument as i using (instrument_id)
where
    i.symbol in ('AAPL', 'NVDA', '^GSPC', '^VIX', 'BTC-USD')
    and b.known_at > market.as_of('2018-06-15');
create function pg_temp.compute() returns bigint language sql as $$
    select sum(market.compute_snapshots(i.instrument_id)) from market.instrument as i
    where i.symbol in ('AAPL', 'NVDA', '^GSPC', '^VIX', 'BTC-USD')
$$;
create function pg_temp.changed() returns text language sql as $$
    select string_agg(format('%s %s %s %s', q.symbol, q.as_of, q.kind, q.horizon), ', ')
    from answered as a
    inner join pg_temp.answers() as n using (number)
    inner join question as q using (number)
    where a.answer is distinct from n.answer
$$;

update market.bar as b
set
    open = b.open * f.factor, high = b.high * f.factor, low = b.low * f.factor,
    close = b.close * f.factor, volume = b.volume * (1 + l.n % 7), adj_close = b.adj_close * f.factor
from later as l
cross join lateral (select 1 + 0.9 * sin(l.n) as factor) as f
where (b.instrument_id, b.bar_interval, b.ts) = (l.instrument_id, l.bar_interval, l.ts);
select cmp_ok(pg_temp.compute(), '>', 1000::bigint, 'the future is another');
select is(pg_temp.changed(), null, 'altering the future changes no answer of the past');

delete from market.bar as b using later as l
where (b.instrument_id, b.bar_interval, b.ts) = (l.instrument_id, l.bar_interval, l.ts)
and (l.n % 3 = 0 or b.ts > '2018-09-01');
select cmp_ok(pg_temp.compute(), '>', 0::bigint, 'the future is shorter');
select is(pg_temp.changed(), null, 'cutting the future short changes no answer of the past');

delete from market.bar as b using later as l
where (b.instrument_id, b.bar_interval, b.ts) = (l.instrument_id, l.bar_interval, l.ts);
\o /dev/null
select pg_temp.compute();
\o
select is(pg_temp.changed(), null, 'nor does a world that ends at as_of');

-- A correction of the past arrives today: then one did not know it, now one does.
create function pg_temp.today() returns text language sql as $$
    select string_agg(s.text_form || s.known_at, ' ' order by s.ts)
    from market.snapshot as s inner join market.instrument as i using (instrument_id)
    where i.symbol = 'AAPL' and s.ts between '2018-02-01' and '2018-02-09'
$$;
create temporary table told_before as select pg_temp.today() as told;
-- What is told of one symbol alone, at the moment of the bar and between bars.
create function pg_temp.told_then() returns text language sql as $$
    select string_agg(concat_ws(
        E'\n', (select q::text from api.quote('AAPL', m.moment) as q),
        (api.snapshot('AAPL', m.moment) - 'regime_id')::text,
        api.pattern_paths('AAPL', m.moment)::text,
        (
            select c::text from market.correlation(
                (select i.instrument_id from market.instrument as i where i.symbol = 'AAPL'),
                (select i.instrument_id from market.instrument as i where i.symbol = 'NVDA'),
                market.as_of(m.moment)
            ) as c
        )
    ), E'\n' order by m.moment)
    from (values ('2018-02-01'::timestamptz), ('2018-02-02 15:00+00'), ('2018-02-05')) as m (moment)
$$;
create temporary table told_then as select pg_temp.told_then() as told;
select cmp_ok((select length(told) from told_then), '>', 5000, 'much is told of one symbol');
update market.bar as b set close = b.close * 0.9, low = b.low * 0.8
from market.instrument as i
where b.instrument_id = i.instrument_id and i.symbol = 'AAPL' and b.ts = '2018-02-01';
select cmp_ok(pg_temp.compute(), '>', 0::bigint, 'a correction is computed');
select is(pg_temp.changed(), null, 'a later correction changes no answer of the past');
select is(pg_temp.told_then(), (select told from told_then), 'nor what is told of one symbol');
select isnt(pg_temp.today(), (select told from told_before), 'but what is told today');

-- A test that cannot fail is none: had it been so then, answers would be others.
alter table market.bar disable trigger user;
update market.bar as b set close = b.close * 0.95, low = b.low * 0.8, known_at = '2018-02-01 21:00+00'
from market.instrument as i
where b.instrument_id = i.instrument_id and i.symbol = 'AAPL' and b.ts = '2018-02-01';
delete from market.bar_version;
alter table market.snapshot disable trigger user;
alter table market.outcome disable trigger user;
truncate market.snapshot_version, market.outcome_version;
\o /dev/null
select pg_temp.compute();
\o
select isnt(pg_temp.changed(), null, 'altering the past does change answers');
select * from finish();
rollback;
