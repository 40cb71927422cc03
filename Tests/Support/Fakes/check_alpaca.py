"""Checks alpaca_broker.py with Alpaca's own client; run by FakeAlpacaTests. Ends with 77 without it."""

import json
import pathlib
import subprocess
import sys


def check(base, say):
    from alpaca.common.exceptions import APIError
    from alpaca.trading.client import TradingClient
    from alpaca.trading.enums import OrderSide, QueryOrderStatus, TimeInForce
    from alpaca.trading.enums import OrderClass
    from alpaca.trading.requests import (
        GetOrderByIdRequest, GetOrdersRequest, MarketOrderRequest, ReplaceOrderRequest,
        StopLossRequest, TakeProfitRequest,
    )

    client = TradingClient("k", "s", paper=True, url_override=base)
    wish = MarketOrderRequest(
        symbol="AAPL", qty=10, side=OrderSide.BUY, time_in_force=TimeInForce.DAY,
        client_order_id="bw-1",
    )
    order = client.submit_order(wish)
    assert str(order.status.value) == "new"
    try:
        client.submit_order(wish)
        raise AssertionError("a duplicate was taken")
    except APIError as error:
        assert error.status_code == 422 and "unique" in error.message
    assert client.get_order_by_client_id("bw-1").id == order.id
    say(fill={"client_order_id": "bw-1", "qty": "4", "price": "150.5"})
    assert str(client.get_order_by_id(order.id).filled_qty) == "4"
    fills = client.get("/account/activities/FILL")
    assert fills[0]["qty"] == "4" and fills[0]["order_id"] == str(order.id)
    position = client.get_all_positions()[0]
    assert position.symbol == "AAPL" and position.avg_entry_price == "150.5"
    assert client.get_clock().is_open and client.get_account().currency == "USD"
    client.cancel_order_by_id(order.id)
    closed = client.get_orders(GetOrdersRequest(status=QueryOrderStatus.CLOSED))
    assert [o.status.value for o in closed] == ["canceled"]

    # A bracket: the legs come with it, wait for it, and exclude each other.
    whole = client.submit_order(
        MarketOrderRequest(
            symbol="MSFT", qty=10, side=OrderSide.BUY, time_in_force=TimeInForce.GTC,
            client_order_id="bw-2", order_class=OrderClass.BRACKET,
            take_profit=TakeProfitRequest(limit_price=120),
            stop_loss=StopLossRequest(stop_price=90),
        )
    )
    assert [leg.status.value for leg in whole.legs] == ["held", "held"]
    profit, loss = whole.legs
    say(fill={"client_order_id": "bw-2", "qty": "10", "price": "100"})
    nested = client.get_order_by_id(whole.id, GetOrderByIdRequest(nested=True))
    assert [leg.status.value for leg in nested.legs] == ["new", "held"]
    moved = client.replace_order_by_id(loss.id, ReplaceOrderRequest(stop_price=95))
    assert moved.replaces == loss.id and client.get_order_by_id(loss.id).replaced_by == moved.id
    try:
        client.submit_order(
            MarketOrderRequest(
                symbol="MSFT", qty=10, side=OrderSide.SELL, time_in_force=TimeInForce.DAY
            )
        )
        raise AssertionError("what a leg may sell was sold by another")
    except APIError as error:
        assert error.status_code == 403 and "insufficient qty" in error.message
    say(price={"symbol": "MSFT", "price": "94"})
    assert client.get_order_by_id(moved.id).status.value == "filled"
    assert client.get_order_by_id(profit.id).status.value == "canceled"


if __name__ == "__main__":
    path = pathlib.Path(__file__).with_name("alpaca_broker.py")
    process = subprocess.Popen(
        [sys.executable, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    port = process.stdout.readline().strip()

    def say(**command):
        process.stdin.write(json.dumps(command) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    try:
        check(f"http://127.0.0.1:{port}", say)
    except ModuleNotFoundError as missing:
        print(f"skipped: {missing}")
        sys.exit(77)
    finally:
        process.stdin.close()
        process.wait(10)
    print("ok")
