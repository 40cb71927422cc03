"""Checks alpaca_broker.py with Alpaca's own client; run by FakeAlpacaTests. Ends with 77 without it."""

import json
import pathlib
import subprocess
import sys


def check(base, say):
    from alpaca.common.exceptions import APIError
    from alpaca.trading.client import TradingClient
    from alpaca.trading.enums import OrderSide, QueryOrderStatus, TimeInForce
    from alpaca.trading.requests import GetOrdersRequest, MarketOrderRequest

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
