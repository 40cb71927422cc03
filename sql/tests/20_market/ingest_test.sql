-- Loading from files: only through staged rows that were checked, by those who may.
begin;
select plan(20);
\ir ../roles.psql

insert into market.instrument (symbol, asset_class, calendar)
values ('T.NYSE', 'equity', 'XTST'), ('T.COIN', 'crypto', null);
insert into market.session (calendar, session, open_at, close_at)
values
('XTST', '2018-02-01', '2018-02-01 14:30+00', '2018-02-01 21:00+00'),
('XTST', '2018-02-02', '2018-02-02 14:30+00', '2018-02-02 18:00+00'),
('XTST', '2018-02-05', '2018-02-05 14:30+00', '2018-02-05 21:00+00');

set local role bellwether_worker;

select throws_ok(
    $$insert into market.bar (instrument_id, ts, close, known_at)
    values (1, now(), 1, now())$$,
    '42501', null, 'the worker cannot store bars by hand'
);
select throws_ok(
    'select market.check_staged_bars()', 'BW301', null,
    'nothing staged, nothing to check'
);
select throws_ok(
    'select market.load_staged_bars()', 'BW301', null, 'nothing staged, nothing to load'
);
select throws_ok(
    $$select market.stage('quotes')$$, 'BW302', null, 'an unknown kind is refused'
);
select throws_ok(
    'select market._open_staged(''x'')', '42501', null, 'helpers are not for the worker'
);

-- A table of the worker's own is not taken for a staged one.
create temporary table staged_bar (staged_id integer);
select throws_ok(
    'select market.check_staged_bars()', 'BW301', null,
    'a table of another owner is not trusted'
);
drop table pg_temp.staged_bar;

select lives_ok($$select market.stage('bars')$$, 'the worker may stage');
select throws_ok(
    'create trigger spy before insert on pg_temp.staged_bar '
    'for each row execute function suppress_redundant_updates_trigger()',
    '42501', null, 'but not hang a trigger on the staging table'
);
insert into pg_temp.staged_bar (line, symbol, date, open, high, low, close, volume)
values
(2, 'T.NYSE', '2018-02-02', '10', '12', '9', '11', '1000'),
(3, 'T.COIN', '2018-02-03', null, null, null, '11', null),
(4, 'T.COIN', '2018-02-04', '10', '9', '8', '8.5', '1');
select is(market.check_staged_bars(), 1::bigint, 'one fault is found');
select results_eq(
    'select line, column_name, reason from pg_temp.staged_fault',
    $$values (4, 'open', 'is above high: 10 > 9')$$,
    'with line, column and reason'
);
select results_eq(
    'select inserted, unchanged, corrected from market.load_staged_bars()',
    'values (2::bigint, 0::bigint, 0::bigint)', 'what is good is stored'
);
select is(market.reject_staged('t.csv'), 1::bigint, 'what is bad is kept');
select is(market.reject_staged('t.csv'), 0::bigint, 'once');

reset role;
select results_eq(
    $$select i.symbol, b.known_at from market.bar as b
    inner join market.instrument as i using (instrument_id)
    where i.symbol like 'T.%' order by 1$$,
    $$values ('T.COIN', '2018-02-04 00:00+00'::timestamptz),
    ('T.NYSE', '2018-02-02 18:00+00'::timestamptz)$$,
    'a bar is known at the close of its session or the end of its day'
);
select throws_ok(
    $$select market.check_staged_bars('7m')$$, 'BW303', null,
    'an unknown interval is refused'
);

-- What is a number, what a date.
select is(
    array(
        select market._number_fault(n) is null
        from unnest(array['1', '-1.5', '.5', '5.', '1e5', '1E-5', '+2']) as n
    ), array_fill(true, array[7]), 'numbers'
);
select is(
    array(
        select market._number_fault(n) is null
        from unnest(array[
            '', 'x', 'nan', 'inf', '1,5', '1e999', '0x1F', '1 2', '--1'
        ]) as n
    ), array_fill(false, array[9]), 'no numbers'
);
select is(
    array(
        select market._time_fault(t) is null
        from unnest(array[
            '2018-02-05', '2020-02-29', '2018-02-05T10:00:00Z', '2018-02-05 10:00:00+00'
        ]) as t
    ), array_fill(true, array[4]), 'dates'
);
select is(
    array(
        select market._time_fault(t) is null
        from unnest(array[
            '2018-02-30', '2019-02-29', '2018-13-01', '18-02-05',
            '2018-02-05T25:00:00Z', '2018-02-05T10:00:00+01', 'yesterday', '0001-01-01'
        ]) as t
    ), array_fill(false, array[8]), 'no dates'
);

set local role bellwether_analyst;
select throws_ok(
    $$select market.stage('bars')$$, '42501', null, 'an analyst cannot load'
);

select * from finish();
rollback;
