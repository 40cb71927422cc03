\echo One more order, far above the limit of a position: it is refused, and the row says why.
select symbol, side, quantity, status, reason_code
from api.place_order(
    account_id => (select min(account_id) from api.accounts), symbol => 'AAPL', side => 'buy',
    quantity => 100000, client_order_id => 'demo-too-large', as_of => '2018-02-14'
);
\echo Orders:
select
    placed_at::date as day, symbol, side, quantity, status, reason_code,
    filled_quantity as filled, round(average_fill_price, 2) as price
from api.orders
order by placed_at, symbol;
\echo Fills at the next open, with fee and slippage:
select filled_at, symbol, side, quantity, round(price, 2) as price, round(fee, 2) as fee
from api.fills
order by filled_at, symbol;
\echo Positions:
select symbol, quantity, round(average_cost, 2) as cost, round(realised, 2) as realised
from api.positions
where quantity <> 0
order by symbol;
\echo Equity:
select day, round(cash, 2) as cash, round(positions_value, 2) as positions, round(equity, 2) as equity
from api.equity
where day between '2018-02-01' and '2018-02-16'
order by day;
