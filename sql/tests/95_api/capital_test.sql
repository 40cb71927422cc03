-- Capital moves, remarks are kept, and both carry the trace of the request behind them.
begin;
select plan(13);
\ir ../roles.psql
\ir ../desk.psql
select pg_temp.account() as account \gset
select set_config('gateway.request_id', '4bf92f35-77b3-4da6-a3ce-929d0e0e4736', true)
\g /dev/null

set local role bellwether_analyst;
select ok(api.move_capital(:account, 5000, 'january', key => 'one'), 'a deposit is booked');
select ok(
    not api.move_capital(:account, 5000, 'january', key => 'one'), 'its key only once'
);
select ok(api.move_capital(:account, -700, 'rent'), 'a withdrawal is negative');
select results_eq(
    format(
        'select amount, kind from api.capital where account_id = %s and note <> %L '
        'order by capital_event_id desc limit 2', :account, 'deposit'
    ),
    $$values (-700::numeric, 'capital'), (5000, 'capital')$$, 'both are listed'
);
select throws_ok(
    format('select api.move_capital(%s, 0, %L)', :account, 'none'), '22023', null,
    'nothing is no amount'
);
select throws_ok(
    format('select api.move_capital(%s, %L, %L)', :account, 'NaN', 'none'), '22023', null,
    'nor is what is no number'
);
select throws_ok(
    'select api.move_capital(-1, 5, ''lost'')', 'BW123', null, 'the account must be there'
);
select lives_ok(
    $$select api.note_event('call at five', 'T01', '{"source": "desk"}')$$, 'a remark'
);
select results_eq(
    $$select type, symbol, payload ->> 'note', payload ->> 'source', trace_id
    from api.events order by event_id desc limit 1$$,
    $$values (
        'NoteAdded', 'T01', 'call at five', 'desk',
        '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'::uuid
    )$$, 'is an event with the trace of its request'
);
select throws_ok(
    $$select api.note_event('x', 'NOPE')$$, 'BW310', null, 'of an instrument that there is'
);
select throws_ok($$select api.note_event('')$$, '22023', null, 'and says something');
select api.run_cycle('{T01}', as_of => '2018-01-08') as cycle \gset
select is(
    (select trace_id from api.cycles where cycle_id = :cycle),
    '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'::uuid,
    'a cycle carries the trace of the request that asked for it'
);
set local role bellwether_reader;
select throws_ok(
    format('select api.move_capital(%s, 5, %L)', :account, 'no'), '42501', null,
    'a reader only looks'
);
select * from finish();
rollback;
