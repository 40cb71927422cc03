"""Alpaca's, Binance's, Bybit's and Yahoo's market data on the loopback, one made-up market.

Each vendor's paths, shapes, limits and errors are its own; the prices are a function of symbol and
time, the same at all of them. Beside the faults of fake.py a step knows:

    empty       no rows, as if nothing had been traded
    again       the rows of the request before (a proxy's stale page)
    shuffled    the rows out of order
    poison      the third row has a price that is NaN, the fourth a high below its low, the fifth
                a time that is some seconds off, the sixth is no row
    slow        the answer comes a few bytes at a time

Commands of the test: {"price": {"symbol": S, "bid": B, "ask": A, "last": L}} sets what quotes say.
"""

import json
import math
import time
from datetime import datetime, timezone
from urllib.parse import unquote

from fake import FakeHandler, start

DAY = 86400
COINS = {"BTC", "ETH"}
STOCKS = {"AAPL", "MSFT"}
SECONDS = {
    "1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "60m": 3600, "4h": 14400, "1d": DAY,
    "1Min": 60, "5Min": 300, "15Min": 900, "30Min": 1800, "1Hour": 3600, "4Hour": 14400,
    "1Day": DAY, "1": 60, "5": 300, "15": 900, "30": 1800, "60": 3600, "240": 14400, "D": DAY,
    "5min": 300, "15min": 900, "30min": 1800,
}


def price(name, at):
    """What a coin or share costs at a time, in cents that are exact."""
    base = 100 + 10 * (sum(map(ord, name)) % 7)
    return round(base + 8 * math.sin(at / 500000) + 2 * math.sin(at / 7000), 2)


def bar(name, at, length):
    steps = [price(name, at + length * k / 4) for k in range(5)]
    return {
        "t": at, "o": steps[0], "h": max(steps), "l": min(steps), "c": steps[4],
        "v": 1000 + at // length % 97,
    }


def is_session(at):
    """Whether New York trades on that date; our calendar has no holidays."""
    return datetime.fromtimestamp(at, timezone.utc).weekday() < 5


def times(name, begin, end, length, early=0, late=0):
    """Starts of bars in [begin, end), coins all day, shares from 14:30 to 21:00 UTC."""
    at = -(-begin // length) * length
    while at < end:
        if name in COINS:
            yield at
        elif is_session(at):
            second = at % DAY
            # The bar of an hour shares half of it with the session.
            opens = 52200 - early - (length - 1 if length > 1800 else 0)
            if length == DAY or opens <= second < 75600 + late:
                yield at
        at += length


def iso(at):
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


class Market(FakeHandler):
    quotes = {}
    before = {}

    @classmethod
    def command(cls, command):
        told = command["price"]
        cls.quotes[told["symbol"]] = told
        return "ok"

    # How each vendor says no.

    def error(self, status, message, kind=None, step=None):
        if self.path.startswith("/v8/"):
            return {"chart": {"result": None, "error": {"code": "Not Found", "description": message}}}
        if self.path.startswith("/v5/"):
            return {"retCode": 10000, "retMsg": message, "result": {}, "retExtInfo": {}, "time": 0}
        if self.path.startswith("/v2/") or self.path.startswith("/v1beta3/"):
            return {"message": message}
        return {"code": -1003 if status in (418, 429) else -1000, "msg": message}

    def respond(self, method, path, query, body, step):
        parts = path.split("/")
        if path.startswith("/v8/finance/chart/"):
            return self.yahoo(unquote(parts[-1]), query, step)
        if path.startswith("/fapi/") or path.startswith("/futures/"):
            return self.binance(parts[-1], query, step)
        if path.startswith("/v5/market/"):
            return self.bybit("/".join(parts[3:]), query, step)
        if path.startswith("/v2/stocks/") or path.startswith("/v1beta3/crypto/us/"):
            return self.alpaca(path, query, step)
        return self.send_json(404, self.error(404, "no such path"))

    def answer(self, value, step, headers=None):
        data = json.dumps(value).encode()
        pause = 0.001 if step.get("fault") == "slow" else None
        self.send_bytes(200, data, dict(headers or {}, **step.get("headers", {})), pause=pause)

    def faulty(self, vendor, rows, step, poison):
        """The rows as a fault makes them."""
        fault = step.get("fault")
        if fault == "empty":
            return []
        if fault == "again":
            return self.before.get(vendor, rows)
        self.before[vendor] = rows
        rows = list(rows)
        if fault == "shuffled":
            rows = rows[1::2] + rows[::2][::-1]
        if fault == "poison":
            for place, how in enumerate(("nan", "range", "time", "shape")):
                if len(rows) > place + 2:
                    rows[place + 2] = poison(rows[place + 2], how)
        return rows

    # Yahoo

    def yahoo(self, name, query, step):
        coin = name[:-4] if name.endswith("-USD") else name
        if coin not in COINS | STOCKS:
            return self.send_json(
                404,
                self.error(404, "No data found, symbol may be delisted"),
            )
        length = SECONDS[query["interval"]]
        now = int(time.time())
        if "range" in query:
            begin, end = now - DAY, now
        else:
            begin, end = int(query["period1"]), int(query["period2"])
        if length < DAY and begin < now - (8 if length == 60 else 60) * DAY:
            return self.send_json(
                422, self.error(422, f"{query['interval']} data not available")
            )
        zone = "UTC" if coin in COINS else "America/New_York"
        rows = []
        for at in times(coin, begin, min(end, now), length):
            told = dict(bar(coin, at, length))
            if length == DAY and coin in STOCKS:
                told["t"] = at + 52200
            rows.append(told)

        def poison(row, how):
            return {
                "nan": dict(row, c="NaN"), "range": dict(row, h=row["l"] - 1),
                "time": dict(row, t=row["t"] + 37), "shape": dict(row, t=None),
            }[how]

        rows = self.faulty("yahoo", rows, step, poison)
        told = self.quotes.get(name, {})
        result = {
            "meta": {
                "currency": "USD", "symbol": name, "exchangeTimezoneName": zone,
                "instrumentType": "CRYPTOCURRENCY" if coin in COINS else "EQUITY",
                "validRanges": ["1d", "5d", "1mo", "1y", "max"], "priceHint": 2,
                "gmtoffset": 0, "regularMarketPrice": told.get("last", price(coin, now)),
                "regularMarketTime": now, "dataGranularity": query["interval"],
            },
            "indicators": {"quote": [{}], "adjclose": [{}]},
        }
        if length < DAY:
            # When it was traded, day by day; names and offsets of zones beside it.
            opens, closes = (0, DAY) if coin in COINS else (52200, 75600)
            result["meta"]["tradingPeriods"] = [
                [{"timezone": "x", "gmtoffset": 0, "start": day + opens, "end": day + closes}]
                for day in range(begin - begin % DAY, end, DAY)
                if coin in COINS or is_session(day)
            ]
        if rows:
            result["timestamp"] = [r["t"] for r in rows]
            result["indicators"]["quote"] = [
                {
                    column: [r[key] for r in rows]
                    for column, key in zip(("open", "high", "low", "close", "volume"), "ohlcv")
                }
            ]
            result["indicators"]["adjclose"] = [{"adjclose": [r["c"] for r in rows]}]
        return self.answer({"chart": {"result": [result], "error": None}}, step)

    # Binance

    def binance(self, what, query, step):
        coin = query.get("symbol", "")[:-4]
        if coin not in COINS:
            return self.send_json(400, {"code": -1121, "msg": "Invalid symbol."})
        used = {"X-MBX-USED-WEIGHT-1M": "7"}
        now = int(time.time())
        if what == "bookTicker":
            told = self.quotes.get(coin, {})
            return self.answer(
                {
                    "symbol": query["symbol"], "bidPrice": told.get("bid", str(price(coin, now))),
                    "bidQty": "1", "askPrice": told.get("ask", str(price(coin, now) + 0.1)),
                    "askQty": "1", "time": int(time.time() * 1000),
                },
                step, used,
            )
        begin, end = int(query["startTime"]) // 1000, int(query["endTime"]) // 1000 + 1
        end, limit = min(end, now), int(query["limit"])
        if what != "klines" and what != "fundingRate" and begin < now - 30 * DAY:
            return self.send_json(400, {"code": -1130, "msg": "parameter 'startTime' is invalid."})
        if what == "klines":
            length = SECONDS[query["interval"]]
            rows = [
                [
                    b["t"] * 1000, str(b["o"]), str(b["h"]), str(b["l"]), str(b["c"]), str(b["v"]),
                    (b["t"] + length) * 1000 - 1, "0", 10, "0", "0", "0",
                ]
                for b in (bar(coin, at, length) for at in times(coin, begin, end, length))
            ]
        else:
            length = 28800 if what == "fundingRate" else SECONDS[query["period"]]
            rows = [
                {
                    "fundingRate": {
                        "symbol": query["symbol"], "fundingRate": f"{0.0001 * math.cos(at / 9e5):.8f}",
                        "fundingTime": at * 1000 + 3, "markPrice": str(price(coin, at)),
                    },
                    "openInterestHist": {
                        "symbol": query["symbol"], "sumOpenInterest": str(1000 + at // 3600 % 50),
                        "sumOpenInterestValue": "1", "timestamp": at * 1000,
                    },
                    "globalLongShortAccountRatio": {
                        "symbol": query["symbol"], "longShortRatio": "1.5000",
                        "longAccount": "0.6", "shortAccount": "0.4", "timestamp": at * 1000,
                    },
                }[what]
                for at in times(coin, begin, end, length)
            ]

        def poison(row, how):
            if isinstance(row, dict):
                key = [k for k in row if k in ("fundingRate", "sumOpenInterest", "longShortRatio")][0]
                return {
                    "nan": dict(row, **{key: "NaN"}), "range": dict(row, **{key: None}),
                    "time": {key: "1"}, "shape": [],
                }[how]
            return {
                "nan": row[:4] + ["NaN"] + row[5:], "range": row[:2] + ["0.5"] + row[3:],
                "time": [row[0] + 37000] + row[1:], "shape": {"no": "row"},
            }[how]

        return self.answer(self.faulty("binance", rows[:limit], step, poison), step, used)

    # Bybit: newest first, and errors with status 200

    def bybit(self, what, query, step):
        coin = query.get("symbol", "")[:-4]
        now = int(time.time())

        def reply(code, message, result):
            return self.answer(
                {
                    "retCode": code, "retMsg": message, "result": result, "retExtInfo": {},
                    "time": now * 1000,
                },
                step, {"X-Bapi-Limit": "50", "X-Bapi-Limit-Status": "49"},
            )

        if step.get("fault") == "rate":
            return reply(10006, "Too many visits!", {})
        if coin not in COINS:
            return reply(10001, "params error: Symbol Invalid", {})
        head = {"category": "linear", "symbol": query["symbol"]}
        if what == "tickers":
            told = self.quotes.get(coin, {})
            ticker = {
                "symbol": query["symbol"], "lastPrice": told.get("last", str(price(coin, now))),
                "bid1Price": told.get("bid", str(price(coin, now))),
                "ask1Price": told.get("ask", str(price(coin, now) + 0.1)),
            }
            return reply(0, "OK", dict(head, list=[ticker]))
        first, last = ("start", "end") if what == "kline" else ("startTime", "endTime")
        begin, end = int(query[first]) // 1000, int(query[last]) // 1000 + 1
        limit = int(query["limit"])
        if what == "kline":
            length = SECONDS[query["interval"]]
            rows = [
                [str(b["t"] * 1000)] + [str(b[k]) for k in "ohlcv"] + ["1"]
                for b in (bar(coin, at, length) for at in times(coin, begin, min(end, now), length))
            ]
        elif what == "funding/history":
            rows = [
                {
                    "symbol": query["symbol"], "fundingRate": "0.0001",
                    "fundingRateTimestamp": str(at * 1000),
                }
                for at in times(coin, begin, min(end, now), 28800)
            ]
        elif what == "open-interest":
            rows = [
                {"openInterest": "2000", "timestamp": str(at * 1000)}
                for at in times(coin, begin, min(end, now), SECONDS[query["intervalTime"]])
            ]
        elif what == "account-ratio":
            rows = [
                {
                    "symbol": query["symbol"], "buyRatio": "0.6", "sellRatio": "0.4",
                    "timestamp": str(at * 1000),
                }
                for at in times(coin, begin, min(end, now), SECONDS[query["period"]])
            ]
        else:
            return self.send_json(404, self.error(404, "no such path"))

        def poison(row, how):
            if isinstance(row, dict):
                return {"nan": dict(row, openInterest="NaN"), "shape": 7}.get(how, row)
            return {
                "nan": row[:4] + ["NaN"] + row[5:], "range": row[:2] + ["0.5"] + row[3:],
                "time": [str(int(row[0]) + 37000)] + row[1:], "shape": [],
            }[how]

        rows = rows[-limit:][::-1]
        return reply(
            0, "OK", dict(head, list=self.faulty("bybit", rows, step, poison), nextPageCursor="")
        )

    # Alpaca: several symbols, pages by token, shares before the open and after the close, too

    def alpaca(self, path, query, step):
        if not self.headers.get("apca-api-key-id") or not self.headers.get("apca-api-secret-key"):
            return self.send_json(401, {"message": "unauthorized."})
        symbols = query["symbols"].split(",")
        coins = "crypto" in path
        for symbol in symbols:
            if (symbol.split("/")[0] not in COINS) if coins else (symbol not in STOCKS):
                return self.send_json(400, {"message": f"invalid symbol: {symbol}"})
        left = {"X-RateLimit-Limit": "200", "X-RateLimit-Remaining": "199"}
        if "quotes" in path:
            now = int(time.time())
            quotes = {}
            for symbol in symbols:
                name = symbol.split("/")[0]
                told = self.quotes.get(name, {})
                cost = price(name, now)
                quotes[symbol] = {
                    "t": told.get("t", iso(now)), "bp": told.get("bid", cost), "bs": 1,
                    "ap": told.get("ask", cost + 0.1), "as": 1, "c": ["R"], "z": "C",
                }
            return self.answer({"quotes": quotes}, step, left)
        length = SECONDS[query["timeframe"]]
        begin, end = seconds(query["start"]), seconds(query["end"]) + 1
        limit = min(int(query["limit"]), step.get("page", 1000))
        at = int(query.get("page_token") or 0)
        name = symbols[0].split("/")[0]
        rows = []
        for start_ in times(name, begin, min(end, int(time.time())), length, 1800, 3600):
            b = bar(name, start_, length)
            offset = 18000 if length == DAY and not coins else 0
            rows.append(
                {
                    "t": iso(start_ + offset), "o": b["o"], "h": b["h"], "l": b["l"], "c": b["c"],
                    "v": b["v"], "n": 10, "vw": b["c"],
                }
            )
        page = rows[at : at + limit]
        token = str(at + limit) if at + limit < len(rows) else None

        def poison(row, how):
            return {
                "nan": dict(row, c="NaN"), "range": dict(row, h=0.5),
                "time": dict(row, t=row["t"][:-3] + "37Z"), "shape": 7,
            }[how]

        page = self.faulty("alpaca", page, step, poison)
        return self.answer(
            {"bars": {symbols[0]: page} if page else {}, "next_page_token": token}, step, left
        )


if __name__ == "__main__":
    start(Market)
