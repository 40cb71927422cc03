-- Texts go out, vectors come back, and tenants never meet.
begin;
select plan(34);
\ir ../roles.psql
\ir ../demo_snapshots.psql
set local bellwether.tenant = 0;

-- Models.
select results_eq(
    'select name, dimensions, pooling, table_name from memory.model order by model_id',
    $$values
    ('all-MiniLM-L6-v2', 384, 'mean', 'embedding_all_minilm_l6_v2'),
    ('bge-small-en-v1.5', 384, 'cls', 'embedding_bge_small_en_v1_5')$$,
    'the models that a worker brings are known'
);
select has_table('memory', 'embedding_bge_small_en_v1_5', 'each has its table');
select lives_ok(
    $$select memory.register_model('test/Model-3', 3, 'mean')$$, 'a model is registered'
);
select is(
    (select count(*) from memory.model where name = 'test/Model-3'), 1::bigint, 'once'
);
select lives_ok(
    $$select memory.register_model('test/Model-3', 3, 'mean')$$, 'the same again is nothing'
);
select throws_ok(
    $$select memory.register_model('test/Model-3', 4, 'mean')$$, 'BW322', null,
    'another form of it is refused'
);
select throws_ok(
    $$select memory.register_model('m', 0, 'mean')$$, '23514', null, 'a model needs dimensions'
);
select throws_ok(
    $$select memory.register_model('m', 3, 'max')$$, '23514', null, 'and a known pooling'
);
select ok(
    (
        select bool_and(c.relrowsecurity and c.relforcerowsecurity)
        from memory.model as m
        inner join pg_class as c on c.oid = ('memory.' || quote_ident(m.table_name))::regclass
    ), 'every table of embeddings has forced row-level security'
);

-- Windows.
select throws_ok(
    $$select memory.set_embedding_window('nope', '1d', '2018-01-01', '2018-02-01')$$, 'BW321', null,
    'a window needs a model'
);
select throws_ok(
    $$select memory.set_embedding_window('test/Model-3', '9d', '2018-01-01', '2018-02-01')$$, 'BW318',
    null, 'and an interval'
);
select throws_ok(
    $$select memory.set_embedding_window('test/Model-3', '1d', '2018-02-01', '2018-02-01')$$, 'BW324',
    null, 'and some length'
);
select is_empty(
    $$select * from memory.pending_snapshots('test/Model-3')$$, 'without a window nothing waits'
);
\o /dev/null
select memory.set_embedding_window('test/Model-3', '1d', '2018-02-01', '2018-02-08');
\o
select is(
    (select count(*) from memory.pending_snapshots('test/Model-3')), 27::bigint,
    'in a week of five instruments 4 x 5 + 7 snapshots wait'
);
create temporary table given as
select t.*, row_number() over (order by t.snapshot_id) as n
from memory.snapshot_texts(array(select memory.pending_snapshots('test/Model-3'))) as t;
grant select on given to public;
select is(
    (select count(*) from given where content_hash = sha256(convert_to(text_form, 'UTF8'))), 27::bigint,
    'texts come with their hash'
);
select is(
    (select count(*) from memory.snapshot_texts('{-1, 0}')), 0::bigint, 'of what is gone none come'
);
select is(
    (select count(*) from memory.pending_snapshots('test/Model-3', (select array_agg(snapshot_id) from given where n <= 4))),
    4::bigint, 'one may ask about some'
);

-- Vectors, as the worker.
create function pg_temp.store(many bigint, tenant int default 0) returns int language sql as $$
    select memory.store_embeddings(
        'test/Model-3', 'snapshot', tenant, array_agg(g.snapshot_id order by g.n),
        array_agg(g.content_hash order by g.n),
        array_agg(array[g.n::int, 1, 2]::vector order by g.n)
    ) from given as g where g.n <= many
$$;
set local role bellwether_worker;
select is(pg_temp.store(10), 10, 'vectors are stored');
select is(pg_temp.store(10), 0, 'the same again is nothing');
select is(
    (select count(*) from memory.pending_snapshots('test/Model-3')), 17::bigint, 'the others still wait'
);
select throws_ok(
    $$select memory.store_embeddings('test/Model-3', 'snapshot', 0, '{1,2}', array['\x00'::bytea], array['[1,2,3]'::vector])$$,
    'BW323', null, 'ids, hashes and vectors come in equal number'
);
select throws_ok(
    $$select memory.store_embeddings('test/Model-3', 'note', 0, '{1}', array['\x00'::bytea], array['[1,2]'::vector])$$,
    '22000', null, 'a vector of other dimensions is refused'
);
select throws_ok(
    $$insert into memory.embedding_all_minilm_l6_v2 values (0, 'x', 1, '\x00', null)$$, '42501', null,
    'nobody writes the tables by hand'
);
select is(
    memory.store_embeddings('test/Model-3', 'snapshot', 0, (select array_agg(snapshot_id) from given where n = 11), array['\x00'::bytea], array['[1,2,3]'::vector]),
    0, 'the vector of a text that has changed meanwhile is not stored'
);
reset role;

-- By text.
select is(
    (select count(*) from api.embeddings where model = 'test/Model-3'), 10::bigint, 'api tells what is embedded'
);
\o /dev/null
select pg_temp.store(27);
\o
select is_empty($$select * from memory.pending_snapshots('test/Model-3')$$, 'all have theirs');
select ok(
    (select count(*) > 0 and bool_and(ts >= '2018-02-01') from api.similar_patterns('NVDA', '2018-02-07', by => 'text', min_similarity => 0, horizon => 1)),
    'by text only what has an embedding is compared'
);
select ok(
    (
        select
            bool_and(abs(p.similarity - (1 - (pattern_round(e.embedding) <=> pattern_round(asked.embedding)))) < 1e-12)
            and bool_and(abs(p.similarity - (1 - (e.embedding <=> asked.embedding))) < 0.01)
        from api.similar_patterns('NVDA', '2018-02-07', by => 'text', min_similarity => 0, horizon => 1) as p
        inner join memory."embedding_test_model_3" as e on e.source_id = p.snapshot_id
        inner join market.snapshot as s on s.ts = '2018-02-07'
        inner join market.instrument as i on s.instrument_id = i.instrument_id and i.symbol = 'NVDA'
        inner join memory."embedding_test_model_3" as asked on asked.source_id = s.snapshot_id
    ), 'by the cosine of the texts, rounded to eight bits'
);
select ok(
    (
        select bool_and(abs(p.similarity - (1 - ((e.embedding <=> asked.embedding) + (t.features <=> s.features)) / 2)) < 1e-12)
        from api.similar_patterns('NVDA', '2018-02-07', by => 'both', min_similarity => -1, horizon => 1) as p
        inner join market.snapshot as t using (snapshot_id)
        inner join memory."embedding_test_model_3" as e on e.source_id = p.snapshot_id
        inner join market.snapshot as s on s.ts = '2018-02-07'
        inner join market.instrument as i on s.instrument_id = i.instrument_id and i.symbol = 'NVDA'
        inner join memory."embedding_test_model_3" as asked on asked.source_id = s.snapshot_id
    ), 'by both it is the mean of the two'
);

-- Two tenants.
set local bellwether.tenant = 1;
set local role bellwether_worker;
select is(
    memory.store_embeddings('test/Model-3', 'note', 1, '{5}', array['\x00'::bytea], array['[1,2,3]'::vector]),
    1, 'a tenant stores its own'
);
select throws_ok(
    $$select memory.store_embeddings('test/Model-3', 'note', 2, '{5}', array['\x00'::bytea], array['[1,2,3]'::vector])$$,
    '42501', null, 'nobody stores for another'
);
select throws_ok(
    $$select memory.store_embeddings('test/Model-3', 'note', 0, '{5}', array['\x00'::bytea], array['[1,2,3]'::vector])$$,
    '42501', null, 'nor for the system'
);
select is(
    (select count(*) from memory."embedding_test_model_3"), 28::bigint, 'it sees its own and the shared'
);
set local bellwether.tenant = 2;
select is(
    (select count(*) from memory."embedding_test_model_3" where source = 'note'), 0::bigint,
    'another does not see it'
);
reset role;
select * from finish();
rollback;
