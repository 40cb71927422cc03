-- What an order would do: nothing, but one is told.
begin;
select plan(11);
\ir ../roles.psql
\ir ../desk.psql
select pg_temp.trade('T02', 'buy', 50, 100) \g /dev/null
select pg_temp.account() as account \gset
set local role bellwether_analyst;
select api.what_if(:account, 'T01', 'buy', 10, as_of => '2018-01-12') as told \gset
select is((:'told'::jsonb #>> '{limits,allowed}')::boolean, true, 'the limits let it through');
select is(
    (:'told'::jsonb #>> '{exposure,symbol,before}')::numeric, 0::numeric, 'none is held'
);
select is(
    (:'told'::jsonb #>> '{exposure,symbol,after}')::numeric,
    10 * (:'told'::jsonb #>> '{limits,price}')::numeric, 'ten at the price would be'
);
select is(
    (:'told'::jsonb #>> '{exposure,cash,before}')::numeric
    - (:'told'::jsonb #>> '{exposure,cash,after}')::numeric,
    (:'told'::jsonb #>> '{exposure,symbol,after}')::numeric, 'paid out of the cash'
);
select is(
    (:'told'::jsonb #>> '{exposure,sector,after}')::numeric
    - (:'told'::jsonb #>> '{exposure,sector,before}')::numeric,
    (:'told'::jsonb #>> '{exposure,symbol,after}')::numeric, 'and counted to its sector'
);
select ok(
    (:'told'::jsonb #>> '{exposure,sector,before}')::numeric > 0,
    'in which T02 is held'
);
select is(
    :'told'::jsonb #>> '{correlation,0,symbol}', 'T02', 'what is held is compared'
);
select is(
    (:'told'::jsonb #>> '{correlation,0,correlation}')::numeric, 1::numeric,
    'prices that move alike have correlation 1'
);
select ok(
    :'told'::jsonb #>> '{similar_outcomes,missing}' is not null,
    'without snapshots it says what is missing'
);
select api.ask_order(
    :account, 'T01', 'buy', 10, dry_run => true, as_of => '2018-01-12'
) as asked \gset
select ok(
    :'asked'::jsonb ->> 'symbol' = 'T01' and :'asked'::jsonb ? 'what_if',
    'a dry run answers with the order and what it would do'
);
select is(
    (select count(*) from api.orders where symbol = 'T01'), 0::bigint, 'and places none'
);
select * from finish();
rollback;
