-- Before real money: the record on paper, what the live database is ready for, and how
-- long a check that passed counts.
begin;
select plan(26);
\ir ../roles.psql
\ir ../desk.psql

create function pg_temp.record(wanted text) returns boolean language sql as $$
    select r.passed from trade.paper_record(pg_temp.account()) as r where r.name = wanted
$$;
create function pg_temp.failed() returns text language sql as $$
    select coalesce(string_agg(r.name, ', ' order by r.name), 'none')
    from trade.paper_record(pg_temp.account()) as r where not r.passed
$$;

select is(
    pg_temp.failed(),
    'breaker tripped on purpose, halt tried, paper Sharpe ratio, paper days, '
    'paper losses, paper trades, paper win rate',
    'an empty record passes nothing but its books'
);
select throws_ok('select * from trade.paper_record(-1)', 'BW123', null, 'of an account');

-- Eleven round trips of T07, ten of them won; all booked long after their market time.
do $$
begin
    for n in 1..11 loop
        perform pg_temp.trade(
            'T07', 'buy', 1, 100 + n, at => '2018-01-03 23:00Z'::timestamptz + n * interval '1 second'
        );
        perform pg_temp.trade(
            'T07', 'sell', 1, case when n = 5 then 100 else 103 + n end,
            at => '2018-01-03 23:00Z'::timestamptz + n * interval '1 second'
        );
    end loop;
    -- And some that rise with the days.
    perform pg_temp.trade('T01', 'buy', 20, 101);
end
$$;
select is(pg_temp.record('paper days'), false, 'a replay is no record');
select is(pg_temp.record('paper trades'), false, 'nor are its trades');
select tenant.set_setting('preflight_delay_days', '100000') \g /dev/null
select is(pg_temp.record('paper days'), true, 'a record has its days');
select is(pg_temp.record('paper trades'), true, 'its trades');
select is(pg_temp.record('paper win rate'), true, 'its win rate');
select is(pg_temp.record('paper Sharpe ratio'), true, 'its Sharpe ratio');
select is(pg_temp.record('paper losses'), true, 'its worst loss');
select is(pg_temp.record('paper books'), true, 'and its books');
select is(
    pg_temp.failed(), 'breaker tripped on purpose, halt tried',
    'what was not tried is not passed'
);
select tenant.set_setting('preflight_win_rate', '0.95') \g /dev/null
select is(pg_temp.record('paper win rate'), false, 'ten of eleven is not 95 %');
select tenant.set_setting('preflight_win_rate', null) \g /dev/null
select tenant.set_setting('preflight_worst_loss', '0.01') \g /dev/null
select is(pg_temp.record('paper losses'), false, 'one lost more than 1 %');
select tenant.set_setting('preflight_worst_loss', null) \g /dev/null

-- Opened by losses is not on purpose; by hand and closed again is.
select risk.trip_breaker(pg_temp.account(), 'a drill') \g /dev/null
select is(
    pg_temp.record('breaker tripped on purpose'), false, 'opened, and not closed yet'
);
select risk.close_breaker(pg_temp.account(), 'the drill is over') \g /dev/null
select is(pg_temp.record('breaker tripped on purpose'), true, 'opened and closed');
select api.halt('a drill'), api.resume() \g /dev/null
select is(pg_temp.failed(), 'none', 'all of it passed');

-- The database that is to trade.
insert into trade.account (name, broker) values ('live', 'alpaca')
returning account_id as live \gset
select trade.deposit(:live, 100000) \g /dev/null
insert into market.bar (instrument_id, ts, open, high, low, close, known_at)
select instrument_id, date_trunc('day', now(), 'UTC') - interval '1 day', 100, 103, 98,
    101, date_trunc('day', now(), 'UTC')
from market.instrument where symbol = 'TC-USD';
select results_eq(
    format(
        'select name from trade.live_readiness(%s) where not passed order by name', :live
    ),
    $$values ('alerts'), ('books agree'), ('no paper trades beside it')$$,
    'books that were never compared, paper beside it, and nobody who is told'
);
select results_eq(
    format(
        'select name, found from trade.live_readiness(%s) where name ~ ''holds|hold$'' '
        'order by name', :live
    ),
    $$values ('halt holds', 'an order while halted: TRADING_HALTED'),
        ('limits hold', 'ten times the account in TC-USD: POSITION_LIMIT')$$,
    'limits and halt are tried'
);
select is_empty(
    $$select * from api.halts$$, 'and nothing of it stays'
);
select is_empty(
    format('select * from trade.orders where account_id = %s', :live), 'no order either'
);

-- The check is kept, and counts for a while.
select is(trade.preflight_passed(), false, 'without a check nothing passed');
select is(
    (trade.record_preflight('[{"name": "a", "passed": true, "found": "x"}]')).passed,
    true, 'one that passed'
);
select is(trade.preflight_passed(), true, 'counts');
update trade.preflight set at = at - interval '8 days' where tenant_id = 9001;
select is(trade.preflight_passed(), false, 'for seven days');
select trade.record_preflight(
    '[{"name": "a", "passed": true}, {"name": "b", "passed": false}]'
) \g /dev/null
select is(trade.preflight_passed(), false, 'one of two is not passed');
set local bellwether.tenant = 9002;
select trade.record_preflight('[{"name": "a", "passed": true}]') \g /dev/null
set local bellwether.tenant = 9001;
select is(trade.preflight_passed(), false, 'another tenant''s is not ours');

select * from finish();
rollback;
