-- Cancel, replace, brackets, parts of an order by volume, time in force.
-- Day d has open 100 + d, high 103 + d, low 98 + d, close 101 + d and a volume of 1,000,
-- of which the paper broker takes a tenth; day 2 is 2018-01-04.
begin;
select plan(57);
\ir ../desk.psql
select tenant.set_setting('slippage_bps', '0') \g /dev/null
select tenant.set_setting('fee_bps', '0') \g /dev/null

-- Sends what is ready and books what the broker did, until nothing moves.
create function pg_temp.work() returns void language plpgsql as $$
declare
    o trade.orders;
begin
    for turn in 1..5 loop
        for o in
            select * from trade.open_orders(pg_temp.account()) where status = 'ready'
        loop
            o := trade.begin_submit(o.order_id);
            perform trade.record_submit(
                o.order_id, 'acked',
                trade.paper_submit(
                    o.account_id, o.client_order_id, o.symbol, o.side, o.quantity,
                    o.type, o.limit_price, o.stop_price, o.time_in_force, o.placed_at
                ) ->> 'broker_order_id'
            );
        end loop;
        perform trade.match_orders(pg_temp.account());
    end loop;
end
$$;
create function pg_temp.place(
    symbol text, side text, quantity numeric, type text default 'market',
    limit_price numeric default null, stop_price numeric default null,
    tif text default 'day', at timestamptz default '2018-01-03 23:00Z'
)
returns bigint language sql as $$
    select order_id from trade.place_order(
        pg_temp.account(), symbol, side, quantity, type, limit_price, stop_price, tif,
        as_of => at
    )
$$;
create function pg_temp.status(order_id bigint) returns text language sql
as 'select status from trade.orders as o where o.order_id = status.order_id';
create function pg_temp.held(symbol text) returns numeric language sql
as 'select coalesce((select quantity from trade.position as p '
   'where p.tenant_id = current_tenant() and p.symbol = held.symbol), 0)';

-- Parts: 150 of a volume of 1,000.
select pg_temp.place('T01', 'buy', 150, tif => 'gtc') as gtc \gset
select pg_temp.place('T04', 'buy', 150) as day \gset
select pg_temp.place('T07', 'buy', 150, tif => 'ioc') as ioc \gset
select pg_temp.place('T08', 'buy', 150, tif => 'fok') as fok \gset
select pg_temp.place('T09', 'buy', 90, tif => 'fok') as whole \gset
select pg_temp.work() \g /dev/null
select results_eq(
    format(
        'select quantity, price, filled_at from trade.fill where order_id = %s '
        'order by filled_at', :gtc
    ),
    $$values (100::numeric, 102::numeric, timestamptz '2018-01-04 14:30Z'),
        (50, 103, '2018-01-05 14:30Z')$$,
    'a tenth of the volume on the first day, the rest on the next'
);
select is(pg_temp.status(:gtc), 'filled', 'then it is filled');
select results_eq(
    format('select status, filled_quantity from trade.orders where order_id = %s', :day),
    $$values ('expired', 100::numeric)$$, 'the rest of a day order expires'
);
select results_eq(
    format('select status, filled_quantity from trade.orders where order_id = %s', :ioc),
    $$values ('expired', 100::numeric)$$, 'so does that of an immediate one'
);
select results_eq(
    format('select status, filled_quantity from trade.orders where order_id = %s', :fok),
    $$values ('expired', 0::numeric)$$, 'all or nothing: nothing'
);
select is(pg_temp.status(:whole), 'filled', 'all or nothing: all');
select pg_temp.work() \g /dev/null
select is(
    (select count(*)::int from trade.fill where tenant_id = 9001), 5,
    'asking again fills nothing more'
);
select tenant.set_setting('paper_volume_share', '1') \g /dev/null

-- Fractions.
select pg_temp.place('TC-USD', 'buy', 0.25) as coin \gset
select pg_temp.work() \g /dev/null
select is(pg_temp.held('TC-USD'), 0.25, 'a quarter of a coin');

-- Cancel.
select throws_ok(
    'select trade.request_cancel(-1)', 'BW124', null, 'what is not there is not canceled'
);
select pg_temp.place('T10', 'buy', 10) as o \gset
select is(
    (trade.request_cancel(:o, 'changed my mind')).status, 'canceled',
    'what was not sent is canceled at once'
);
select is(
    (select reason from trade.orders where order_id = :o), 'changed my mind', 'with why'
);
select is(
    (trade.request_cancel(:gtc)).status, 'filled', 'what is final stays'
);
select pg_temp.place('T10', 'buy', 10, 'limit', 50, tif => 'gtc') as o \gset
select pg_temp.work() \g /dev/null
select is(pg_temp.status(:o), 'acked', 'an order that waits');
select is(
    (trade.request_cancel(:o)).status, 'canceled', 'is taken out of the paper book'
);
select is(
    (
        select trade.paper_order(account_id, client_order_id) ->> 'status'
        from trade.orders where order_id = :o
    ), 'canceled', 'where it is canceled, too'
);
select is(
    trade.paper_cancel(pg_temp.account(), 'nothing') ->> 'status', 'not_found',
    'what the broker does not know'
);
-- One that would be filled by bars that it has not looked at yet: too late.
select pg_temp.place('T11', 'buy', 10) as o \gset
select (trade.begin_submit(:o)).order_id \g /dev/null
select trade.record_submit(
    :o, 'acked', trade.paper_submit(
        pg_temp.account(), (select client_order_id from trade.orders where order_id = :o),
        'T11', 'buy', 10, 'market', null, null, 'day', '2018-01-03 23:00Z'
    ) ->> 'broker_order_id'
) \g /dev/null
select is((trade.request_cancel(:o)).status, 'filled', 'a cancel can come too late');
select is(
    (select cancel_requested_at from trade.orders where order_id = :o), null,
    'then nothing is asked any more'
);
-- Another broker is asked by a job.
insert into trade.account (name, broker, cash) values ('live', 'alpaca', 0)
returning account_id as live \gset
select trade.deposit(:live, 100000) \g /dev/null
insert into market.bar (instrument_id, ts, open, high, low, close, known_at)
select instrument_id, date_trunc('day', now(), 'UTC') - interval '1 day', 100, 103, 98,
    101, date_trunc('day', now(), 'UTC')
from market.instrument where symbol = 'TC-USD';
select order_id as o from trade.place_order(
    :live, 'TC-USD', 'buy', 10, 'limit', 50, time_in_force => 'gtc'
) \gset
select trade.begin_submit(:o), trade.record_submit(:o, 'acked', 'b1') \g /dev/null
select is((trade.request_cancel(:o)).status, 'acked', 'the broker has not said so yet');
select is(
    (
        select count(*)::int from work.job where kind = 'cancel_order'
        and payload = jsonb_build_object('order_id', :o)
    ), 1, 'a job asks it'
);
select is((trade.begin_cancel(:o)).order_id, :o::bigint, 'for this order');
select is(
    (trade.record_cancel(:o, 'refused', 'being filled')).status, 'acked', 'it may refuse'
);
select is((trade.begin_cancel(:o)).order_id, null, 'then nothing is asked');
select trade.request_cancel(:o) \g /dev/null
select is((trade.record_cancel(:o, 'canceled')).status, 'canceled', 'or agree');
select throws_ok(
    format('select trade.record_cancel(%s, ''maybe'')', :o), 'BW130', null,
    'there are three answers'
);

-- Replace.
select pg_temp.place('T12', 'buy', 10, 'limit', 50, tif => 'gtc') as o \gset
select pg_temp.work() \g /dev/null
select results_eq(
    format(
        'select quantity, limit_price, replaces, status from '
        'trade.replace_order(%s, 20, 101)', :o
    ),
    format($$values (20::numeric, 101::numeric, %s::bigint, 'ready')$$, :o),
    'another stands in its place'
);
select is(pg_temp.status(:o), 'canceled', 'the old one is out');
select order_id as next from trade.orders where replaces = :o \gset
select cmp_ok(
    (select placed_at from trade.orders where order_id = :next), '>',
    timestamptz '2018-01-19 21:00Z', 'it waits for bars to come, not for those that were'
);
select throws_ok(
    format('select trade.replace_order(%s, 5)', :o), 'BW131', null,
    'what is final is not replaced'
);
select throws_ok(
    format('select trade.replace_order(%s, -5)', :next), 'BW120', null, 'nor by nonsense'
);
select throws_ok(
    format('select trade.replace_order(%s, stop_price => 5)', :next), 'BW120', null,
    'a limit order has no stop'
);
-- With a broker the new order comes when the old one is out, not before.
select order_id as o from trade.place_order(
    :live, 'TC-USD', 'buy', 10, 'limit', 50, time_in_force => 'gtc'
) \gset
select trade.begin_submit(:o), trade.record_submit(:o, 'acked', 'b2') \g /dev/null
select is(
    (trade.replace_order(:o, 20)).order_id, :o::bigint, 'while it stands nothing is placed'
);
select trade.record_fill(:o, 'f-b2', 4, 50, 0, now()) \g /dev/null
select trade.record_cancel(:o, 'canceled') \g /dev/null
select results_eq(
    format('select quantity from trade.orders where replaces = %s', :o),
    'values (16::numeric)', 'then what is left of the new size'
);
select order_id as o from trade.place_order(
    :live, 'TC-USD', 'buy', 10, 'limit', 50, time_in_force => 'gtc'
) \gset
select trade.begin_submit(:o), trade.record_submit(:o, 'acked', 'b3') \g /dev/null
select trade.replace_order(:o, 20) \g /dev/null
select trade.record_fill(:o, 'f-b3', 10, 50, 0, now()) \g /dev/null
select trade.record_cancel(:o, 'refused', 'filled') \g /dev/null
select is_empty(
    format('select * from trade.orders where replaces = %s', :o),
    'one that was filled meanwhile is not replaced'
);

-- Brackets: in at 102 on day 2.
select throws_ok(
    format($$select trade.place_bracket(%s, 'T02', 'buy', 10, 90, 110)$$, pg_temp.account()),
    'BW120', null, 'the profit is beyond the loss'
);
select throws_ok(
    format($$select trade.place_bracket(%s, 'T02', 'buy', 10)$$, pg_temp.account()),
    'BW120', null, 'one of them there must be'
);
select order_id as entry from trade.place_bracket(
    pg_temp.account(), 'T02', 'buy', 10, 107, 95, as_of => '2018-01-03 23:00Z'
) \gset
select is_empty(
    format('select * from trade.orders where oco = %s', :entry),
    'before the entry there are no legs'
);
select pg_temp.work() \g /dev/null
select results_eq(
    format(
        'select side, quantity, type, coalesce(limit_price, stop_price), status '
        'from trade.orders where oco = %s order by order_id', :entry
    ),
    $$values ('sell', 10::numeric, 'stop', 95::numeric, 'canceled'),
        ('sell', 10, 'limit', 107, 'filled')$$,
    'the profit is taken and cancels the stop'
);
select results_eq(
    format(
        'select f.price, f.filled_at from trade.fill as f '
        'inner join trade.orders as o using (tenant_id, order_id) where o.oco = %s',
        :entry
    ),
    $$values (107::numeric, timestamptz '2018-01-08 21:00Z')$$,
    'on day 4, whose high is 107'
);
select is(pg_temp.held('T02'), 0::numeric, 'nothing is left');
-- A bar that reaches both: the stop came first.
select order_id as entry from trade.place_bracket(
    pg_temp.account(), 'T03', 'buy', 10, 104, 101, as_of => '2018-01-03 23:00Z'
) \gset
select pg_temp.work() \g /dev/null
select results_eq(
    format('select type, status from trade.orders where oco = %s order by 1', :entry),
    $$values ('limit', 'canceled'), ('stop', 'filled')$$,
    'of a bar that reaches both the stop counts'
);
select is(pg_temp.held('T03'), 0::numeric, 'once');
-- Both legs together are one exit: no limit is broken, even where shorts are not allowed.
select tenant.set_setting('allow_short', 'false') \g /dev/null
select order_id as entry from trade.place_bracket(
    pg_temp.account(), 'T05', 'buy', 10, 500, 5, as_of => '2018-01-03 23:00Z'
) \gset
select pg_temp.work() \g /dev/null
select results_eq(
    format('select type, status from trade.orders where oco = %s order by 1', :entry),
    $$values ('limit', 'acked'), ('stop', 'acked')$$, 'both stand'
);
select is(
    (
        select max_quantity from risk.check_order(
            pg_temp.account(), 'T05', 'sell', 1, as_of => '2018-01-19 22:00Z'
        )
    ), 0::numeric, 'and all of the position is spoken for'
);
-- The exit plan takes them out of the market before it sells.
select tenant.set_setting('max_missing_bars', '1000') \g /dev/null
insert into market.bar (instrument_id, ts, open, high, low, close, known_at)
select instrument_id, '2018-03-05', 114, 115, 113, 114, '2018-03-05 21:00Z'
from market.instrument where symbol = 'T05';
select is(trade.watch_exits(pg_temp.account()), 1, 'its time is over');
select results_eq(
    format('select type, status from trade.orders where oco = %s order by 1', :entry),
    $$values ('limit', 'canceled'), ('stop', 'canceled')$$, 'the bracket goes'
);
insert into market.bar (instrument_id, ts, open, high, low, close, known_at)
select instrument_id, '2018-03-06', 114, 115, 113, 114, '2018-03-06 21:00Z'
from market.instrument where symbol = 'T05';
select pg_temp.work() \g /dev/null
select is(pg_temp.held('T05'), 0::numeric, 'and the position with it');
-- An entry that is never filled has no legs.
select order_id as entry from trade.place_bracket(
    pg_temp.account(), 'T13', 'buy', 10, 60, 40, 50, as_of => '2018-01-03 23:00Z'
) \gset
select pg_temp.work() \g /dev/null
select is(pg_temp.status(:entry), 'expired', 'an entry expires');
select is(
    (select status from trade.bracket where order_id = :entry), 'void', 'its bracket, too'
);
select order_id as again from trade.place_bracket(
    pg_temp.account(), 'T14', 'buy', 10, 500, 40, client_order_id => 'twice',
    as_of => '2018-01-03 23:00Z'
) \gset
select is(
    (
        trade.place_bracket(
            pg_temp.account(), 'T14', 'buy', 10, 500, 40, client_order_id => 'twice',
            as_of => '2018-01-03 23:00Z'
        )
    ).order_id, :again::bigint, 'asking twice is one order'
);
select throws_ok(
    format(
        $$select trade.place_bracket(%s, 'T14', 'buy', 10, 600, 40,
            client_order_id => 'twice', as_of => '2018-01-03 23:00Z')$$, pg_temp.account()
    ), 'BW122', null, 'with another bracket it is another'
);

-- What came too late for its group is canceled by the broker.
select is(
    trade.paper_submit(
        pg_temp.account(), 'stray', 'T01', 'sell', 10, 'limit', 500, null, 'day',
        '2018-01-03 23:00Z'
    ) ->> 'status', 'accepted', 'an order outside any group'
);
select is(
    trade.paper_submit(
        :live, 'stray', 'T01', 'sell', 10, 'limit', 500, null, 'day', '2018-01-03 23:00Z'
    ) ->> 'status', 'rejected', 'an account of another broker is not the paper broker''s'
);
select ok(
    (
        select bool_and(o.filled_quantity = coalesce(f.quantity, 0))
        from trade.orders as o
        left join (
            select tenant_id, order_id, sum(quantity) as quantity from trade.fill
            group by tenant_id, order_id
        ) as f using (tenant_id, order_id) where o.tenant_id = 9001
    ), 'orders are filled by their fills'
);
select is_empty('select * from trade.audit() where not agrees', 'the books agree');
select is_empty('select * from agent.verify_events()', 'the chain of events holds');
select is(
    (select sum(amount) from trade.ledger_entry where tenant_id = 9001), 0::numeric,
    'the ledger sums to zero'
);

select * from finish();
rollback;
