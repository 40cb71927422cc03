-- The life of an order: placed once, sent once, no way back from a final state.
begin;
select plan(51);
\ir ../desk.psql

-- Mistakes raise: no order can be meant.
select throws_ok(
    $$select trade.place_order(-1, 'T01', 'buy', 1)$$, 'BW123', null,
    'an unknown account'
);
select throws_ok(
    $$select trade.place_order(pg_temp.account(), 'NOPE', 'buy', 1)$$, 'BW121', null,
    'an unknown symbol'
);
select throws_ok(
    format(
        'select trade.place_order(pg_temp.account(), ''T01'', %L, %L, %L, %L, %L, %L)',
        side, quantity, type, limit_price, stop_price, tif
    ),
    'BW120', null, what
) from (values
    ('hold', 1, 'market', null, null, 'day', 'a side that is none'),
    ('buy', -5, 'market', null, null, 'day', 'a quantity below zero'),
    ('buy', 0, 'market', null, null, 'day', 'a quantity of zero'),
    (
        'buy', 'NaN'::numeric, 'market', null, null, 'day',
        'a quantity that is no number'
    ),
    ('buy', 'infinity'::numeric, 'market', null, null, 'day', 'an endless quantity'),
    (null, 1, 'market', null, null, 'day', 'no side'),
    ('buy', null, 'market', null, null, 'day', 'no quantity'),
    ('buy', 1, 'limit', null, null, 'day', 'a limit order without a limit'),
    ('buy', 1, 'market', 100, null, 'day', 'a market order with one'),
    ('buy', 1, 'stop', null, null, 'day', 'a stop order without a stop'),
    ('buy', 1, 'limit', -1, null, 'day', 'a negative limit'),
    ('buy', 1e20, 'market', null, null, 'day', 'more than there is of anything'),
    ('buy', 1e-13, 'market', null, null, 'day', 'less than dust'),
    ('buy', 1 + 1e-1000, 'market', null, null, 'day', 'a thousand decimals'),
    ('buy', 1, 'limit', 1e-16000, null, 'day', 'a limit of all but nothing'),
    ('buy', 1, 'market', null, null, 'week', 'a time in force that is none')
) as bad (side, quantity, type, limit_price, stop_price, tif, what);
select throws_ok(
    $$select trade.place_order(
        pg_temp.account(), 'T01', 'buy', 1, as_of => now() + interval '1 day'
    )$$,
    'BW120', null, 'nobody trades in the future'
);
select is(
    (
        trade.place_order(pg_temp.account(), 'T01', 'buy', 1e18, as_of => '2018-01-03')
    ).reason_code, 'POSITION_LIMIT',
    'an absurd quantity is refused by the limits'
);

select throws_ok(
    format(
        'select risk.check_order(%s, ''T01'', ''buy'', 1, %L, ''2018-01-08'')',
        pg_temp.account(), bad.price
    ), 'BW120', null, 'asking with a limit price of ' || bad.price
) from (values ('0'), ('-5'), ('NaN'), ('infinity')) as bad (price);

-- Dry run.
select results_eq(
    $$select status, reason_code, order_id from trade.place_order(
        pg_temp.account(), 'T01', 'buy', 1000, dry_run => true, as_of => '2018-01-03'
    )$$,
    $$values (
        'refused', 'POSITION_LIMIT', null::bigint
    )$$, 'a dry run says what would be'
);
select results_eq(
    $$select status, reference_price from trade.place_order(
        pg_temp.account(), 'T01', 'buy', 10, dry_run => true, as_of => '2018-01-03'
    )$$,
    $$values ('ready', 102::numeric)$$, 'and at what price it was judged'
);
select is(
    (
        select count(*)::int from trade.orders where tenant_id = 9001
    ), 1, 'but stores nothing'
);

-- Once.
select order_id as one from trade.place_order(
    pg_temp.account(), 'T01', 'buy', 10, client_order_id => 'mine',
    as_of => '2018-01-03'
) \gset
select is(
    (
        trade.place_order(
            pg_temp.account(), 'T01', 'buy', 10, client_order_id => 'mine',
            as_of => '2018-01-03'
        )
    ).order_id,
    :one::bigint, 'the same client_order_id is the same order'
);
select throws_ok(
    $$select trade.place_order(
        pg_temp.account(), 'T01', 'buy', 11, client_order_id => 'mine',
        as_of => '2018-01-03'
    )$$,
    'BW122', null, 'and cannot be another'
);
select order_id as refused from trade.place_order(
    pg_temp.account(), 'T01', 'buy', 1000, client_order_id => 'big',
    as_of => '2018-01-03'
) \gset
select is(
    (
        trade.place_order(
            pg_temp.account(), 'T01', 'buy', 1000, client_order_id => 'big',
            as_of => '2018-01-03'
        )
    ).order_id,
    :refused::bigint, 'a refused one stays the same refused one'
);
set local bellwether.tenant = 9002;
select isnt(
    (
        trade.place_order(
            pg_temp.account(), 'T01', 'buy', 10, client_order_id => 'mine',
            as_of => '2018-01-03'
        )
    ).order_id,
    :one::bigint, 'another tenant''s is another'
);
set local bellwether.tenant = 9001;

-- Sending.
select results_eq(
    format(
        'select status, attempt, sent_at is not null from trade.begin_submit(%s)', :one
    ),
    $$values ('submitting', 1, true)$$, 'taken up to be sent'
);
select results_eq(
    format('select status, attempt from trade.begin_submit(%s)', :one),
    $$values ('unknown', 2)$$, 'taken up again it may have arrived: ask first'
);
select is(
    (
        trade.record_submit(:one, 'unknown', null, 'timeout')
    ).status, 'unknown', 'nobody knows'
);
select is(
    (
        trade.record_submit(:one, 'acked', 'b1', null)
    ).status, 'acked', 'the broker has it'
);
select is((trade.begin_submit(:one)).status, null, 'nothing is to be sent any more');
select is(
    (
        trade.record_submit(:one, 'rejected', null, 'late')
    ).status, 'acked', 'late news changes nothing'
);
select is((trade.begin_submit(:refused)).status, null, 'a refused order is never sent');
select throws_ok(
    format(
        'select trade.record_submit(%s, ''filled'', null, null)', :one
    ), 'BW130', null, 'a submission does not fill'
);
select is(
    (trade.record_close(:one, 'expired', 'end of day')).status, 'expired', 'it expires'
);
select is((trade.record_close(:one, 'canceled')).status, 'expired', 'which is final');
select ok(
    trade.record_fill(:one, 'late', 4, 100, 0, '2018-01-04 14:30Z'),
    'a fill that comes late is booked all the same'
);
select results_eq(
    format(
        'select status, filled_quantity from trade.orders where order_id = %s', :one
    ),
    $$values ('expired', 4::numeric)$$, 'the state stays final, the quantity is true'
);
select bag_eq(
    format(
        'select type from agent.event where tenant_id = 9001 and (payload ->> '
        '''order_id'')::bigint = %s', :one
    ),
    $$values ('OrderPlaced'), ('OrderUnknown'), ('OrderAcknowledged'), ('OrderExpired'),
    ('TradeExecuted'), ('ExitPlanned')$$,
    'each step left an event'
);

-- Every way that is not in the picture is refused.
create temporary table way (old text, new text, allowed boolean) on commit drop;
insert into way
select
    o, n, (o, n) in (
        ('ready', 'submitting'), ('ready', 'canceled'), ('ready', 'expired'),
        ('submitting', 'unknown'), ('submitting', 'acked'), ('submitting', 'rejected'),
        ('submitting', 'canceled'),
        ('unknown', 'acked'), ('unknown', 'rejected'), ('unknown', 'canceled'),
        ('unknown', 'expired'),
        ('acked', 'rejected'), ('acked', 'canceled'), ('acked', 'expired'),
        ('partial', 'canceled'), ('partial', 'expired')
    )
-- partial and filled come with fills, which are tested with the ledger
from unnest(
    '{ready,submitting,unknown,acked,partial,filled,canceled,'
    'rejected,expired,refused}'::text[]
) as o
cross join unnest(
    '{ready,submitting,unknown,acked,canceled,rejected,expired,refused}'::text[]
) as n
where o <> n;
-- Brings a new order into a state by allowed ways only.
create function pg_temp.order_in(wanted text) returns bigint language plpgsql as $$
declare
    placed trade.orders;
    state text;
begin
    placed := trade.place_order(
        pg_temp.account(), 'T09', 'buy', case wanted when 'refused' then 1e9
        else 2 end, as_of => '2018-01-03'
    );
    foreach state in array case wanted
        when 'ready' then '{}' when 'refused' then '{}' when 'submitting'
            then '{submitting}'
        when 'unknown' then '{submitting,unknown}' when 'canceled' then '{canceled}'
        when 'rejected' then '{submitting,rejected}' when 'expired' then '{expired}'
            else '{submitting,acked}'
    end::text[] loop
        update trade.orders set status = state where tenant_id = 9001
        and order_id = placed.order_id;
    end loop;
    if wanted in ('partial', 'filled') then
        perform trade.record_fill(
            placed.order_id, 'w' || placed.order_id, case wanted when 'partial' then 1
            else 2 end, 1, 0, '2018-01-04'
        );
    end if;
    return placed.order_id;
end
$$;
create function pg_temp.may(old text, new text) returns boolean language plpgsql as $$
declare
    prepared bigint := pg_temp.order_in(old);
begin
    update trade.orders set status = new where tenant_id = 9001 and order_id = prepared;
    return true;
exception
    when sqlstate 'BW130' then
        return false;
end
$$;
select is_empty(
    'select old, new, allowed from way where allowed <> pg_temp.may(old, new)',
    'the ways between the states are these'
);
select is(
    (
        select count(*)::int from way where allowed
    ), 16, 'sixteen ways without fills are open'
);
select throws_ok(
    format(
        'update trade.orders set quantity = 1 where order_id = %s',
        pg_temp.order_in('ready')
    ), 'BW131', null,
    'what was ordered cannot be changed'
);
select throws_ok(
    format(
        'update trade.orders set status = ''filled'' where order_id = %s',
        pg_temp.order_in('acked')
    ), 'BW130', null,
    'no order is filled without fills'
);
select throws_ok(
    $$insert into trade.orders (
        account_id, instrument_id, symbol, side, quantity, client_order_id, status
    )
    values (
        pg_temp.account(), 0, 'T01', 'buy', 1, 'x', 'acked'
    )$$, 'BW130', null, 'no order begins in the middle'
);
select throws_ok(
    $$insert into trade.orders (
        tenant_id, account_id, instrument_id, symbol, side, quantity, client_order_id
    )
    values (
        9002, pg_temp.account(), 0, 'T01', 'buy', 1, 'x'
    )$$, '42501', null, 'no order is another tenant''s'
);
select is(
    (
        select count(*)::int from trade.open_orders(pg_temp.account())
    ) > 0, true, 'open orders are listed'
);

select * from finish();
rollback;
