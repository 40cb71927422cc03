-- Brackets that the broker keeps: which ones, their legs as rows, and who protects what
-- the broker lets go.
begin;
select plan(35);
\ir ../desk.psql

insert into trade.account (name, broker) values ('live', 'alpaca')
returning account_id as live \gset
select trade.deposit(:live, 100000) \g /dev/null
-- A session that is over, and the prices of its end.
insert into market.bar (instrument_id, ts, open, high, low, close, known_at)
select instrument_id, date_trunc('day', now(), 'UTC') - interval '1 day', 100, 103, 98,
    101, date_trunc('day', now(), 'UTC')
from market.instrument where symbol in ('T01', 'T02', 'TC-USD');

create function pg_temp.enter(
    account bigint, symbol text, quantity numeric, filled numeric,
    time_in_force text default 'gtc'
) returns bigint language plpgsql as $$
declare
    entry trade.orders;
begin
    entry := trade.place_bracket(
        account, symbol, 'buy', quantity, 120, 90, time_in_force => time_in_force
    );
    perform trade.begin_submit(entry.order_id),
        trade.record_submit(entry.order_id, 'acked', 'b' || entry.order_id);
    if exists (
        select from trade.bracket as b where b.order_id = entry.order_id and b.is_native
    ) then
        perform trade.record_legs(entry.order_id, pg_temp.legs(entry.order_id, quantity));
    end if;
    if filled > 0 then
        perform trade.record_fill(
            entry.order_id, 'f' || entry.order_id, filled, 101, 0, clock_timestamp()
        );
    end if;
    return entry.order_id;
end
$$;
create function pg_temp.legs(entry bigint, quantity numeric) returns jsonb
language sql as $$
    select jsonb_build_array(
        jsonb_build_object(
            'client_order_id', 'p' || entry, 'broker_order_id', 'bp' || entry,
            'side', 'sell', 'quantity', quantity, 'type', 'limit', 'limit_price', '120',
            'time_in_force', 'gtc'
        ),
        jsonb_build_object(
            'client_order_id', 'l' || entry, 'broker_order_id', 'bl' || entry,
            'side', 'sell', 'quantity', quantity, 'type', 'stop', 'stop_price', '90',
            'time_in_force', 'gtc'
        )
    )
$$;
create function pg_temp.leg(entry bigint, type text) returns bigint language sql as $$
    select order_id from trade.orders where oco = entry and orders.type = leg.type
    order by order_id desc limit 1
$$;

-- Who keeps the exits.
create function pg_temp.exits(
    account bigint, symbol text, quantity numeric, time_in_force text default 'day'
) returns text language sql as $$
    select trade._exits_by(o) from (
        select e.* from (select) as always
        cross join lateral jsonb_populate_record(
            null::trade.orders, jsonb_build_object(
                'tenant_id', 9001, 'account_id', account, 'quantity', quantity,
                'time_in_force', time_in_force, 'instrument_id', (
                    select i.instrument_id from market.instrument as i
                    where i.symbol = exits.symbol
                )
            )
        ) as e
    ) as o
$$;
select is(pg_temp.exits(pg_temp.account(), 'T01', 10), 'desk', 'on paper: the desk');
select is(pg_temp.exits(:live, 'T01', 10), 'broker', 'whole shares: Alpaca');
select is(pg_temp.exits(:live, 'T01', 1.5), 'stop', 'parts of shares: a stop of ours');
select is(pg_temp.exits(:live, 'T01', 10, 'ioc'), 'stop', 'at once or never: the same');
select is(pg_temp.exits(:live, 'TC-USD', 10), 'plan', 'coins: the exit plan alone');

-- Coins have neither brackets nor stops there.
select pg_temp.enter(:live, 'TC-USD', 10, 10) as coin \gset
select is_empty(
    format('select from trade.orders where oco = %s', :coin), 'no order is sent for it'
);
select is(
    (select status from trade.bracket where order_id = :coin), 'watched',
    'the exit plan watches'
);
insert into market.quote (instrument_id, ts, bid, ask, known_at)
select instrument_id, clock_timestamp(), 89, 89.5, clock_timestamp()
from market.instrument where symbol = 'TC-USD';
select is(trade.watch_exits(:live), 1, 'and sells below the stop');

-- Shares: what goes out, and what the broker makes of it.
select order_id as entry from trade.place_bracket(
    :live, 'T01', 'buy', 10, 120, 90, time_in_force => 'gtc'
) \gset
select results_eq(
    format('select take_profit, stop_loss, entry_id, legs_are_named
    from trade.submit_terms(%s)', :entry),
    format('values (120::numeric, 90::numeric, %s::bigint, false)', :entry),
    'its prices go out with it'
);
select trade.begin_submit(:entry), trade.record_submit(:entry, 'acked', 'b1')
\g /dev/null
select is(
    trade.record_legs(:entry, pg_temp.legs(:entry, 10)), 2, 'its legs are named'
);
select is(
    trade.record_legs(:entry, pg_temp.legs(:entry, 10)), 0, 'naming them again is nothing'
);
select results_eq(
    format('select origin, side, quantity, type, coalesce(limit_price, stop_price),
    status, broker_order_id from trade.orders where oco = %s order by order_id', :entry),
    format($$values ('leg', 'sell', 10::numeric, 'limit', 120::numeric, 'acked', 'bp%1$s'),
    ('leg', 'sell', 10, 'stop', 90, 'acked', 'bl%1$s')$$, :entry), 'they are orders of ours'
);
select throws_ok(
    format($$insert into trade.orders (account_id, instrument_id, symbol, side, quantity,
    origin, oco, client_order_id, status)
    select account_id, instrument_id, symbol, 'sell', 11, 'leg', %s, 'x', 'acked'
    from trade.orders where order_id = %s$$, :entry, :entry),
    'BW130', null, 'a leg closes no more than its bracket opens'
);
select throws_ok(
    format('select trade.record_legs(%s, %L)', :coin, pg_temp.legs(:coin, 10)),
    'BW130', null, 'and no other order has legs'
);
select trade.record_fill(:entry, 'x1', 10, 101, 0, clock_timestamp()) \g /dev/null
-- The watcher leaves to the legs what is theirs.
insert into market.quote (instrument_id, ts, bid, ask, known_at)
select instrument_id, clock_timestamp(), p, p + 1, clock_timestamp()
from market.instrument, unnest(array[85, 125]) as p where symbol = 'T01';
select is(trade.watch_exits(:live), 0, 'beyond both prices nobody else sells');

-- A leg's price is changed at the broker, in one act.
select throws_ok(
    format('select trade.replace_order(%s, 5, null, 95)', pg_temp.leg(:entry, 'stop')),
    'BW120', null, 'only its price'
);
select pg_temp.leg(:entry, 'stop') as old \gset
select order_id as moved from trade.replace_order(:old, stop_price => 95) \gset
select is(
    (select cancel_requested_at from trade.orders where order_id = :old), null,
    'the old one is not canceled: that would take the other leg, too'
);
select results_eq(
    format('select replaces_broker_order_id, entry_id from trade.submit_terms(%s)', :moved),
    format('values (%L, %s::bigint)', 'bl' || :entry, :entry), 'the broker is told which'
);
select is(
    (select order_id from trade.replace_order(:old, stop_price => 95)), :moved::bigint,
    'asking twice is one order'
);
select throws_ok(
    format('select trade.replace_order(%s, stop_price => 96)', :moved), 'BW131', null,
    'nor before the broker has named it'
);
select trade.begin_submit(:moved), trade.record_submit(:moved, 'acked', 'b3'),
    trade.record_close(:old, 'canceled', 'alpaca says replaced') \g /dev/null
select is(
    (
        select count(*)::int from trade.orders
        where oco = :entry and status in ('ready', 'acked', 'partial')
    ), 2, 'two legs stand as before'
);
-- A fill of one leg leaves the other to the broker.
select trade.record_fill(
    pg_temp.leg(:entry, 'limit'), 'x2', 4, 120, 0, clock_timestamp()
) \g /dev/null
select is(
    (select count(*)::int from trade.orders where cancel_requested_at is not null), 0,
    'a part of the profit cancels nothing'
);
select trade.record_fill(:moved, 'x3', 6, 95, 0, clock_timestamp()),
    trade.record_close(:moved, 'canceled', 'the broker lowered it to 6'),
    trade.record_close(pg_temp.leg(:entry, 'limit'), 'canceled', 'alpaca says canceled')
\g /dev/null
select is(
    (select quantity from trade.position where symbol = 'T01' and account_id = :live),
    0::numeric, 'all is sold'
);
select is_empty(
    $$select from trade.orders where symbol = 'T01' and account_id is not null
    and tenant_id = 9001 and status in ('ready', 'submitting', 'acked', 'partial')$$,
    'and nothing stands'
);

-- An entry that ends half filled: its legs never came to life.
select pg_temp.enter(:live, 'T01', 10, 4) as entry \gset
select trade.record_close(:entry, 'expired', 'the day is over') \g /dev/null
select is(
    (select count(*)::int from trade.orders where oco = :entry), 2,
    'while the broker has not said that the legs are out nothing is added'
);
select trade.record_close(pg_temp.leg(:entry, 'limit'), 'canceled'),
    trade.record_close(pg_temp.leg(:entry, 'stop'), 'canceled') \g /dev/null
select results_eq(
    format($$select origin, quantity, type, stop_price, time_in_force, status
    from trade.orders where oco = %s and origin = 'desk'$$, :entry),
    $$values ('desk', 4::numeric, 'stop', 90::numeric, 'gtc', 'ready')$$,
    'then a stop of ours protects what was bought'
);
select trade.request_cancel(pg_temp.leg(:entry, 'stop')) \g /dev/null
select is(
    (select count(*)::int from trade.orders where oco = :entry), 3, 'once'
);
select trade.place_order(:live, 'T01', 'sell', 4) \g /dev/null
select order_id as away from trade.orders order by order_id desc limit 1 \gset
select trade.begin_submit(:away), trade.record_submit(:away, 'acked', 'b9'),
    trade.record_fill(:away, 'x9', 4, 100, 0, clock_timestamp()) \g /dev/null

-- Legs that end with the day.
select pg_temp.enter(:live, 'T01', 10, 10, 'day') as entry \gset
select trade.record_close(pg_temp.leg(:entry, 'limit'), 'expired') \g /dev/null
select is(
    (select count(*)::int from trade.orders where oco = :entry), 2, 'one still stands'
);
select trade.record_close(pg_temp.leg(:entry, 'stop'), 'expired') \g /dev/null
select results_eq(
    format($$select quantity, stop_price, time_in_force from trade.orders
    where oco = %s and origin = 'desk'$$, :entry),
    $$values (10::numeric, 90::numeric, 'gtc')$$, 'the next day has a stop'
);
select trade.request_cancel(pg_temp.leg(:entry, 'stop')) \g /dev/null
insert into market.quote (instrument_id, ts, bid, ask, known_at)
select instrument_id, clock_timestamp(), 121, 122, clock_timestamp()
from market.instrument where symbol = 'T01';
select is(trade.watch_exits(:live), 1, 'without any leg the exit plan watches the profit');

-- Before the legs are named they count as standing.
select order_id as entry from trade.place_bracket(:live, 'TC-USD', 'buy', 1, 120, 90) \gset
update trade.bracket set is_native = true, status = 'waiting' where order_id = :entry;
update trade.exit_plan set opened_by = :entry, status = 'active',
    checked_until = clock_timestamp()
where account_id = :live and symbol = 'TC-USD';
insert into market.quote (instrument_id, ts, bid, ask, known_at)
select instrument_id, clock_timestamp(), 80, 81, clock_timestamp()
from market.instrument where symbol = 'TC-USD';
select is(trade.watch_exits(:live), 0, 'a bracket whose legs are not named yet is not sold');

-- A decision's stop and target go out with its order.
insert into agent.cycle (tenant_id, kind, symbols, execute, account_id, as_of)
values (9001, 'manual', '{T01,T02}', false, :live, clock_timestamp())
returning cycle_id as cycle \gset
insert into agent.decision (
    cycle_id, symbol, action, side, quantity, reason, exit_plan, as_of
) values (
    :cycle, 'T02', 'EXECUTE', 'buy', 5, 'test', '{"stop": 90, "target": 130}', now()
)
returning decision_id as decision \gset
select (trade.place_decided(d, :live, 5, 100)).order_id as decided
from agent.decision as d where decision_id = :decision \gset
select results_eq(
    format(
        'select take_profit, stop_loss, is_native from trade.bracket '
        'where order_id = %s', :decided
    ), $$values (130::numeric, 90::numeric, true)$$,
    'as a bracket where the broker keeps one'
);
select is(
    (select client_order_id from trade.orders where order_id = :decided),
    format('bw-9001-%s-0', :decision), 'with the id of the decision'
);
select is(
    (select count(*)::int from trade.bracket where order_id = (
        select (trade.place_decided(d, :live, 5, 100)).order_id
        from agent.decision as d where d.decision_id = :decision
    )), 1, 'asking again is the same order'
);
select is(
    (select count(*)::int from trade.audit() as a where not a.agrees), 0,
    'the books agree'
);

select * from finish();
rollback;
