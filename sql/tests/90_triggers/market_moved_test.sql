-- The event monitor: 5 % within 15 minutes starts an event cycle, once a cooldown; gaps,
-- splits and bad ticks do not.
begin;
select plan(25);
\ir ../roles.psql
\ir ../desk.psql
delete from work.job;

create function pg_temp.bars(
    symbol text, start timestamptz, closes float8[], bar_interval text default '5m'
)
returns void language sql as $$
    insert into market.bar (instrument_id, bar_interval, ts, close, known_at)
    select i.instrument_id, bars.bar_interval, bars.start + (n - 1) * l.length, c,
        bars.start + n * l.length
    from unnest(closes) with ordinality as u (c, n)
    inner join market.instrument as i on i.symbol = bars.symbol
    inner join market.bar_interval as l on l.bar_interval = bars.bar_interval
$$;
create function pg_temp.moves() returns table (tenant int, move jsonb) language sql as $$
    with gone as (
        delete from work.job where kind = 'market_move' returning tenant_id, payload
    )
    select tenant_id, payload from gone order by tenant_id, payload ->> 'symbol'
$$;

select pg_temp.bars('T01', '2018-02-05 15:00Z', '{100,90}') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'nobody watches');
select api.set_monitor() \g /dev/null
select results_eq(
    'select move_fraction, within, cooldown, asset_classes from api.monitors',
    $$values (0.05::float8, interval '15 minutes', interval '15 minutes',
        '{equity}'::text[])$$, 'five per cent within fifteen minutes, equities'
);
set local bellwether.tenant = 9002;
select api.set_monitor(
    0.03, cooldown => '1 hour', asset_classes => '{equity,crypto}', symbols => '{T02,TC-USD}'
) \g /dev/null
set local bellwether.tenant = 9001;

-- One bar after the other, as a feed brings them.
select pg_temp.bars('T02', '2018-02-05 15:00Z', '{100}') \g /dev/null
select pg_temp.bars('T02', '2018-02-05 15:05Z', '{98}') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'two per cent are none');
select pg_temp.bars('T02', '2018-02-05 15:10Z', '{96}') \g /dev/null
select results_eq(
    'select tenant, move from pg_temp.moves()',
    $$values (9002, '{"symbol": "T02", "at": "2018-02-05T15:15:00+00:00",
        "move": -0.04, "from_price": 100, "to_price": 96, "minutes": 15,
        "execute": false}'::jsonb)$$, 'four are for the tenant who wants three'
);
select pg_temp.bars('T02', '2018-02-05 15:15Z', '{94.5}') \g /dev/null
select results_eq(
    'select tenant, move ->> ''move'' from pg_temp.moves()',
    $$values (9001, '-0.055000')$$, 'then for the other; the first has its cooldown'
);
select pg_temp.bars('T02', '2018-02-05 15:20Z', '{88}') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'both have');
select pg_temp.bars('T02', '2018-02-05 15:25Z', '{88,88,93}') \g /dev/null
select results_eq(
    'select tenant, move ->> ''move'' from pg_temp.moves()',
    $$values (9001, '-0.068783')$$, 'after fifteen minutes it is told again'
);

-- Slowly, and over night.
select pg_temp.bars(
    'T03', '2018-02-05 15:00Z', '{100,99,98,97,96,95,94,93}'
) \g /dev/null
select is_empty('select * from pg_temp.moves()', 'slowly is not suddenly');
select pg_temp.bars('T03', '2018-02-06 15:00Z', '{50,50.5}') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'a gap or a split over night is none');
-- A bad tick, and a crash.
select pg_temp.bars('T04', '2018-02-05 15:00Z', '{100,20,100}') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'a tick that is taken back is none');
select pg_temp.bars('T05', '2018-02-05 15:00Z', '{100,70}') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'a crash waits for a second bar');
select pg_temp.bars('T05', '2018-02-05 15:10Z', '{71}') \g /dev/null
select is(
    (select move ->> 'move' from pg_temp.moves()), '-0.290000', 'that says the same'
);
-- Who is watched.
select pg_temp.bars('TC-USD', '2018-02-05 15:00Z', '{100,94}') \g /dev/null
select results_eq(
    'select tenant from pg_temp.moves()', 'values (9002)', 'a coin for who watches coins'
);
select pg_temp.bars('T06', '2018-02-05 15:00Z', '{100,94}', '1h') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'bars of an hour say nothing of a quarter');
-- Many at once, and again.
insert into market.bar (instrument_id, bar_interval, ts, close, known_at)
select i.instrument_id, '5m', t.ts, t.close, t.ts + interval '5 minutes'
from market.instrument as i
cross join (
    values (timestamptz '2018-02-05 18:00Z', 100.0), ('2018-02-05 18:05Z', 94)
) as t (ts, close)
where i.symbol in ('T07', 'T08', 'T09');
select is(
    (select count(*)::int from pg_temp.moves()), 3, 'one load, one job for each symbol'
);
update market.bar as b set close = 93.9
from market.instrument as i
where b.instrument_id = i.instrument_id and i.symbol = 'T07'
and b.ts = '2018-02-05 18:05Z' and b.bar_interval = '5m';
select is_empty('select * from pg_temp.moves()', 'a corrected bar tells nothing new');

-- What the worker does with it.
select agent.handle_move('{"symbol": "T07", "at": "2018-02-05T18:10:00+00:00",
    "move": -0.06, "from_price": 100, "to_price": 94, "minutes": 15, "execute": true}')
as cycle \gset
select results_eq(
    format(
        'select kind, symbols, execute, as_of from agent.cycle where cycle_id = %s', :cycle
    ),
    $$values ('event', '{T07}'::text[], true, timestamptz '2018-02-05 18:10:00.000001Z')$$,
    'an event cycle, in a replay in its own time'
);
select is(
    (select count(*)::int from work.job where kind = 'run_cycle'), 1, 'which is run'
);
select is(
    (select title from api.alerts where kind = 'market_move'),
    'T07 moved -6.0 % in 15 minutes', 'somebody hears of it'
);
select is(
    (
        select payload ->> 'move' from agent.event
        where tenant_id = 9001 and cycle_id = :cycle and type = 'MarketMoved'
    ), '-0.06', 'and it is an event of the cycle'
);

-- Settings.
select throws_ok(
    $$select api.set_monitor(0)$$, 'BW424', null, 'a move is more than nothing'
);
select throws_ok(
    $$select api.set_monitor(symbols => '{NOPE}')$$, 'BW424', null, 'symbols are known'
);
select throws_ok(
    $$select api.set_monitor(asset_classes => '{cheese}')$$, 'BW424', null,
    'asset classes, too'
);
select api.stop_monitor() \g /dev/null
select is_empty('select * from api.monitors', 'it can be stopped');
select pg_temp.bars('T10', '2018-02-05 15:00Z', '{100,94}') \g /dev/null
select is_empty('select * from pg_temp.moves()', 'then nothing is told');

select * from finish();
rollback;
