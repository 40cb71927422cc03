"""Checks market_data.py and market_stream.py with the vendors' own clients.

    check_market.py alpaca|binance|bybit|yahoo

Run by FakeMarketTests. Ends with 77 where a client is not installed. Yahoo has none: yfinance is
the one that people use.
"""

import asyncio
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta, timezone

DAY = timedelta(days=1)
NOW = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
PRICE = {"symbol": "BTC", "bid": "100.5", "ask": "100.7", "last": "100.6"}
CANDLE = {
    "symbol": "BTC", "interval": "1m", "start": int(NOW.timestamp()), "open": "100",
    "high": "102", "low": "99", "close": "101", "volume": "5", "complete": True,
}


class Fake:
    """One of the fakes, told what to do over its standard streams."""

    def __init__(self, name):
        path = pathlib.Path(__file__).with_name(name + ".py")
        self.process = subprocess.Popen(
            [sys.executable, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.lock = threading.Lock()
        self.port = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.process.stdin.close()
        self.process.wait(10)

    def say(self, **command):
        with self.lock:
            self.process.stdin.write(json.dumps(command) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())


class Heard:
    """What a client's callbacks were given, until all that is awaited is there."""

    def __init__(self, fake, *messages):
        self.fake, self.messages, self.got = fake, messages, {}

    def note(self, name, value):
        self.got.setdefault(name, value)

    def tell(self, names):
        """Tells again and again: a client may say late that it listens."""
        end = time.monotonic() + 20
        while set(self.got) < set(names):
            assert time.monotonic() < end, f"heard only {sorted(self.got)}"
            for message in self.messages:
                self.fake.say(tell=message)
            time.sleep(0.05)
        return self.got


def refused(call, *words):
    """The client takes the fake's refusal for its vendor's."""
    try:
        call()
    except Exception as error:
        text = f"{error} {getattr(error, 'message', '')}"
        assert all(word in text for word in words), repr(text)
        return
    raise AssertionError("nobody refused")


def milliseconds(time_):
    return int(time_.timestamp() * 1000)


def check_alpaca(data, stream):
    from alpaca.data.historical import CryptoHistoricalDataClient, StockHistoricalDataClient
    from alpaca.data.live import CryptoDataStream, StockDataStream
    from alpaca.data.requests import CryptoBarsRequest, StockBarsRequest, StockLatestQuoteRequest
    from alpaca.data.timeframe import TimeFrame

    base = f"http://127.0.0.1:{data.port}"
    shares = StockHistoricalDataClient("k", "s", url_override=base)
    wish = StockBarsRequest(
        symbol_or_symbols="AAPL", timeframe=TimeFrame.Day, start=NOW - 30 * DAY, end=NOW - DAY
    )
    # Three pages: the client follows the token.
    data.say(script=[{"match": "/bars", "page": 9}] * 3)
    days = shares.get_stock_bars(wish)["AAPL"]
    assert len({day.timestamp for day in days}) == len(days) >= 19, len(days)
    assert all(day.low <= min(day.open, day.close) for day in days)
    assert all(day.timestamp.hour in (4, 5) for day in days), "a day begins in New York"
    quote = shares.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols="AAPL"))["AAPL"]
    assert 0 < quote.bid_price < quote.ask_price and quote.timestamp.tzinfo
    refused(
        lambda: shares.get_stock_bars(
            StockBarsRequest(symbol_or_symbols="ZZZZ", timeframe=TimeFrame.Day, start=NOW - DAY)
        ), "invalid symbol: ZZZZ",
    )
    coins = CryptoHistoricalDataClient("k", "s", url_override=base)
    hours = coins.get_crypto_bars(
        CryptoBarsRequest(
            symbol_or_symbols="BTC/USD", timeframe=TimeFrame.Hour, start=NOW - 3 * DAY, end=NOW - DAY
        )
    )["BTC/USD"]
    assert len(hours) == 49 and hours[1].timestamp - hours[0].timestamp == timedelta(hours=1)

    for kind, path, name, told in (
        (StockDataStream, "/v2/iex", "AAPL", "AAPL"),
        (CryptoDataStream, "/v1beta3/crypto/us", "BTC/USD", "BTC"),
    ):
        heard = Heard(stream, PRICE | {"symbol": told}, CANDLE | {"symbol": told})
        client = kind("secret-id", "secret-key", url_override=f"ws://127.0.0.1:{stream.port}{path}")

        def note(what):
            async def handler(value):
                heard.note(what, value)

            return handler

        client.subscribe_quotes(note("quote"), name)
        client.subscribe_trades(note("trade"), name)
        client.subscribe_bars(note("bar"), name)
        thread = threading.Thread(target=client.run, daemon=True)
        thread.start()
        got = heard.tell({"quote", "trade", "bar"})
        assert (got["quote"].bid_price, got["quote"].ask_price) == (100.5, 100.7)
        assert got["trade"].price == 100.6 and got["trade"].symbol == name
        assert got["bar"].timestamp == NOW and got["bar"].high == 102 and got["bar"].volume == 5
        client.stop()
        thread.join(20)


def check_binance(data, stream):
    from binance_common.configuration import ConfigurationRestAPI, ConfigurationWebSocketStreams
    from binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures import (
        DerivativesTradingUsdsFutures,
    )

    asked = DerivativesTradingUsdsFutures(
        config_rest_api=ConfigurationRestAPI(
            api_key="k", api_secret="s", base_path=f"http://127.0.0.1:{data.port}", retries=0
        )
    ).rest_api
    span = dict(start_time=milliseconds(NOW - 9 * DAY), end_time=milliseconds(NOW - 2 * DAY), limit=100)
    days = asked.kline_candlestick_data("BTCUSDT", "1d", **span).data()
    assert len(days) == 8 and int(days[0][0]) == span["start_time"], days[:1]
    assert float(days[0][3]) <= float(days[0][4]) <= float(days[0][2])
    rates = asked.get_funding_rate_history("BTCUSDT", **span).data()
    assert len(rates) == 22 and abs(float(rates[0].funding_rate)) <= 0.0001
    interest = asked.open_interest_statistics("BTCUSDT", "1d", **span).data()
    assert len(interest) == 8 and float(interest[0].sum_open_interest) >= 1000
    ratios = asked.long_short_ratio("BTCUSDT", "1d", **span).data()
    assert len(ratios) == 8 and float(ratios[0].long_short_ratio) == 1.5
    best = asked.symbol_order_book_ticker("BTCUSDT").data()
    best = getattr(best, "actual_instance", best)
    assert float(best.bid_price) < float(best.ask_price)
    refused(lambda: asked.kline_candlestick_data("ZZZUSDT", "1d", **span), "Invalid symbol")

    async def listen():
        client = DerivativesTradingUsdsFutures(
            config_ws_streams=ConfigurationWebSocketStreams(
                stream_url=f"ws://127.0.0.1:{stream.port}"
            )
        ).websocket_streams
        await client.create_connection()
        heard = Heard(stream, PRICE, CANDLE)
        best = await client.individual_symbol_book_ticker_streams("btcusdt")
        best.on("message", lambda value: heard.note("best", value))
        candles = await client.kline_candlestick_streams("btcusdt", "1m")
        candles.on("message", lambda value: heard.note("candle", value))
        got = await asyncio.to_thread(heard.tell, {"best", "candle"})
        assert (got["best"].b, got["best"].a) == ("100.5", "100.7")
        candle = got["candle"].k
        assert candle.x and candle.t == milliseconds(NOW) and candle.c == "101"
        await client.close_connection(close_session=True)

    asyncio.run(listen())


def check_bybit(data, stream):
    from pybit.unified_trading import HTTP, WebSocket

    asked = HTTP()
    asked.endpoint = f"http://127.0.0.1:{data.port}"
    head = dict(category="linear", symbol="BTCUSDT", limit=200)
    span = dict(start=milliseconds(NOW - 9 * DAY), end=milliseconds(NOW - 2 * DAY))
    days = asked.get_kline(interval="D", **head, **span)["result"]["list"]
    assert len(days) == 8 and int(days[0][0]) > int(days[-1][0]), "the newest is the first"
    span = dict(startTime=span["start"], endTime=span["end"])
    rates = asked.get_funding_rate_history(**head, **span)["result"]["list"]
    assert len(rates) == 22 and float(rates[0]["fundingRate"]) == 0.0001
    interest = asked.get_open_interest(intervalTime="1h", **head, **span)["result"]["list"]
    assert len(interest) == 169 and float(interest[0]["openInterest"]) == 2000
    ratios = asked.get_long_short_ratio(period="1h", **head, **span)["result"]["list"]
    assert {row["buyRatio"] for row in ratios} == {"0.6"}
    tickers = asked.get_tickers(category="linear", symbol="BTCUSDT")["result"]["list"]
    assert float(tickers[0]["bid1Price"]) < float(tickers[0]["ask1Price"])
    refused(
        lambda: asked.get_kline(interval="D", **head | {"symbol": "ZZZUSDT"}, **span),
        "Symbol Invalid", "10001",
    )

    class Local(WebSocket):
        """The client names its host by a domain; everything else of it is as it is."""

        def _connect(self, url):
            super()._connect(f"ws://127.0.0.1:{stream.port}" + url.split(".com")[-1])

    client = Local("linear", testnet=False)
    heard = Heard(stream, PRICE, CANDLE)
    client.ticker_stream("BTCUSDT", lambda value: heard.note("ticker", value))
    client.kline_stream(1, "BTCUSDT", lambda value: heard.note("candle", value))
    got = heard.tell({"ticker", "candle"})
    ticker = got["ticker"]["data"]
    assert (ticker["bid1Price"], ticker["ask1Price"]) == ("100.5", "100.7")
    candle = got["candle"]["data"][0]
    assert candle["confirm"] and candle["start"] == milliseconds(NOW) and candle["close"] == "101"
    client.exit()


def check_yahoo(data, stream):
    import yfinance
    import yfinance.base
    import yfinance.scrapers.history
    from yfinance.data import YfData

    # Its hosts are constants; cookies are another host's matter.
    for module in (yfinance.base, yfinance.scrapers.history):
        module._BASE_URL_ = f"http://127.0.0.1:{data.port}"
    YfData._get_cookie_and_crumb = lambda self, *args, **kwargs: (None, "basic")
    yfinance.set_tz_cache_location(tempfile.mkdtemp())
    span = dict(start=(NOW - 30 * DAY).date(), end=NOW.date(), auto_adjust=False)
    days = yfinance.Ticker("AAPL").history(interval="1d", **span)
    assert len(days) >= 19 and str(days.index.tz) == "America/New_York"
    assert (days["Low"] <= days["Close"]).all() and (days["Adj Close"] == days["Close"]).all()
    coins = yfinance.Ticker("BTC-USD").history(interval="1h", **span)
    assert len(coins) == 30 * 24, len(coins)
    # Of what it does not know it would ask other hosts.
    yfinance.base._tz_info_fetch_ctr = 2
    assert yfinance.Ticker("ZZZZ").history(interval="1d", **span).empty


CLIENTS = {
    "alpaca": ["alpaca"], "binance": ["binance_sdk_derivatives_trading_usds_futures"],
    "bybit": ["pybit"], "yahoo": ["yfinance"],
}

if __name__ == "__main__":
    vendor = sys.argv[1]
    for package in CLIENTS[vendor]:
        if not importlib.util.find_spec(package):
            print(f"skipped: the Python package {package} is not installed")
            sys.exit(77)
    with Fake("market_data") as data, Fake("market_stream") as stream:
        globals()[f"check_{vendor}"](data, stream)
    print("ok")
