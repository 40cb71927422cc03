-- A corrected bar changes texts; what they said before keeps its embedding, and gets one
-- if it had none.
begin;
select plan(8);
set local bellwether.tenant = 0;
insert into market.instrument (symbol, asset_class) values ('EMBED', 'forex');
insert into market.bar (instrument_id, ts, close, known_at)
select
    i.instrument_id, d.ts, 100 + 5 * sin(extract(epoch from d.ts) / 500000), d.ts + interval '1 day'
from market.instrument as i
cross join generate_series('2019-01-01'::timestamptz, '2019-04-10', '1 day') as d (ts)
where i.symbol = 'EMBED';
\o /dev/null
select memory.register_model('test/version', 3, 'mean');
select memory.set_embedding_window('test/version', '1d', '2019-03-01', '2020-01-01');
select market.compute_snapshots(i.instrument_id) from market.instrument as i where i.symbol = 'EMBED';
\o

-- An embedding is made of its text's hash; the last day is left out.
create function pg_temp.embed(last timestamptz) returns integer language sql as $$
    select memory.store_embeddings(
        'test/version', 'snapshot', 0, array_agg(t.snapshot_id), array_agg(t.content_hash),
        array_agg(('[' || get_byte(t.content_hash, 0) || ',' || get_byte(t.content_hash, 1) || ',1]')::vector)
    )
    from memory.snapshot_texts(array(
        select s.snapshot_id from market.snapshot as s
        inner join market.instrument as i using (instrument_id)
        where i.symbol = 'EMBED' and s.ts >= '2019-03-01' and s.ts <= last
    )) as t
$$;
create function pg_temp.told(as_of timestamptz) returns text language sql as $$
    select string_agg(e.embedding::text, ' ' order by s.ts)
    from market.snapshot as s
    inner join market.instrument as i using (instrument_id)
    cross join lateral memory._text_embedding(s.snapshot_id, as_of) as e
    where i.symbol = 'EMBED' and s.ts >= '2019-04-01' and s.ts < '2019-04-10'
$$;
select is(pg_temp.embed('2019-04-09'), 40, 'forty days are embedded, the last is not');
create temporary table before as select pg_temp.told('2019-06-01') as told;

update market.bar as b set close = 140, known_at = '2019-07-01'
from market.instrument as i
where b.instrument_id = i.instrument_id and i.symbol = 'EMBED' and b.ts = '2019-04-01';
\o /dev/null
select market.compute_snapshots(i.instrument_id) from market.instrument as i where i.symbol = 'EMBED';
\o
select is(
    (select count(*) from memory.embedding_version), 9::bigint,
    'nine corrected snapshots keep the embeddings of what they said'
);
select is(
    (
        select count(*) from memory.pending_snapshots('test/version') as p (id)
        inner join market.snapshot as s on p.id = s.snapshot_id
        where s.ts >= '2019-04-01'
    ), 10::bigint, 'all ten wait for those of what they say now'
);
select is(
    (
        select count(*)
        from memory.snapshot_texts(array(select memory.pending_snapshots('test/version')))
    ), 11::bigint, 'and the last for that of what it said, too'
);
select is(pg_temp.told('2019-06-01'), (select told from before), 'asked as of then, texts are those of then');
select is(pg_temp.embed('2019-04-10'), 11, 'they are made');
select is(pg_temp.told('2019-06-01'), (select told from before), 'which changes nothing of then');
select isnt(pg_temp.told('2019-08-01'), (select told from before), 'but what is told today');
select * from finish();
rollback;
