-- The wiring: which change enqueues which job.
begin;
select plan(31);
\ir ../desk.psql
delete from work.job;

-- Bars.
create function pg_temp.id(symbol text) returns int language sql
as 'select instrument_id from market.instrument as i where i.symbol = $1';
insert into market.bar (instrument_id, ts, open, high, low, close, known_at)
select pg_temp.id(symbol), day, 1, 1, 1, 1, day + interval '21 hours'
from unnest('{T01,T02}'::text[]) as symbol,
    generate_series(timestamptz '2018-01-22', '2018-01-24', '1 day') as day;
select results_eq(
    $$select tenant_id, payload, dedup_key from work.job
    where kind = 'compute_snapshots' order by job_id$$,
    $$select 0, jsonb_build_object(
        'instrument_id', id, 'bar_interval', '1d', 'from', '2018-01-22T00:00:00Z'
    ), id || ':1d'
    from unnest(array[pg_temp.id('T01'), pg_temp.id('T02')]) as id order by id$$,
    'one job for each instrument, from its earliest bar'
);
select is((select count(*)::int from work.job), 2, 'and no other');
update market.bar set close = 100 where instrument_id = pg_temp.id('T02')
and ts = '2018-01-03';
select is(
    (
        select payload ->> 'from' from work.job
        where payload ->> 'instrument_id' = pg_temp.id('T02')::text
    ),
    '2018-01-03T00:00:00Z', 'a correction of an older bar moves the waiting job back'
);
select is((select count(*)::int from work.job), 2, 'without another one');
update market.bar set close = 100 where false;
select is(
    (select count(*)::int from work.job), 2, 'a statement without rows enqueues nothing'
);
delete from work.job;
update market.yardstick set symbol = 'TIDX' where yardstick = 'equity';
insert into market.bar (instrument_id, ts, close, known_at)
values (pg_temp.id('TIDX'), '2018-01-22', 1, '2018-01-22 21:00Z');
select is(
    (
        select count(*)::int from work.job as j
        inner join market.instrument as i
            on (j.payload ->> 'instrument_id')::int = i.instrument_id
        where j.kind = 'compute_snapshots' and i.symbol ~ '^T(\d\d|IDX|C-USD)$'
    ), 15,
    'a bar of the benchmark moves all that are measured against it'
);
delete from work.job;

-- Snapshots and windows; 300 of them are two jobs.
insert into memory.model (name, dimensions, pooling, table_name)
values ('test-model', 3, 'mean', 'embedding_test_model');
insert into memory.embedding_window (model_id, bar_interval, from_ts, to_ts)
select model_id, '1d', '2010-01-01', '2010-12-01' from memory.model
where name = 'test-model';
select is(
    (select count(*)::int from work.job), 0, 'a window over nothing enqueues nothing'
);
insert into market.snapshot (
    instrument_id, bar_interval, ts, bar_number, known_at, close, weekday, month,
    split_suspected, text_form
)
select pg_temp.id('T01'), '1d', day, 1, day + interval '1 day', 1, 1, 1, false, 'text '
|| day
from generate_series(timestamptz '2010-01-01', '2010-10-27', '1 day') as day;
select results_eq(
    $$select payload ->> 'model', jsonb_array_length(payload -> 'snapshot_ids')
    from work.job where kind = 'embed_snapshots' order by 2 desc$$,
    $$values ('test-model', 256), ('test-model', 44)$$,
    'snapshots inside a window are embedded in chunks'
);
create temporary table first_keys on commit drop as select dedup_key from work.job
where kind = 'embed_snapshots';
insert into market.snapshot (
    instrument_id, bar_interval, ts, bar_number, known_at, close, weekday, month,
    split_suspected, text_form
)
select pg_temp.id('T01'), '1d', '2010-12-01', 1, '2010-12-02', 1, 1, 1, false,
    'the end is outside';
select is(
    (select count(*)::int from work.job where kind = 'embed_snapshots'), 2,
    'those outside are not'
);
select results_eq(
    $$select payload, priority from work.job where kind = 'compute_conditions'$$,
    $$values ('{"bar_interval": "1d", "from": "2010-01-01T00:00:00Z"}'::jsonb, 200)$$,
    'the market as a whole is to be described from the first day on, behind the rest'
);
select memory.enqueue_embedding('test-model', array_agg(snapshot_id))
from market.snapshot
where instrument_id = pg_temp.id('T01') and ts between '2010-01-01'
and '2010-10-27' \g /dev/null
select set_eq(
    $$select dedup_key from work.job where kind = 'embed_snapshots'$$,
    'select dedup_key from first_keys',
    'the same snapshots are the same jobs'
);
delete from work.job;
update market.snapshot set close = 2 where instrument_id = pg_temp.id('T01');
select is(
    (select count(*)::int from work.job where kind = 'embed_snapshots'), 0,
    'a new figure with the same text needs no new embedding'
);
update market.snapshot set text_form = 'changed' where instrument_id = pg_temp.id('T01')
and ts in ('2010-01-01', '2010-01-02');
select is(
    (
        select jsonb_array_length(payload -> 'snapshot_ids') from work.job
        where kind = 'embed_snapshots'
    ), 2, 'a changed text does'
);
delete from work.job;
update memory.embedding_window set to_ts = '2011-01-01'
where model_id = (select model_id from memory.model where name = 'test-model');
select is(
    (
        select jsonb_array_length(payload -> 'snapshot_ids') from work.job
    ), 1, 'a wider window enqueues what it adds'
);
delete from work.job;

-- Funding and open interest.
insert into market.funding (instrument_id, ts, rate, known_at)
select pg_temp.id('TC-USD'), ts, 0.0001, ts
from generate_series(timestamptz '2018-01-10', '2018-01-11', '8 hours') as ts;
insert into market.open_interest (instrument_id, ts, open_interest, known_at)
values (pg_temp.id('TC-USD'), '2018-01-09', 5, '2018-01-09');
select is(
    (select payload ->> 'from' from work.job where kind = 'compute_snapshots'),
    '2018-01-08T00:00:00Z', 'new rates of funding change snapshots, from the earliest on'
);
select is((select count(*)::int from work.job), 1, 'of that instrument, in one job');
delete from work.job;

-- Orders.
select order_id as bought, account_id as account
from trade.place_order(pg_temp.account(), 'T07', 'buy', 10, as_of => '2018-01-03') \gset
select results_eq(
    $$select kind, tenant_id, (payload ->> 'order_id')::bigint from work.job$$,
    format(
        $$values ('submit_order', 9001, %s::bigint)$$, :bought
    ), 'a ready order is to be submitted, by its tenant'
);
delete from work.job;
select trade.place_order(
    pg_temp.account(), 'T07', 'buy', 1e6, as_of => '2018-01-03'
) \g /dev/null
select is((select count(*)::int from work.job), 0, 'a refused one is not');
select trade.begin_submit(:bought) \g /dev/null
select trade.record_submit(:bought, 'acked', 'b', null) \g /dev/null
select results_eq(
    $$select kind, tenant_id, (payload ->> 'account_id')::bigint from work.job$$,
    format(
        $$values ('match_orders', 9001, %s::bigint)$$, :account
    ), 'once acknowledged the broker looks at it'
);
delete from work.job;
insert into market.bar (instrument_id, ts, close, known_at)
select pg_temp.id(symbol), '2018-01-22', 1, '2018-01-22 21:00Z'
from unnest('{T07,T08}'::text[]) as symbol;
select results_eq(
    $$select tenant_id, (payload ->> 'account_id')::bigint from work.job
    where kind = 'match_orders'$$,
    format($$values (9001, %s::bigint)$$, :account),
        'and again when bars of its instrument come'
);
delete from work.job;
select trade.record_fill(:bought, 'f', 10, 100, 0, '2018-01-04') \g /dev/null
insert into market.bar (instrument_id, ts, close, known_at)
values (pg_temp.id('T07'), '2018-01-23', 1, '2018-01-23 21:00Z');
select is(
    (select count(*)::int from work.job where kind = 'match_orders'), 1,
    'and when it is final, for the exit plan of what it bought'
);
delete from work.job;
delete from work.watched_position;
insert into market.bar (instrument_id, ts, close, known_at)
values (pg_temp.id('T07'), '2018-01-24', 1, '2018-01-24 21:00Z');
select is_empty(
    $$select * from work.job where kind = 'match_orders'$$,
    'but not when nothing is held'
);
delete from work.job;

-- Cycles and decisions.
select api.run_cycle('{T01,T09}', true, as_of => '2018-01-03') as executing \gset
select results_eq(
    $$select kind, tenant_id, (payload ->> 'cycle_id')::bigint from work.job$$,
    format(
        $$values ('run_cycle', 9001, %s::bigint)$$, :executing
    ), 'a queued cycle is to be run'
);
select is(
    (
        select count(*)::int from agent.decide(
            :executing, '[{"symbol": "T01", "action": "EXECUTE", "side": "buy",
                "quantity": 5, "reason": "r"},
            {"symbol": "T09", "action": "DO_NOT_EXECUTE", "reason": "r"}]'
        )
    ), 2, 'its decisions'
);
select results_eq(
    $$select o.symbol, o.quantity, o.status, o.client_order_id, o.placed_at
    from trade.orders as o inner join agent.decision as d using (tenant_id, decision_id)
    where o.tenant_id = 9001$$,
    $$select 'T01', 5::numeric, 'ready', format('bw-9001-%s-0', decision_id),
    timestamptz '2018-01-03 23:59:59.999999Z' from agent.decision where tenant_id = 9001
    and symbol = 'T01'$$,
    'to execute become orders of the cycle''s time, with an id that follows from the '
    'decision'
);
select is(
    (
        select count(*)::int from agent.decide(
            :executing,
            '[{"symbol": "T01", "action": "EXECUTE", "side": "buy", "quantity": 5, '
            '"reason": "r"}]'
        )
    ),
    0, 'decided again changes nothing'
);
select is(
    (
        select count(*)::int from trade.orders where tenant_id = 9001
        and decision_id is not null
    ), 1, 'and orders nothing'
);
select api.run_cycle('{T01}', false, as_of => '2018-01-03') as watching \gset
select is(
    (
        select count(*)::int from agent.decide(
            :watching,
            '[{"symbol": "T01", "action": "EXECUTE", "side": "buy", "quantity": 5, '
            '"reason": "r"}]'
        )
    ),
    1, 'a cycle that does not execute decides as well'
);
select is(
    (
        select count(*)::int from trade.orders where tenant_id = 9001
        and decision_id is not null
    ), 1, 'but orders nothing'
);
delete from work.job;

-- Tenants. What this one has booked is proved inside its own walls.
set constraints all immediate;
set constraints all deferred;
select tenant.create_tenant(9003, 'test three') \g /dev/null
set local bellwether.tenant = 9003;
select results_eq(
    'select name, broker, cash from api.accounts',
    $$values ('paper', 'paper', 100000::numeric)$$,
    'a new tenant has a paper account with its capital'
);
select is_empty(
    'select * from trade.audit() where not agrees', 'booked like any other'
);

select * from finish();
rollback;
