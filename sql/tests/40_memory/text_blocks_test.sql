-- Blocks of text embeddings hold what their rows hold, whoever changes them.
begin;
select plan(13);
set local bellwether.tenant = 0;
insert into market.instrument (symbol, asset_class) values ('BLOCK', 'forex'), ('OTHER', 'forex');
insert into market.bar (instrument_id, ts, close, known_at)
select
    i.instrument_id, d.ts, 100 + 5 * sin(extract(epoch from d.ts) / 500000 + i.instrument_id), d.ts + interval '1 day'
from market.instrument as i
cross join generate_series('2019-01-01'::timestamptz, '2019-04-10', '1 day') as d (ts)
where i.symbol in ('BLOCK', 'OTHER');
\o /dev/null
select memory.register_model('test/blocks', 64, 'mean');
select memory.set_embedding_window('test/blocks', '1d', '2019-01-01', '2020-01-01');
select market.compute_snapshots(i.instrument_id) from market.instrument as i where i.symbol in ('BLOCK', 'OTHER');
\o
create function pg_temp.embed(first timestamptz) returns integer language sql as $$
    select memory.store_embeddings(
        'test/blocks', 'snapshot', 0, array_agg(t.snapshot_id), array_agg(t.content_hash),
        array_agg((
            select array_agg((get_byte(t.content_hash, i % 32) / 255.0 + i % 3)::real order by i) from generate_series(1, 64) as i
        )::vector)
    )
    from memory.snapshot_texts(array(
        select s.snapshot_id from market.snapshot as s
        inner join market.instrument as i using (instrument_id)
        where i.symbol in ('BLOCK', 'OTHER') and s.ts >= first
    )) as t
$$;
-- What differs between the blocks and what they should be.
create function pg_temp.differences() returns bigint language sql as $$
    select count(*)
    from (
        select b.instrument_id, b.block, b.first_ts, b.last_ts, b.first_known_at, b.entries
        from memory.text_block as b
        inner join memory.model as m on b.model_id = m.model_id and m.name = 'test/blocks'
    ) as kept
    full join (
        select e.* from memory.model as m, memory.text_entries(m.model_id, '1d', null) as e
        where m.name = 'test/blocks'
    ) as wanted on kept = wanted
    where kept is null or wanted is null
$$;
create function pg_temp.answer(filters jsonb default '{}') returns text language sql as $$
    select string_agg(p::text, E'\n' order by p.rank)
    from api.similar_patterns('BLOCK', '2019-04-05', k => 20, horizon => 1, by => 'text', min_similarity => -1, filters => filters) as p
$$;

select is(pg_temp.embed('2019-02-01'), 138, 'both are embedded from February on');
select is(pg_temp.differences(), 0::bigint, 'blocks are made with the embeddings');
select cmp_ok((select count(*) from memory.text_block), '>=', 10::bigint, 'sixteen bars a block');
select cmp_ok(pg_temp.embed('2019-01-01'), '>', 50, 'older ones come later');
select is(pg_temp.differences(), 0::bigint, 'blocks that were begun are made anew');
create temporary table before as select pg_temp.answer() as told, pg_temp.answer('{"symbol": "OTHER", "rsi_14": {"min": 40}}') as filtered;
select is((select cardinality(string_to_array(told, E'\n')) from before), 20, 'twenty are found');
select cmp_ok((select count(*) from string_to_table((select filtered from before), E'\n')), '>', 3::bigint, 'conditions on rows let some pass');

-- Somebody without a tenant deletes and changes snapshots: embeddings are behind the wall.
savepoint changed;
set local bellwether.tenant = -1;
update market.snapshot as s set known_at = s.known_at - interval '1 hour'
from market.instrument as i
where s.instrument_id = i.instrument_id and i.symbol = 'OTHER' and s.ts < '2019-02-01';
set local bellwether.tenant = 0;
select cmp_ok((select count(*) from memory.text_block where entries is null), '>=', 2::bigint, 'blocks wait to be made');
create temporary table waiting as select pg_temp.answer() as told;
select cmp_ok(memory.pack_waiting_texts(), '>=', 2, 'they are made when somebody may read');
select is(pg_temp.answer(), (select told from waiting), 'meanwhile the answer was the same');
select is(pg_temp.differences(), 0::bigint, 'and then they hold what their rows hold');
rollback to savepoint changed;

-- A correction: what was said before stays in the answer of then.
update market.bar as b set close = 140, known_at = '2019-07-01'
from market.instrument as i
where b.instrument_id = i.instrument_id and i.symbol = 'OTHER' and b.ts = '2019-03-01';
\o /dev/null
select market.compute_snapshots(i.instrument_id) from market.instrument as i where i.symbol = 'OTHER';
\o
select is(
    row(pg_temp.answer(), pg_temp.answer('{"symbol": "OTHER", "rsi_14": {"min": 40}}'))::text,
    (select before::text from before), 'what became known later changes nothing before'
);
delete from market.snapshot as s using market.instrument as i
where s.instrument_id = i.instrument_id and i.symbol = 'OTHER' and s.ts < '2019-02-10';
select is(pg_temp.differences(), 0::bigint, 'corrected and deleted, they hold what their rows hold');
select * from finish();
rollback;
