-- Fills and the ledger: average cost, fees, through zero, booked once, always balanced.
begin;
select plan(39);
\ir ../desk.psql

-- Buy 10 at 100 (fee 1), 10 at 110 (fee 1): cost 2102, average 105.1.
select pg_temp.trade('T01', 'buy', 10, 100, 1) as first \gset
select pg_temp.trade('T01', 'buy', 10, 110, 1) \g /dev/null
select results_eq(
    $$select quantity, average_cost, realised, fees from api.positions
    where symbol = 'T01'$$,
    $$values (20::numeric, 105.1, 0::numeric, 2::numeric)$$,
    'fees of buys are part of the cost'
);
select is((select cash from api.accounts), 100000 - 2102::numeric, 'cash paid for it');

-- Sell 5 at 120 (fee 1): proceeds 599, cost of it 525.5, realised 73.5.
select pg_temp.trade('T01', 'sell', 5, 120, 1) \g /dev/null
select results_eq(
    $$select quantity, average_cost, realised from api.positions where symbol = 'T01'$$,
    $$values (15::numeric, 105.1, 73.5)$$,
    'fees of sells reduce the proceeds; the average cost stays'
);
-- Sell 25 at 90 (fee 5): closes 15 (fee 3), opens a short of 10 (fee 2).
select pg_temp.trade('T01', 'sell', 25, 90, 5) \g /dev/null
select results_eq(
    $$select quantity, cost, realised from trade.position where tenant_id = 9001
    and symbol = 'T01'$$,
    $$values (-10::numeric, -898::numeric, 73.5 + (15 * 90 - 3) - 15 * 105.1)$$,
    'a fill through zero closes the old position and opens a new one'
);
-- Buy back 10 at 80 (fee 1): realised 898 - 801.
select pg_temp.trade('T01', 'buy', 10, 80, 1) \g /dev/null
select results_eq(
    $$select quantity, cost, realised from trade.position where tenant_id = 9001
    and symbol = 'T01'$$,
    $$values (0::numeric, 0::numeric, 73.5 + (15 * 90 - 3) - 15 * 105.1 + 97)$$,
    'closing a short realises what it brought less what it cost'
);
select is(
    (select cash from api.accounts), 100000 + (
        select realised from trade.position where tenant_id = 9001
    ),
    'all closed: cash has changed by exactly what was realised'
);
select results_eq(
    $$select direction, quantity, round(entry_price, 2), exit_price, realised
    from api.trades order by fill_id$$,
    $$values
    ('long', 5::numeric, 105.10, 120::numeric, 73.5),
    ('long', 15::numeric, 105.10, 90::numeric, -229.5),
    ('short', 10::numeric, 89.80, 80::numeric, 97::numeric)$$,
    'each fill that closed something is a trade'
);
select is_empty(
    $$select fill_id from trade.ledger_entry where fill_id is not null
    group by fill_id having sum(amount) <> 0$$,
    'the entries of each fill sum to zero'
);
select is(
    (
        select sum(amount) from trade.ledger_entry where tenant_id = 9001
    ), 0::numeric, 'so does the whole ledger'
);
select is_empty('select * from trade.audit() where not agrees', 'the audit agrees');
select cmp_ok(
    (select count(*)::int from trade.audit()), '>=', 10, 'having compared something'
);
set constraints all immediate;
set constraints all deferred;

-- An uneven average leaves nothing behind when all is closed.
select pg_temp.trade('T07', 'buy', 3, 100.01, 0.07) \g /dev/null
select pg_temp.trade('T07', 'buy', 4, 99.98, 0.01) \g /dev/null
select pg_temp.trade('T07', 'sell', 2, 101, 0.03) \g /dev/null
select pg_temp.trade('T07', 'sell', 5, 101, 0.03) \g /dev/null
select results_eq(
    $$select quantity, cost, realised from trade.position where tenant_id = 9001
    and symbol = 'T07'$$,
    $$values (
        0::numeric, 0::numeric, 7 * 101 - 0.06 - (3 * 100.01 + 0.07 + 4 * 99.98 + 0.01)
    )$$,
    'rounding of the average remains nowhere'
);

-- Once.
select is(
    trade.record_fill(
        :first, 'f' || :first, 10, 100, 1, '2018-01-03 23:01Z'
    ), false, 'a fill booked again is known'
);
select is(
    (
        select count(*)::int from trade.fill where tenant_id = 9001
        and order_id = :first
    ), 1, 'and not booked twice'
);
select throws_ok(
    format(
        'select trade.record_fill(%s, %L, 10, 101, 1, now())', :first, 'f' || :first
    ), 'BW132', null,
    'the same fill at another price is a contradiction'
);
select throws_ok(
    format(
        'select trade.record_fill(%s, ''more'', 1, 101, 1, now())', :first
    ), 'BW133', null,
    'more than was ordered cannot be filled'
);
select throws_ok(
    $$select trade.record_fill(-1, 'x', 1, 101, 1, now())$$, 'BW124', null,
    'nor an order that is not there'
);
select order_id as unsent from trade.place_order(
    pg_temp.account(), 'T08', 'buy', 2, as_of => '2018-01-03'
) \gset
select throws_ok(
    format(
        'select trade.record_fill(%s, ''x'', 1, 101, 1, now())', :unsent
    ), 'BW134', null,
    'nor one that was never sent'
);
select throws_ok(
    format(
        'select trade.record_fill(%s, ''x'', ''NaN'', 101, 1, now())', :unsent
    ), null, null, 'nor NaN'
);

-- In parts, and a fill that proves that a lost submission had arrived.
select trade.begin_submit(:unsent) \g /dev/null
select trade.record_submit(:unsent, 'unknown', null, 'timeout') \g /dev/null
select ok(
    trade.record_fill(
        :unsent, 'p1', 0.5, 100, 0, '2018-01-04 14:30Z'
    ), 'a part is filled'
);
select results_eq(
    format(
        'select status, filled_quantity from trade.orders where order_id = %s', :unsent
    ),
    $$values ('partial', 0.5)$$, 'the order is partly filled'
);
select ok(
    trade.record_fill(
        :unsent, 'p2', 1.5, 104, 0, '2018-01-04 14:31Z'
    ), 'and then the rest'
);
select results_eq(
    format(
        'select status, filled_quantity, average_fill_price from trade.orders where '
        'order_id = %s', :unsent
    ),
    $$values ('filled', 2.0, 103::numeric)$$, 'at the average of both'
);

-- What was booked stays booked, for the owner as well.
select throws_ok(
    'update trade.fill set price = 1', 'BW141', null, 'a fill cannot be changed'
);
select throws_ok(
    'delete from trade.ledger_entry', 'BW141', null, 'an entry cannot be removed'
);
set constraints all immediate;
set constraints all deferred;
select throws_ok('truncate trade.ledger_entry', 'BW141', null, 'nor all of them');
select throws_ok('delete from trade.orders', 'BW141', null, 'nor an order');
select throws_ok(
    format(
        $$insert into trade.ledger_entry (account_id, fill_id, ledger, amount, at)
        select account_id, fill_id, 'capital', 1, now() from trade.fill
        where order_id = %s;
        set constraints all immediate$$, :first
    ), 'BW140', null, 'an entry that unbalances its posting does not commit'
);
select throws_ok(
    format(
        $$insert into trade.fill (
            order_id, account_id, instrument_id, symbol, side, quantity, price, broker,
            broker_fill_id, filled_at, revision
        )
        select order_id, account_id, instrument_id, symbol, side, 1, 1, broker, 'bare',
            now(), 0 from trade.fill where order_id = %s;
        set constraints all immediate$$, :first
    ), 'BW140', null, 'nor a fill without entries'
);

-- Capital.
select ok(
    trade.deposit(
        pg_temp.account(), 5000, '2018-01-10', key => 'january'
    ), 'a deposit is booked'
);
select ok(
    not trade.deposit(
        pg_temp.account(), 5000, '2018-01-10', key => 'january'
    ), 'once a key'
);
select ok(
    trade.deposit(pg_temp.account(), -1000, '2018-01-11'),
    'a withdrawal is a negative one'
);
select is_empty(
    'select * from trade.audit() where not agrees', 'the audit agrees with them, too'
);

-- A look back: what was known and done by then.
select results_eq(
    format(
        'select cash, positions_value from trade.equity_at(%s, ''2018-01-03 '
        '23:00:30Z'')', pg_temp.account()
    ),
    $$values (100000::numeric, 0::numeric)$$,
    'before the first fill there is only capital'
);
select is(
    (
        select positions_value from trade.equity_at(
            pg_temp.account(), '2018-01-08 20:59Z'
        )
    ), 2 * 104::numeric,
    'two shares are worth the close of Friday before Monday''s close'
);
select is(
    (
        select positions_value from trade.equity_at(
            pg_temp.account(), '2018-01-08 21:00Z'
        )
    ), 2 * 105::numeric,
    'and Monday''s afterwards'
);

select cmp_ok(
    (select count(*)::int from trade.equity), '>', 10, 'the view has a row a day'
);
select is_empty(
    $$select v.day from trade.equity as v
    cross join lateral trade.equity_at(
        v.account_id, (v.day + 1)::timestamp at time zone 'UTC' - interval '1 us'
    ) as e
    where (v.cash, v.positions_value, v.equity) is distinct
    from (e.cash, e.positions_value, e.equity)$$,
    'and each is what a look back to the end of that day says'
);
-- The future does not change the past.
create temporary table past on commit drop as select * from trade.equity
where day <= '2018-01-10';
select pg_temp.trade('T09', 'buy', 7, 103, 1, '2018-01-11 15:00Z') \g /dev/null
update market.bar set close = close + 1 where ts > '2018-01-10' and source = 'test'
and close < high;
select set_eq(
    $$select * from trade.equity where day <= '2018-01-10'$$, 'select * from past',
    'later fills and later prices change no earlier day'
);

select * from finish();
rollback;
