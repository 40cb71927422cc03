-- The circuit breaker: drawdown of the account with deposits taken out, losing trades in
-- a row; shadow decisions while it is open; when it may close, and who says so.
-- Day d has open 100 + d and close 101 + d; day 1 is 2018-01-03.
begin;
select plan(67);
\ir ../roles.psql
\ir ../desk.psql
select tenant.set_setting(name, '4') from unnest(
    '{max_gross_fraction,max_order_fraction,max_leverage,max_net_fraction}'::text[]
) as name \g /dev/null
select tenant.set_setting(name, '1') from unnest(
    '{max_position_fraction,max_sector_fraction,max_daily_loss_fraction}'::text[]
) as name \g /dev/null

create function pg_temp.price(symbol text, day date, close float8) returns void
language sql as $$
    update market.bar as b
    set
        close = price.close, open = price.close, high = price.close, low = price.close,
        -- Another past, not a correction that arrives today: known a moment earlier.
        known_at = b.known_at - interval '1 microsecond'
    from market.instrument as i
    where b.instrument_id = i.instrument_id and i.symbol = price.symbol
    and b.ts = price.day
$$;
create function pg_temp.evaluate(at timestamptz) returns text language sql
as 'select state from risk.evaluate_breaker(pg_temp.account(), at)';
create function pg_temp.drawdown() returns numeric language sql as $$
    select round(b.drawdown, 4) from api.breakers as b
    where b.account_id = pg_temp.account()
$$;
create function pg_temp.place(symbol text, side text, quantity numeric, at timestamptz)
returns text language sql
as $$
    select coalesce(o.reason_code, o.status)
    from trade.place_order(pg_temp.account(), symbol, side, quantity, as_of => at) as o
$$;
-- A cycle that decides to buy, as of a time.
create function pg_temp.decide(symbol text, at timestamptz, side text default 'buy')
returns bigint language plpgsql as $$
declare
    cycle bigint := api.run_cycle(array[symbol], true, 'test', as_of => at);
begin
    perform agent.start_cycle(cycle);
    return (
        select d.decision_id from agent.decide(
            cycle, jsonb_build_array(jsonb_build_object(
                'symbol', symbol, 'action', 'EXECUTE', 'side', side, 'quantity', 10
            ))
        ) as d
    );
end
$$;

-- Drawdown: 900 shares bought at 102.
select pg_temp.trade('T07', 'buy', 900, 102) \g /dev/null
select is(
    (select state from api.breakers), 'closed', 'a fill evaluates it: all is well'
);
select is(pg_temp.drawdown(), 0.0, 'nothing was lost');
select trade.deposit(pg_temp.account(), 50000, '2018-01-04 10:00Z') \g /dev/null
select pg_temp.evaluate('2018-01-04 12:00Z') \g /dev/null
select is(
    (select round(units, 6) from risk.breaker where tenant_id = 9001), 150000.0,
    'a deposit buys units'
);
select is(pg_temp.drawdown(), 0.0, 'and is no profit');
select trade.deposit(pg_temp.account(), -50000, '2018-01-04 13:00Z') \g /dev/null
select is(pg_temp.evaluate('2018-01-04 14:00Z'), 'closed', 'a withdrawal');
select is(pg_temp.drawdown(), 0.0, 'is no loss');
select pg_temp.price('T07', '2018-01-04', 82) \g /dev/null
select is(pg_temp.evaluate('2018-01-04 22:00Z'), 'closed', '18 % down is not enough');
select is(pg_temp.drawdown(), 0.18, 'it is 18 % below its peak');
select pg_temp.price('T07', '2018-01-05', 79) \g /dev/null
select is(pg_temp.evaluate('2018-01-05 22:00Z'), 'open', '20.7 % are');
select is(
    (select triggers from api.breakers), '{drawdown}'::text[], 'by its drawdown'
);
select results_eq(
    'select scope, source, state from api.halts',
    $$values ('account', 'breaker', 'REDUCING')$$, 'the account only reduces'
);
select is(
    pg_temp.place('T08', 'buy', 1, '2018-01-05 22:00Z'), 'TRADING_STATE_REDUCING',
    'nothing is entered by hand'
);
select is(
    pg_temp.place('T07', 'sell', 1, '2018-01-05 22:00Z'), 'ready', 'what is held is sold'
);
select is(
    (select title from api.alerts where kind = 'breaker'),
    format('Circuit breaker open on account %s', pg_temp.account()), 'somebody hears of it'
);
select results_eq(
    $$select payload ->> 'reason' from agent.event
    where tenant_id = 9001 and type = 'BreakerOpened'$$,
    $$values ('equity is 20.7 % below its peak, 0 trades in a row lost')$$,
    'there is an event'
);

-- Shadows: a cycle goes on, but nothing is sent.
select pg_temp.decide('T09', '2018-01-05 22:00Z') as shadow \gset
select is_empty(
    format('select * from trade.orders where decision_id = %s', :shadow),
    'a decision becomes no order'
);
select results_eq(
    'select symbol, side, result from api.shadow_decisions',
    $$values ('T09', 'buy', null::float8)$$, 'but a shadow'
);
select pg_temp.decide('T07', '2018-01-05 22:00Z', 'sell') \g /dev/null
select is(
    (select count(*)::int from agent.event where tenant_id = 9001
    and type = 'ShadowDecision'), 2, 'with its event, whatever its side'
);
select pg_temp.evaluate('2018-01-08 20:59Z') \g /dev/null
select is(
    (select count(result)::int from api.shadow_decisions), 0,
    'before the close nobody knows what came of it'
);
select pg_temp.price('T07', '2018-01-08', 79) \g /dev/null
select pg_temp.evaluate('2018-01-08 21:00Z') \g /dev/null
select results_eq(
    $$select entry_price, exit_price, round(result::numeric, 6), exit_at
    from api.shadow_decisions where symbol = 'T09'$$,
    $$values (104::numeric, 105::numeric, round(105 / 104.0 - 1 - 0.002, 6),
        timestamptz '2018-01-08 21:00Z')$$,
    'in at the open of Monday, out at its close, costs both ways'
);

-- Closing: below 15 %.
select pg_temp.price('T07', '2018-01-09', 85) \g /dev/null
select is(pg_temp.evaluate('2018-01-09 22:00Z'), 'open', '15.3 %: not yet');
select pg_temp.price('T07', '2018-01-10', 86) \g /dev/null
select is(pg_temp.evaluate('2018-01-10 22:00Z'), 'closing', '14.4 %: it asks');
select results_eq(
    $$select kind, reason, status from api.approvals$$,
    $$values ('breaker', 'the drawdown is 14.4 %', 'open')$$, 'in the inbox'
);
select is(
    pg_temp.place('T08', 'buy', 1, '2018-01-10 22:00Z'), 'TRADING_STATE_REDUCING',
    'until somebody says so it stays open'
);
select pg_temp.evaluate('2018-01-10 23:00Z') \g /dev/null
select is((select count(*)::int from api.approvals), 1, 'and asks once');
select api.reject(approval_id, 'not yet') from api.approvals \g /dev/null
select is((select state from api.breakers), 'open', 'no is no');
select is(pg_temp.evaluate('2018-01-10 23:01Z'), 'open', 'and is not asked again');
select tenant.set_setting('breaker_close', '"auto"') \g /dev/null
select is(
    pg_temp.evaluate('2018-01-10 23:02Z'), 'closed', 'by setting it closes by itself'
);
select is(
    pg_temp.place('T08', 'buy', 1, '2018-01-10 23:02Z'), 'ready', 'trading goes on'
);
select is_empty('select * from api.halts', 'nothing is held up');
select is(pg_temp.drawdown(), 0.144, 'the peak stays');
select is(
    pg_temp.evaluate('2018-01-03 23:30Z'), 'closed', 'a replay does not turn time back'
);
select tenant.set_setting('breaker_close', null) \g /dev/null

-- Losing trades in a row, in the other tenant.
set local bellwether.tenant = 9002;
create function pg_temp.lose(n int) returns void language plpgsql as $$
begin
    for i in 1..n loop
        perform pg_temp.trade('T10', 'buy', 10, 102);
        perform pg_temp.trade('T10', 'sell', 10, 101);
    end loop;
end
$$;
select pg_temp.lose(9) \g /dev/null
select is((select state from api.breakers), 'closed', 'nine losses');
select pg_temp.trade('T10', 'buy', 10, 102) \g /dev/null
select pg_temp.trade('T10', 'sell', 10, 103) \g /dev/null
select pg_temp.lose(9) \g /dev/null
select is(
    (select state from api.breakers), 'closed', 'a gain, and one counts anew'
);
-- An order that is filled in two parts is one trade.
select pg_temp.trade('T10', 'buy', 10, 102) \g /dev/null
select order_id as part from trade.place_order(
    pg_temp.account(), 'T10', 'sell', 10, as_of => '2018-01-03 23:00Z'
) \gset
select trade.begin_submit(:part) \g /dev/null
select trade.record_fill(:part, 'half', 5, 101, 0, '2018-01-03 23:30Z') \g /dev/null
select is((select state from api.breakers), 'open', 'the tenth loss opens it');
select is((select triggers from api.breakers), '{losses}'::text[], 'by losses');
select trade.record_fill(:part, 'rest', 5, 101, 0, '2018-01-03 23:31Z') \g /dev/null
select is(risk._losses(pg_temp.account(), 0), 10, 'two fills of one order are one trade');

-- Three shadow wins: bars close above their open.
select pg_temp.decide('T11', '2018-01-04 23:00Z') \g /dev/null
select pg_temp.decide('T12', '2018-01-05 23:00Z') \g /dev/null
select pg_temp.decide('T13', '2018-01-05 23:00Z', 'sell') \g /dev/null
select pg_temp.decide('T11', '2018-01-08 23:00Z') \g /dev/null
select is(
    pg_temp.evaluate('2018-01-09 22:00Z'), 'open', 'one of the last three lost'
);
select pg_temp.decide('T11', '2018-01-09 23:00Z') \g /dev/null
select is(
    pg_temp.evaluate('2018-01-10 20:00Z'), 'open', 'two wins'
);
select pg_temp.decide('T12', '2018-01-10 23:00Z') \g /dev/null
select is(pg_temp.evaluate('2018-01-11 22:00Z'), 'closing', 'three in a row: it asks');
select approval_id as asked from api.approvals where status = 'open' \gset
select results_eq(
    format('select status, decided_reason from api.approve(%s, %L)', :asked, 'agreed'),
    $$values ('approved', 'agreed')$$, 'yes'
);
select is((select state from api.breakers), 'closed', 'closes it');
select throws_ok(
    format('select api.approve(%s)', :asked), 'BW422', null, 'an answer is final'
);
select is(
    pg_temp.evaluate('2018-01-12 22:00Z'), 'closed', 'the same losses do not count again'
);

-- By hand; and by the Sharpe ratio of seven days.
select is(
    (api.trip_breaker(pg_temp.account(), 'drill')).state, 'open', 'it can be tripped'
);
select throws_ok(
    $$select api.close_breaker(pg_temp.account(), ' ')$$, 'BW120', null,
    'closing needs a reason'
);
-- It was opened by the clock of today: the drill moves it into the replay.
update risk.breaker set opened_as_of = '2018-01-03', evaluated_at = '2018-01-12 23:00Z'
where tenant_id = 9002;
select is(
    (
        select risk._may_close(b, 0, '2018-01-11 22:00Z') from risk.breaker as b
        where b.tenant_id = 9002
    ),
    (
        -- By hand: the mean results of the exit days 5th, 8th, 9th, 10th and 11th.
        select format(
            'the Sharpe ratio of 7 days of shadow decisions is %s',
            round((avg(r) / stddev_samp(r) * sqrt(252))::numeric, 2)
        )
        from (
            select avg(s.result) as r from agent.shadow as s
            where s.tenant_id = 9002 group by s.exit_at
        ) as d
    ), 'the Sharpe ratio of its shadows'
);
select is(
    (
        select risk._may_close(b, 0, '2018-01-09 22:00Z') from risk.breaker as b
        where b.tenant_id = 9002
    ), null, 'not before seven days'
);

-- Somebody wishes to go on: a question in the inbox, whatever the condition says.
select throws_ok(
    $$select api.resume_breaker(pg_temp.account(), ' ')$$, 'BW120', null,
    'resuming needs a reason'
);
create temporary table wish on commit drop as
select * from api.resume_breaker(pg_temp.account(), 'the feed is repaired');
select results_eq(
    'select state, may_close, question from wish',
    $$values (
        'closing', false,
        'the feed is repaired (the condition to close is not met)'
    )$$, 'a wish to go on becomes a question that says how things stand'
);
select results_eq(
    $$select w.approval_id, a.kind, a.account_id, a.proposal
    from api.approvals as a, wish as w where a.status = 'open'$$,
    $$select w.approval_id, 'breaker'::text, pg_temp.account(),
        '{"close": true, "may_close": false}'::jsonb from wish as w$$,
    'it is in the inbox'
);
select is(
    (select expires_at > clock_timestamp() from wish), true, 'not for ever'
);
select is(
    (select approval_id from api.resume_breaker(pg_temp.account(), 'again')),
    (select approval_id from wish), 'asked twice it is one question'
);
select is(
    pg_temp.place('T08', 'buy', 1, '2018-01-12 23:00Z'), 'TRADING_STATE_REDUCING',
    'while it is asked nothing is entered'
);
select is(
    (
        select count(*)::int from agent.event
        where tenant_id = 9002 and type = 'BreakerResumeAsked'
        and payload ->> 'by' = session_user
    ), 1, 'with one event that says who'
);
select ok(
    exists (
        select from api.alerts
        where kind = 'breaker' and title like 'Circuit breaker closing on account %'
    ), 'and somebody hears of it'
);
select api.reject(approval_id, 'look at it first') from wish \g /dev/null
select is((select state from api.breakers), 'open', 'who says no leaves it open');
select approval_id as second from api.resume_breaker(
    pg_temp.account(), 'looked at it'
) \gset
select isnt(:second::bigint, (select approval_id from wish), 'a new wish is a new question');
select api.approve(:second, 'agreed') \g /dev/null
select results_eq(
    'select state, reason from api.breakers', $$values ('closed', 'agreed')$$,
    'who says yes closes it'
);
select throws_ok(
    $$select api.resume_breaker(pg_temp.account(), 'once more')$$, 'BW125', null,
    'what is closed is not resumed'
);
select throws_ok(
    $$select api.resume_breaker(987654321, 'what')$$, 'BW123', null,
    'nor is an account that is not there'
);
select tenant.set_setting('breaker_close', '"auto"') \g /dev/null
select api.trip_breaker(pg_temp.account(), 'second drill') \g /dev/null
select results_eq(
    format(
        $$select state, may_close from api.resume_breaker(%s, 'not met')$$,
        pg_temp.account()
    ), $$values ('closing', false)$$,
    'the setting auto closes nothing whose condition is not met'
);
-- Losses are its trigger now, and its last three shadows won.
update risk.breaker
set triggers = '{losses}', opened_as_of = '2018-01-03'
where tenant_id = 9002;
update agent.shadow set result = 0.01 where tenant_id = 9002 \g /dev/null
select results_eq(
    format(
        $$select state, may_close, approval_id
        from api.resume_breaker(%s, 'met')$$, pg_temp.account()
    ), $$values ('closed', true, null::bigint)$$,
    'and closes at once one whose condition is met, asked before or not'
);
select is_empty(
    $$select * from api.approvals where status = 'open'$$, 'no question is left'
);
select tenant.set_setting('breaker_close', null) \g /dev/null
select api.trip_breaker(pg_temp.account(), 'third drill') \g /dev/null
select is(
    (api.close_breaker(pg_temp.account(), 'drill is over')).state, 'closed', 'and by hand'
);
select throws_ok(
    $$select api.close_breaker(pg_temp.account(), 'again')$$, 'BW125', null,
    'what is closed cannot be closed'
);
select throws_ok(
    'select api.evaluate_breaker(987654321)', 'BW123', 'there is no account 987654321',
    'an account that is not there has none'
);

select * from finish();
rollback;
