-- Events cannot be changed, and if the owner does it, it shows.
begin;
select plan(20);
\ir ../desk.psql

select api.run_cycle('{T01}', true, 'test', as_of => '2018-01-03') as one \gset
select api.run_cycle('{T02}', true, 'test', as_of => '2018-01-03') as two \gset
select agent.start_cycle(:one), agent.start_cycle(:two) \g /dev/null
select agent.decide(
    :one, '[{"symbol": "T01", "action": "EXECUTE", "side": "buy", "quantity": 5}]'
) \g /dev/null
select agent.record_steps(:two, 'DataAgent', '[
    {"symbol": "T02", "verdict": "buy", "model": "rules-v1"},
    {"symbol": "T03", "verdict": "hold", "model": "rules-v1"}
]') \g /dev/null
select api.halt('drill', 'symbol', 'T05') \g /dev/null

select is_empty('select * from agent.verify_events()', 'all is as it was written');
select results_eq(
    format(
        'select place from agent.event where tenant_id = 9001 and cycle_id = %s '
        'order by event_id', :one
    ),
    'values (1::bigint), (2), (3), (4)', 'the events of a cycle are a chain'
);
select is(
    (
        select count(*)::int from agent.event as e
        inner join agent.event as b
            on e.tenant_id = b.tenant_id and e.cycle_id = b.cycle_id
            and e.place = b.place + 1 and e.previous_hash = b.hash
        where e.tenant_id = 9001 and e.cycle_id = :two
    ), 3, 'each holds the digest of the one before it'
);
select isnt(
    (select place from agent.chain where tenant_id = 9001 and cycle_id = 0), null,
    'what belongs to no cycle is linked as well'
);
select throws_ok(
    $$update agent.event set payload = '{}' where tenant_id = 9001$$, 'BW141', null,
    'no event is changed'
);
select throws_ok(
    $$delete from agent.event where tenant_id = 9001$$, 'BW141', null, 'nor removed'
);

-- The owner of the tables switches the triggers off. Each wrong is undone again.
set local session_replication_role = replica;
savepoint clean;
update agent.event set payload = payload || '{"action": "DO_NOT_EXECUTE"}'
where tenant_id = 9001 and type = 'DecisionRecorded';
select results_eq(
    'select cycle_id, problem from agent.verify_events()',
    format('values (%s::bigint, ''what the event says was changed'')', :one),
    'a changed event shows'
);
rollback to clean;
update agent.event set at = at - interval '1 second'
where tenant_id = 9001 and type = 'DecisionRecorded';
select is(
    (select count(*)::int from agent.verify_events()), 1, 'another time shows'
);
rollback to clean;
update agent.event as e set hash = agent._digest(e) from (select) as always
where e.tenant_id = 9001 and e.type = 'DecisionRecorded';
select is_empty('select * from agent.verify_events()', 'the same digest is the same');
update agent.event set payload = '{}' where tenant_id = 9001
and type = 'DecisionRecorded';
update agent.event as e set hash = agent._digest(e)
where e.tenant_id = 9001 and e.type = 'DecisionRecorded';
select results_eq(
    'select cycle_id, problem from agent.verify_events()',
    format('values (%s::bigint, ''an event before it is missing'')', :one),
    'with a digest made to fit the next one shows it'
);
rollback to clean;
delete from agent.event where tenant_id = 9001 and type = 'DecisionRecorded';
select results_eq(
    'select cycle_id, problem from agent.verify_events()',
    format('values (%s::bigint, ''an event before it is missing'')', :one),
    'a missing event shows'
);
rollback to clean;
delete from agent.event where tenant_id = 9001 and cycle_id = :one and place = 4;
select results_eq(
    'select cycle_id, problem from agent.verify_events()',
    format('values (%s::bigint, ''the last events of the chain are missing'')', :one),
    'the last event of a chain, too'
);
rollback to clean;
delete from agent.event where tenant_id = 9001 and cycle_id = :one;
delete from agent.chain where tenant_id = 9001 and cycle_id = :one;
select is_empty(
    'select * from agent.verify_events()', 'a whole chain that goes is for the seal:'
);
rollback to clean;
set local session_replication_role = origin;

-- Seals. Yesterday's events are those of today with another clock.
insert into agent.event (at, type) values
(date_trunc('day', now(), 'UTC') - interval '3 days', 'Drill'),
(date_trunc('day', now(), 'UTC') - interval '2 days', 'Drill'),
(date_trunc('day', now(), 'UTC') - interval '47 hours', 'Drill');
select is(agent.seal_events(), 2, 'two days are sealed');
select is(agent.seal_events(), 0, 'once');
select results_eq(
    'select events from agent.seal where tenant_id = 9001 order by day',
    'values (1::bigint), (2)', 'with their events'
);
select is(
    (select count(*)::int from api.alerts where kind = 'daily_seal'), 2,
    'the seals go out of the house'
);
select is_empty('select * from agent.verify_events()', 'all is as it was sealed');
set local session_replication_role = replica;
delete from agent.event where tenant_id = 9001
and at < date_trunc('day', now(), 'UTC') - interval '47 hours 30 minutes';
select is(
    (
        select count(*)::int from agent.verify_events()
        where problem = 'the day is not as it was sealed'
    ), 2, 'a sealed day with an event less shows'
);
delete from agent.seal where tenant_id = 9001
and day < (now() at time zone 'UTC')::date - 2;
select is(
    (
        select count(*)::int from agent.verify_events()
        where problem = 'a seal before it is missing or was changed'
    ), 1, 'so does a missing seal'
);

select * from finish();
rollback;
