-- Deposits, withdrawals and notes, as an analyst does them.
begin;
select plan(16);
\ir ../desk.psql

select is(api.deposit(pg_temp.account(), 500, 'january', 'jan'), true, 'a deposit');
select is(
    api.deposit(pg_temp.account(), 500, 'january', 'jan'), false, 'once with its key'
);
select is(api.withdraw(pg_temp.account(), 200), true, 'a withdrawal');
select results_eq(
    $$select amount, note from api.capital where kind = 'capital'
    order by capital_event_id offset 1$$,
    $$values (500::numeric, 'january'), (-200, 'withdrawal')$$, 'both are there'
);
select is(
    (select cash from api.accounts where account_id = pg_temp.account()), 100300.0,
    'and in the cash'
);
select throws_ok(
    format('select api.withdraw(%s, 200000)', pg_temp.account()), 'BW137', null,
    'what is not there cannot be withdrawn'
);
-- What an open order may cost is spoken for.
select (trade.place_order(
    pg_temp.account(), 'T01', 'buy', 150, as_of => '2018-01-08 23:00Z'
)).order_id as open_order \gset
select throws_ok(
    format('select api.withdraw(%s, 90000)', pg_temp.account()), 'BW137', null,
    'what an open order may cost cannot be withdrawn'
);
select trade.request_cancel(:open_order) \g /dev/null
select is(
    api.withdraw(pg_temp.account(), 90000, key => 'most'), true, 'without the order it can'
);
select is(
    api.withdraw(pg_temp.account(), 90000, key => 'most'), false,
    'and asked again it is the same withdrawal'
);
select is(
    (select cash from api.accounts where account_id = pg_temp.account()), 10300.0,
    'which happened once'
);
select throws_ok(
    format('select api.deposit(%s, 0)', pg_temp.account()), 'BW120', null, 'nothing'
);
select throws_ok(
    format('select api.deposit(%s, ''NaN'')', pg_temp.account()), 'BW120', null,
    'nor what is no amount'
);
insert into trade.account (name, broker) values ('live', 'alpaca')
returning account_id as live \gset
select throws_ok(
    format('select api.deposit(%s, 5)', :live), 'BW137', null,
    'the money of a broker''s account is moved there'
);
select api.note('The feed was late.', 'T01') \g /dev/null
select results_eq(
    $$select symbol, payload ->> 'text' from api.events where type = 'Note'$$,
    $$values ('T01', 'The feed was late.')$$, 'a note is an event'
);
select throws_ok($$select api.note(' ')$$, 'BW120', null, 'an empty one is none');
select throws_ok($$select api.note('x', 'WHAT')$$, 'BW121', null, 'of a symbol there is');

select * from finish();
rollback;
