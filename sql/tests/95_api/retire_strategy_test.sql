-- A strategy is ended by its name: it trades no more and its record stays.
begin;
select plan(7);
\ir ../roles.psql
\ir ../desk.psql

select is(
    api.save_strategy(
        'cross', '{"entry": [">", "close", "open"], "universe": {"symbols": ["T01"]}}',
        status => 'active'
    ), 1, 'a strategy is saved'
);
set local role bellwether_reader;
select throws_ok(
    $$select api.retire_strategy('cross')$$, '42501', null, 'a reader ends nothing'
);
reset role;
set local role bellwether_analyst;
select ok(api.retire_strategy('cross', 'enough seen'), 'an analyst ends it');
select is(api.retire_strategy('cross'), false, 'once');
select results_eq(
    $$select status, version from api.strategies where name = 'cross'$$,
    $$values ('retired', 1)$$, 'its versions stay'
);
select is(
    (select payload ->> 'reason' from api.events where type = 'StrategyDisabled'),
    'enough seen', 'and the log says why'
);
select throws_ok(
    $$select api.retire_strategy('crass')$$, 'BW340', 'there is no strategy ''crass''',
    'of an unknown name it says so'
);
reset role;
select * from finish();
rollback;
