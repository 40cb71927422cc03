-- What the desk remembers of its closed trades, and which of them are like a state.
begin;
select plan(12);
\ir ../roles.psql
\ir ../desk.psql

-- A direction in the space of states for each instrument: T01 and T02 are alike, T07 is
-- not.
create function pg_temp.state(symbol text) returns vector language sql as $$
    select array_agg(
        case symbol when 'T01' then 1.0 when 'T02' then 1.0 + 0.125 * (n % 2)
        else (n % 3) - 1.0 end order by n
    )::real[]::vector from generate_series(1, 32) as n
$$;
insert into market.snapshot (
    instrument_id, bar_interval, ts, bar_number, known_at, close, weekday, month,
    split_suspected, text_form, features
)
select
    b.instrument_id, '1d', b.ts, row_number() over (partition by b.instrument_id
    order by b.ts), b.known_at, b.close, extract(isodow from b.ts), 1, false, 'x',
    pg_temp.state(i.symbol)
from market.bar as b inner join market.instrument as i using (instrument_id)
where i.symbol in ('T01', 'T02', 'T07');

select pg_temp.trade('T01', 'buy', 10, 104, at => '2018-01-04 23:00Z') \g /dev/null
select is((select count(*)::int from agent.setup), 0, 'an open position is no setup');
select pg_temp.trade('T01', 'sell', 4, 100, at => '2018-01-09 23:00Z') \g /dev/null
select pg_temp.trade('T01', 'sell', 6, 98, at => '2018-01-10 23:00Z') \g /dev/null
select pg_temp.trade('T07', 'buy', 10, 104, at => '2018-01-04 23:00Z') \g /dev/null
select pg_temp.trade('T07', 'sell', 10, 110, at => '2018-01-09 23:00Z') \g /dev/null
select results_eq(
    $$select symbol, direction, realised, round(return_fraction::numeric, 4),
        opened_at::date
    from agent.setup order by fill_id$$,
    $$values ('T01', 1, -16.0, -0.0385, date '2018-01-04'),
        ('T01', 1, -36.0, -0.0577, '2018-01-04'),
        ('T07', 1, 60.0, 0.0577, '2018-01-04')$$,
    'each closing fill with the day its position was opened'
);
select is(
    (
        select count(*)::int from agent.setup as t
        inner join market.snapshot as s using (snapshot_id)
        where s.ts::date = date '2018-01-04'
    ), 3, 'and the snapshot that was known then'
);

-- Opened again after it was flat: the second opening counts.
select pg_temp.trade('T01', 'buy', 10, 104, at => '2018-01-11 23:00Z') \g /dev/null
select pg_temp.trade('T01', 'sell', 10, 105, at => '2018-01-12 23:00Z') \g /dev/null
select is(
    (select max(opened_at)::date from agent.setup where symbol = 'T01'),
    date '2018-01-11', 'a position opened anew is another setup'
);

create function pg_temp.like_t02(as_of timestamptz) returns jsonb language sql as $$
    select agent.similar_setups(s.snapshot_id, as_of) from market.snapshot as s
    inner join market.instrument as i using (instrument_id)
    where i.symbol = 'T02' and s.ts = '2018-01-08 00:00Z'
$$;
select is(
    pg_temp.like_t02('2018-01-11') - 'failures' - 'mean_return',
    '{"n": 2, "failed": 2}', 'two closed trades were like it, both failed'
);
select results_eq(
    $$select f ->> 'symbol', (f ->> 'similarity')::float8 > 0.9,
        round((f ->> 'return')::numeric, 3)
    from jsonb_array_elements(pg_temp.like_t02('2018-01-11') -> 'failures') as f$$,
    $$values ('T01', true, -0.038), ('T01', true, -0.058)$$,
    'with symbol, nearness and return'
);
select is(
    pg_temp.like_t02('2018-01-13') ->> 'n', '3', 'later there are more'
);
select is(
    pg_temp.like_t02('2018-01-09') ->> 'n', '0',
    'what was not closed yet teaches nothing'
);
select is(
    agent.similar_setups(null, '2018-01-13') ->> 'n', '0', 'no snapshot, no trades'
);

-- In the view of a cycle.
select api.run_cycle('{T02}', as_of => '2018-01-16') as cycle \gset
select is(
    (select view -> 'setups' ->> 'failed' from agent.market_view(:cycle)), '2',
    'agents are told'
);
set local bellwether.tenant = 9002;
select is(
    pg_temp.like_t02('2018-01-13') ->> 'n', '0', 'another tenant learns nothing of it'
);
select is((select count(*)::int from api.setups), 0, 'nor sees it');
select * from finish();
rollback;
