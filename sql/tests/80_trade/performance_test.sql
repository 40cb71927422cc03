-- First in first out, and returns with deposits taken out.
-- Day d has a close of 101 + d; day 1 is 2018-01-03.
begin;
select plan(21);
\ir ../desk.psql

-- By hand: buy 10 at 100 and 10 at 110, sell 15 at 120, with fees.
select pg_temp.trade('T01', 'buy', 10, 100, 1) \g /dev/null
select pg_temp.trade('T01', 'buy', 10, 110) \g /dev/null
select pg_temp.trade('T01', 'sell', 15, 120, 1.5) \g /dev/null
select results_eq(
    $$select direction, quantity, cost, proceeds, realised, closed_at is null
    from api.lots(pg_temp.account())$$,
    $$values (1, 10::numeric, 1001::numeric, 1199::numeric, 198::numeric, false),
        (1, 5, 550, 599.5, 49.5, false), (1, 5, 550, null, null, true)$$,
    'the first bought is the first sold, fees shared by quantity'
);
select is(
    (select realised from trade.position where tenant_id = 9001 and symbol = 'T01'),
    1798.5 - 15 * 105.05, 'the books themselves are by average cost'
);
-- A short: what was sold first is bought back first.
select pg_temp.trade('T02', 'sell', 10, 100) \g /dev/null
select pg_temp.trade('T02', 'buy', 4, 90) \g /dev/null
select results_eq(
    $$select direction, quantity, realised from api.lots(pg_temp.account())
    where symbol = 'T02'$$,
    $$values (-1, 4::numeric, 40::numeric), (-1, 6, null)$$, 'a short earns what it falls'
);
-- Through zero.
select pg_temp.trade('T02', 'buy', 10, 95) \g /dev/null
select results_eq(
    $$select direction, quantity, realised from api.lots(pg_temp.account())
    where symbol = 'T02' order by opened_by, closed_by$$,
    $$values (-1, 4::numeric, 40::numeric), (-1, 6, 30), (1, 4, null)$$,
    'a fill through zero closes the old and opens the new'
);
select is_empty(
    'select * from api.lots(-1)', 'an account that is not there has no lots'
);

-- When all is closed both ways have earned the same, whatever was done.
set local bellwether.tenant = 9002;
select setseed(0.3) \g /dev/null
select tenant.set_setting(name, '4') from unnest(
    '{max_gross_fraction,max_net_fraction}'::text[]
) as name \g /dev/null
do $$
declare
    held numeric;
begin
    for n in 1..60 loop
        perform pg_temp.trade(
            'T03', case when random() < 0.5 then 'buy' else 'sell' end,
            (1 + floor(random() * 9))::numeric, (95 + floor(random() * 10))::numeric,
            round(random()::numeric, 2)
        );
    end loop;
    select quantity into held from trade.position where tenant_id = 9002;
    if held <> 0 then
        perform pg_temp.trade(
            'T03', case when held > 0 then 'sell' else 'buy' end, abs(held), 100, 0.5
        );
    end if;
end
$$;
select is(
    (select count(*)::int from api.lots(pg_temp.account()) where closed_at is null), 0,
    'nothing is open'
);
select is(
    (select round(sum(realised), 6) from api.lots(pg_temp.account())),
    (select round(realised, 6) from trade.position where tenant_id = 9002),
    'first in first out and average cost agree in the end'
);
select is(
    (select sum(quantity) * 2 from api.lots(pg_temp.account())),
    (select sum(quantity) from trade.fill where tenant_id = 9002),
    'each unit is in one lot'
);
set local bellwether.tenant = 9001;

-- Returns.
update trade.orders set status = 'canceled' where tenant_id = 9001 and status = 'ready';
select trade.deposit(pg_temp.account(), 10000, '2018-01-08 10:00Z') \g /dev/null
select trade.deposit(pg_temp.account(), -3000, '2018-01-13 10:00Z') \g /dev/null
select results_eq(
    $$select day, flow from api.returns
    where account_id = pg_temp.account() and flow <> 0$$,
    $$values (date '2018-01-08', 10000::numeric), ('2018-01-15', -3000)$$,
    'what came on a Saturday counts with Monday'
);
select is(
    (
        select round(return_fraction, 12) from api.returns
        where account_id = pg_temp.account() and day = '2018-01-08'
    ),
    (
        select round(9 / e.equity, 12) from api.equity as e
        where e.account_id = pg_temp.account() and e.day = '2018-01-05'
    ), 'nine shares that rise by one earn nine, the deposit nothing'
);
select results_eq(
    $$select days, trades, winning_trades, paid_in from api.performance(pg_temp.account())$$,
    $$values (13, 3, 3, 107000::numeric)$$, 'days, trades and what was paid in'
);
select is(
    (select round(total_return::numeric, 10) from api.performance(pg_temp.account())),
    (
        select round((exp(sum(ln(1 + return_fraction))) - 1)::numeric, 10)
        from api.returns where account_id = pg_temp.account()
    ), 'the total return is that of the days together'
);
select is(
    (
        select round(sharpe::numeric, 10) from api.performance(
            pg_temp.account(), '2018-01-08', '2018-01-12'
        )
    ),
    (
        select round((
            avg(return_fraction) / stddev_samp(return_fraction) * sqrt(252)
        )::numeric, 10)
        from api.returns where account_id = pg_temp.account()
        and day between '2018-01-08' and '2018-01-12'
    ), 'the Sharpe ratio of some days'
);
select trade.deposit(
    pg_temp.account(), 55, '2018-01-09 10:00Z', 'dividend', kind => 'income'
) \g /dev/null
select is(
    (
        select round(return_fraction, 12) from api.returns
        where account_id = pg_temp.account() and day = '2018-01-09'
    ),
    (
        select round(64 / e.equity, 12) from api.equity as e
        where e.account_id = pg_temp.account() and e.day = '2018-01-08'
    ), 'a dividend is a return'
);
select throws_ok(
    $$select trade.deposit(pg_temp.account(), 5, kind => 'luck')$$, '23514', null,
    'there are two kinds of money without a fill'
);

-- Strategies have books of their own.
select api.run_cycle('{T05}', true, 'test', 3, '2018-01-03 23:00Z') as cycle \gset
select agent.decide(
    :cycle, '[{"symbol": "T05", "action": "EXECUTE", "side": "buy", "quantity": 5}]'
) \g /dev/null
select order_id as o from trade.orders where tenant_id = 9001 and strategy_id = 3 \gset
select trade.begin_submit(:o) \g /dev/null
select trade.record_fill(:o, 'of 3', 5, 102, 1, '2018-01-04 14:30Z') \g /dev/null
select pg_temp.trade('T05', 'buy', 7, 103) \g /dev/null
select results_eq(
    $$select strategy_id, quantity, cost from api.strategy_books
    where symbol = 'T05' order by strategy_id$$,
    $$values (3::bigint, 5::numeric, 511::numeric), (null, 7, 721)$$,
    'a strategy has its own book beside the others'
);

-- The summary of a day.
select is(
    trade.daily_summary(pg_temp.account(), '2018-01-06'), null,
    'a Saturday has none'
);
select isnt(
    trade.daily_summary(pg_temp.account(), '2018-01-08'), null, 'a Monday has'
);
select matches(
    (select body from api.alerts where kind = 'daily_summary'),
    '^Equity [0-9.]+, 0.0 % on the day, 0 trades closed, 0 fills.$', 'in words'
);
select is_empty('select * from trade.audit() where not agrees', 'the books agree');
select is(
    (select sum(amount) from trade.ledger_entry where tenant_id = 9001), 0::numeric,
    'the ledger sums to zero'
);

select * from finish();
rollback;
