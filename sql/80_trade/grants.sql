-- The worker sends orders and books fills; the gateway and the analysts go through api.
-- Everything is taken back first: a grant that is gone from here is gone.

revoke all on schema trade
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all tables in schema trade
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on all functions in schema trade
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
grant usage on schema trade to bellwether_worker, bellwether_gateway;
grant execute on function
trade.place_order(
    bigint, text, text, numeric, text, numeric, numeric, text, bigint, text, boolean,
    timestamptz, integer, bigint, bigint
),
trade.begin_submit(bigint),
trade.submit_terms(bigint),
trade.record_legs(bigint, jsonb),
trade.record_submit(bigint, text, text, text),
trade.record_close(bigint, text, text),
trade.record_fill(bigint, text, numeric, numeric, numeric, timestamptz),
trade.open_orders(bigint),
trade.match_orders(bigint),
trade.broker_told(text),
trade.watch_exits(bigint),
trade.request_cancel(bigint, text),
trade.begin_cancel(bigint),
trade.record_cancel(bigint, text, text),
trade.replace_order(bigint, numeric, numeric, numeric),
trade.place_bracket(
    bigint, text, text, numeric, numeric, numeric, numeric, text, bigint, text,
    timestamptz
),
trade.reconcile(bigint, jsonb),
trade.reconcile_paper(bigint),
trade.preflight_passed(),
trade.polled_until(bigint, timestamptz),
trade.account_broker(bigint),
trade.performance(bigint, date, date),
trade.daily_summary(bigint, date),
trade.paper_cancel(bigint, text, timestamptz),
trade.paper_state(bigint),
trade.paper_submit(
    bigint, text, text, text, numeric, text, numeric, numeric, text, timestamptz
),
trade.paper_order(bigint, text),
trade.paper_fills(bigint, text),
trade.audit()
to bellwether_worker;
grant execute on function trade.audit() to bellwether_gateway;
-- A view of api counts with it, and a right on a function is asked of the caller.
grant execute on function trade.book_of(text, numeric, numeric, numeric)
to bellwether_reader, bellwether_gateway;

-- The circuit breaker is risk's, but looks at accounts.
revoke all on function risk.evaluate_breaker(bigint, timestamptz),
risk.close_breaker(bigint, text), risk.trip_breaker(bigint, text),
risk._losses(bigint, bigint), risk._may_close(risk.breaker, numeric, timestamptz),
risk._open_breaker(risk.breaker, text[], text),
risk._revalue(risk.breaker, timestamptz)
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
revoke all on function risk.halt_by_file(text)
from public, bellwether_worker, bellwether_gateway, bellwether_reader,
    bellwether_analyst;
grant execute on function risk.evaluate_breaker(bigint, timestamptz),
risk.halt_by_file(text)
to bellwether_worker;
