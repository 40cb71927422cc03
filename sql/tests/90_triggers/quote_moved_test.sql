-- The event monitor sees quotes: 5 % within 15 minutes is a job in the quote's transaction.
begin;
select plan(12);
\ir ../roles.psql
\ir ../desk.psql
insert into market.session (calendar, session, open_at, close_at)
select distinct i.calendar, date '2018-02-05', timestamptz '2018-02-05 14:30Z',
    timestamptz '2018-02-05 21:00Z'
from market.instrument as i where i.symbol like 'T0%' and i.calendar is not null
on conflict do nothing;
delete from work.job;

create function pg_temp.quotes(
    symbol text, start timestamptz, prices float8[], spread float8 default 0.02
)
returns void language sql as $$
    insert into market.quote (instrument_id, ts, bid, ask, known_at)
    select i.instrument_id, quotes.start + (n - 1) * interval '1 minute', p - spread / 2,
        p + spread / 2, quotes.start + (n - 1) * interval '1 minute'
    from unnest(prices) with ordinality as u (p, n)
    inner join market.instrument as i on i.symbol = quotes.symbol
$$;
create function pg_temp.moves() returns table (tenant int, move jsonb) language sql as $$
    with gone as (
        delete from work.job where kind = 'market_move' returning tenant_id, payload
    )
    select tenant_id, payload from gone order by tenant_id, payload ->> 'symbol'
$$;

select pg_temp.quotes('T01', '2018-02-05 15:00Z', '{100,90}') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'nobody watches');
select api.set_monitor() \g /dev/null
select pg_temp.quotes('T02', '2018-02-05 15:00Z', '{100}') \g /dev/null
select pg_temp.quotes('T02', '2018-02-05 15:05Z', '{96}') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'four per cent are no move');
select pg_temp.quotes('T02', '2018-02-05 15:06Z', '{94}') \g /dev/null
select results_eq(
    $$select tenant, move ->> 'symbol', (move ->> 'move')::float8, (move ->> 'at')::timestamptz
    from pg_temp.moves()$$,
    $$values (9001, 'T02', -0.06::float8, '2018-02-05 15:06Z'::timestamptz)$$,
    'six are, at once'
);
select pg_temp.quotes('T02', '2018-02-05 15:10Z', '{90}') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'once a cooldown');
select pg_temp.quotes('T03', '2018-02-05 15:00Z', '{100}') \g /dev/null
select pg_temp.quotes('T03', '2018-02-05 15:20Z', '{90}') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'a slow one is none');
select pg_temp.quotes('T04', '2018-02-05 15:00Z', '{100,50}') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'a price far away may be a bad tick');
select pg_temp.quotes('T04', '2018-02-05 15:02Z', '{51}') \g /dev/null
select is((select count(*) from pg_temp.moves()), 1::bigint, 'until the next one says the same');
select pg_temp.quotes('T05', '2018-02-05 15:00Z', '{100,90}', 20) \g /dev/null
select is_empty('select * from pg_temp.moves()', 'between far bid and ask there is no price');
select pg_temp.quotes('T05', '2018-02-05 21:30Z', '{100,90}') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'a closed market does not move');
insert into market.quote (instrument_id, ts, last_price, known_at)
select i.instrument_id, t.at, t.price, t.at
from market.instrument as i
cross join (values (timestamptz '2018-02-05 16:00Z', 100), ('2018-02-05 16:01Z', 106))
    as t (at, price)
where i.symbol = 'T05';
select results_eq(
    $$select (move ->> 'to_price')::float8 from pg_temp.moves()$$, 'values (106::float8)',
    'a vendor that says last prices only will do, and two in one statement'
);
set local role bellwether_worker;
select lives_ok(
    $$select market.store_quotes('yahoo', '[{"symbol": "T05", "ts": "2018-02-05T16:40:00Z",
    "last": "100"}, {"symbol": "T05", "ts": "2018-02-05T16:41:00Z", "last": "93"}]')$$,
    'the feed may wake the monitor'
);
reset role;
select is((select count(*) from pg_temp.moves()), 1::bigint, 'and does');

select * from finish();
rollback;
