-- Sketches make questions faster and change no answer, whatever happens to blocks.
begin;
select plan(14);
\ir ../demo_snapshots.psql
set local bellwether.tenant = 0;
\o /dev/null
select memory.register_model('test/sketches', 40, 'mean');
select memory.set_embedding_window('test/sketches', '1d', '2016-01-01', '2018-06-01');
\o
create function pg_temp.embed() returns integer language sql as $$
    select memory.store_embeddings(
        'test/sketches', 'snapshot', 0, array_agg(t.snapshot_id), array_agg(t.content_hash),
        array_agg((
            select array_agg((get_byte(t.content_hash, i % 32) / 255.0 + i % 3)::real order by i) from generate_series(1, 40) as i
        )::vector)
    )
    from memory.snapshot_texts(array(
        select s.snapshot_id from market.snapshot as s
        where
            s.ts >= '2016-01-01' and s.ts < '2018-06-01'
            and not exists (select from memory.model as m inner join memory.text_block as b using (model_id) where m.name = 'test/sketches' and b.instrument_id = s.instrument_id and s.ts between b.first_ts and b.last_ts)
    )) as t
$$;
select cmp_ok(pg_temp.embed(), '>', 1000, 'texts are embedded');
-- Those of the first model count: here the only one that the asked has embeddings of.
create temporary view now_told as
select
    q.by, q.filters,
    (
        select string_agg(p::text, E'\n' order by w.k, p.rank)
        from (values (1, 1, 0.1), (5, 5, -1), (40, 5, 0.3)) as w (k, horizon, least)
        cross join lateral api.similar_patterns(
            'AAPL', '2018-02-05', k => w.k, horizon => w.horizon, by => q.by, min_similarity => w.least, filters => q.filters
        ) as p
    ) as answer
from (values
    ('features', '{}'::jsonb), ('features', '{"symbol": ["NVDA", "AAPL"], "from": "2014-05-01"}'), ('features', '{"rsi_14": {"min": 40}}'),
    ('text', '{}'), ('text', '{"symbol": "NVDA"}')
) as q (by, filters);
create temporary table told as select * from now_told;
create function pg_temp.unlike() returns text language sql as $$
    select string_agg(n.by || ' ' || n.filters, ', ') from now_told as n inner join told as t using (by, filters)
    where n.answer is distinct from t.answer
$$;
select is((select count(*) from told where length(answer) > 1000), 5::bigint, 'there are answers');
select is((select count(*) from market.snapshot_block as b where b.sketched), 0::bigint, 'few blocks are not sketched of themselves');

-- With sketches.
select cmp_ok(market.make_sketches(), '>=', 20, 'features are sketched');
select cmp_ok((select memory.make_text_sketches(m.model_id) from memory.model as m where m.name = 'test/sketches'), '>=', 10, 'texts are sketched');
select is(
    (select count(*) filter (where not b.sketched) from market.snapshot_block as b)
    + (select count(*) filter (where not b.sketched) from memory.text_block as b inner join memory.model as m using (model_id) where m.name = 'test/sketches'),
    0::bigint, 'every block is'
);
select is(pg_temp.unlike(), null, 'answers are those from before');

-- Blocks that come without a sketch are asked, too.
update market.snapshot_block set sketched = false where block % 2 = 1;
update memory.text_block set sketched = false where block % 3 = 1;
delete from market.pattern_sketch where sketch = 1;
update market.snapshot_block set sketched = false where block / 4 = 1;
update memory.text_block set sketched = false where block / 12 = 1;
select is(pg_temp.unlike(), null, 'some without a sketch, some with one and yet asked: the same answers');

-- A second basis, made while sketches by the first are there.
select cmp_ok(market.make_sketches(), '>=', 20, 'sketches are made anew');
select is((select count(*) from market.pattern_basis as b where b.source = 'features' and b.bar_interval = '1d'), 1::bigint, 'a basis that nothing uses goes');

-- A correction, rows that go and one that comes again reach the sketches.
update market.bar as b set close = close * 1.001, known_at = '2020-01-01'
from market.instrument as i where b.instrument_id = i.instrument_id and i.symbol = 'NVDA' and b.ts = '2017-03-06';
delete from market.snapshot as s using market.instrument as i
where s.instrument_id = i.instrument_id and i.symbol = 'AAPL' and s.ts between '2015-05-01' and '2015-09-01';
\o /dev/null
select market.compute_snapshots(i.instrument_id) from market.instrument as i where i.symbol = 'NVDA';
select pg_temp.embed();
\o
select is(
    (
        select count(*) from (
            select s.instrument_id, s.sketch, s.entries from market.pattern_sketch as s
            inner join market.pattern_basis as p using (basis_id) where p.source = 'features' and p.bar_interval = '1d'
        ) as kept
        full join (
            select b.instrument_id, b.block / 4 as sketch, public.pattern_sketch(b.block, b.entries, p.basis order by b.block) as entries
            from market.snapshot_block as b
            inner join market.pattern_basis as p using (bar_interval) where p.source = 'features' and p.bar_interval = '1d'
            group by b.instrument_id, b.block / 4
        ) as wanted on kept = wanted
        where kept is null or wanted is null
    ), 0::bigint, 'sketches tell of the blocks as they are'
);
select isnt((select n.answer from now_told as n where n.by = 'features' and n.filters = '{}'), (select t.answer from told as t where t.by = 'features' and t.filters = '{}'), 'answers changed');
truncate told;
insert into told select * from now_told;
update market.snapshot_block set sketched = false;
update memory.text_block set sketched = false;
delete from market.pattern_sketch;
delete from market.pattern_basis;
select is(pg_temp.unlike(), null, 'as they do without sketches');
select is(
    (select count(*) from memory.neighbours(
        (select s.snapshot_id from market.snapshot as s inner join market.instrument as i using (instrument_id) where i.symbol = 'AAPL' and s.ts = '2018-02-05'),
        '2018-02-06', 10, 5, null, 0.3, '{}', 'features'
    )), 10::bigint, 'and without any all are compared'
);
select * from finish();
rollback;
