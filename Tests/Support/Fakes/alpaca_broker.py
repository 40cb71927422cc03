"""Alpaca's trading interface on the loopback: one account whose orders the test fills.

Beside the faults of fake.py a step knows "drop": the request takes effect, and its answer is lost.
Commands of the test:

    {"fill": {"client_order_id": C, "qty": Q, "price": P}}   a fill of an order
    {"end": {"client_order_id": C, "status": "expired"}}     an order ends by itself
    {"trade": {"symbol": S, "qty": Q, "side": S, "price": P}}  somebody trades by hand, elsewhere
    {"move": {"type": "DIV", "amount": "1.5"}}               money comes or goes
    {"book": true}                                           all orders by client id
    {"chaos": {"seed": N, "drop": 0.2, "500": 0.08, "429": 0.04}}
                                                             faults of POST orders at random
    {"met": true}                                            how many faults of each kind came
    {"fills": "100.25"}                                      market orders fill at once, in two parts
    {"price": {"symbol": S, "price": P, "share": "0.4"}}     the market goes there: what it reaches is
                                                             filled, wholly or that share of it
    {"held": S}                                              what the account holds of a symbol

Brackets are as its documents and its staff's answers in its forum have them: legs are held until
the entry is wholly filled; then the profit stands and the stop waits; a leg that is filled cancels
the other, in part it lowers it; who cancels one cancels both, and who cancels the entry all three.
What a standing order may sell is set aside: another sale of it is refused.
"""

import random
import socket
import threading
import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from fake import FakeHandler, start

OPEN = {"new", "partially_filled", "accepted", "held"}


def text(number):
    return format(Decimal(number).normalize(), "f")


class Book:
    """What the broker knows; it survives every fault."""

    def __init__(self):
        self.lock = threading.Lock()
        self.orders = []
        self.fills = []
        self.movements = []
        self.clock = datetime.now(timezone.utc)

    def now(self):
        """The time, and never the same twice."""
        self.clock = max(datetime.now(timezone.utc), self.clock + timedelta(microseconds=1))
        return self.clock.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def find(self, **wanted):
        for order in self.orders:
            if all(order[k] == v for k, v in wanted.items()):
                return order
        return None

    def add(self, body):
        crypto = "/" in body["symbol"]
        now = self.now()
        order = {
            "id": str(uuid.uuid4()), "client_order_id": body["client_order_id"],
            "created_at": now, "updated_at": now, "submitted_at": now, "filled_at": None,
            "expired_at": None, "canceled_at": None, "failed_at": None, "replaced_at": None,
            "replaced_by": None, "replaces": None, "asset_id": str(uuid.uuid4()),
            "symbol": body["symbol"], "asset_class": "crypto" if crypto else "us_equity",
            "notional": None, "entry": None, "qty": body["qty"], "filled_qty": "0", "filled_avg_price": None,
            "order_class": body.get("order_class") or ("" if crypto else "simple"), "order_type": body["type"],
            "type": body["type"], "side": body["side"], "time_in_force": body["time_in_force"],
            "limit_price": body.get("limit_price"), "stop_price": body.get("stop_price"),
            "status": "new", "extended_hours": False, "legs": None, "trail_percent": None,
            "trail_price": None, "hwm": None,
        }
        self.orders.append(order)
        if order["order_class"] in ("bracket", "oto"):
            self.add_legs(order, body)
        return order

    def add_legs(self, order, body):
        for leg, price, kind in [
            ("take_profit", "limit_price", "limit"), ("stop_loss", "stop_price", "stop")
        ]:
            if leg not in body:
                continue
            made = self.add({
                "symbol": order["symbol"], "qty": order["qty"], "type": kind,
                "side": "sell" if order["side"] == "buy" else "buy",
                "time_in_force": order["time_in_force"], "client_order_id": str(uuid.uuid4()),
                price: str(body[leg][price]),
            })
            made.update(
                order_class=order["order_class"], entry=order["id"], status="held",
                submitted_at=order["submitted_at"],
            )

    def legs(self, order):
        return [o for o in self.orders if o["entry"] == order["id"]]

    def siblings(self, order):
        if not order["entry"]:
            return []
        return [
            o for o in self.orders
            if o["entry"] == order["entry"] and o is not order and o["status"] in OPEN
        ]

    def end(self, order, status):
        """An order ends, and with it what belongs to it."""
        also = self.siblings(order) if order["entry"] else self.legs(order)
        for one in [order] + (also if status != "replaced" else []):
            if one["status"] in OPEN:
                one["status"] = status
                one["canceled_at"] = self.now() if status == "canceled" else None

    def wake(self, order):
        """The legs of an entry that is wholly filled."""
        legs = self.legs(order)
        for leg in legs:
            if leg["status"] == "held" and (leg["type"] == "limit" or len(legs) == 1):
                leg["status"] = "new"

    def reached(self, order, price):
        if order["status"] not in OPEN:
            return False
        if order["entry"] and self.find(id=order["entry"])["status"] != "filled":
            return False
        up = order["side"] == "buy"
        if order["type"] == "limit":
            limit = Decimal(order["limit_price"])
            return price <= limit if up else price >= limit
        if order["type"] == "stop":
            stop = Decimal(order["stop_price"])
            return price >= stop if up else price <= stop
        return True

    def market(self, symbol, price, share=None):
        for order in list(self.orders):
            if order["symbol"] == symbol and self.reached(order, Decimal(price)):
                left = Decimal(order["qty"]) - Decimal(order["filled_qty"])
                part = left if share is None else max(Decimal(1), left * Decimal(share) // 1)
                self.fill(order, text(min(left, part)), price)

    def available(self, symbol):
        """What may be sold: what is held, less what standing orders may sell."""
        aside = {}
        for order in self.orders:
            if order["symbol"] == symbol and order["side"] == "sell" and order["status"] in OPEN:
                if order["entry"] and self.find(id=order["entry"])["status"] in OPEN:
                    continue
                left = Decimal(order["qty"]) - Decimal(order["filled_qty"])
                group = order["entry"] or order["id"]
                aside[group] = max(aside.get(group, 0), left)
        return self.held(symbol) - sum(aside.values())

    def held(self, symbol):
        return sum(
            (Decimal(f["qty"]) if f["side"] == "buy" else -Decimal(f["qty"]))
            for f in self.fills if f["symbol"] == symbol
        )

    def shown(self, order, nested):
        if not nested or not self.legs(order):
            return order
        return dict(order, legs=[dict(leg, legs=None) for leg in self.legs(order)])

    def fill(self, order, qty, price):
        done = Decimal(order["filled_qty"])
        paid = Decimal(order["filled_avg_price"] or 0) * done + Decimal(qty) * Decimal(price)
        done += Decimal(qty)
        whole = done >= Decimal(order["qty"])
        order["filled_qty"] = text(done)
        order["filled_avg_price"] = text(round(paid / done, 6))
        order["status"] = "filled" if whole else "partially_filled"
        now = self.now()
        if whole:
            order["filled_at"] = now
        self.fills.append(
            {
                "id": f"20261120150000000::{uuid.uuid4()}", "activity_type": "FILL",
                "transaction_time": now, "type": "fill" if whole else "partial_fill",
                "price": str(price), "qty": str(qty), "side": order["side"],
                "symbol": order["symbol"], "leaves_qty": text(Decimal(order["qty"]) - done),
                "order_id": order["id"], "cum_qty": text(done), "order_status": order["status"],
            }
        )
        if whole:
            self.wake(order)
        for other in self.siblings(order):
            if whole:
                self.end_alone(other)
            else:
                other["qty"] = text(Decimal(other["qty"]) - Decimal(qty))

    def end_alone(self, order):
        order["status"] = "canceled"
        order["canceled_at"] = self.now()

    def cash(self):
        money = Decimal(100000) + sum(Decimal(a["net_amount"]) for a in self.movements)
        for fill in self.fills:
            amount = Decimal(fill["qty"]) * Decimal(fill["price"])
            money += -amount if fill["side"] == "buy" else amount
        return money

    def positions(self):
        held = {}
        for fill in self.fills:
            sign = 1 if fill["side"] == "buy" else -1
            qty, cost = held.get(fill["symbol"], (Decimal(0), Decimal(0)))
            amount = sign * Decimal(fill["qty"])
            if sign > 0:
                cost += amount * Decimal(fill["price"])
            elif qty:
                cost += cost / qty * amount
            held[fill["symbol"]] = (qty + amount, cost)
        return [
            self.position(symbol, qty, cost) for symbol, (qty, cost) in held.items() if qty != 0
        ]

    @staticmethod
    def position(symbol, qty, cost):
        crypto = "/" in symbol
        return {
            "asset_id": str(uuid.uuid4()), "symbol": symbol.replace("/", ""),
            "exchange": "CRYPTO" if crypto else "NASDAQ",
            "asset_class": "crypto" if crypto else "us_equity", "asset_marginable": not crypto,
            "qty": text(qty), "avg_entry_price": text(round(cost / qty, 6)),
            "side": "long" if qty > 0 else "short", "market_value": text(cost),
            "cost_basis": text(cost), "unrealized_pl": "0", "unrealized_plpc": "0",
            "unrealized_intraday_pl": "0", "unrealized_intraday_plpc": "0",
            "current_price": text(round(cost / qty, 6)), "lastday_price": "0",
            "change_today": "0", "qty_available": text(qty),
        }


class Chaos:
    """Faults at random: which kinds, and how many of each came."""

    def __init__(self, wanted):
        self.random = random.Random(wanted.pop("seed"))
        self.shares = wanted
        self.met = dict.fromkeys(wanted, 0)

    def fault(self):
        drawn = self.random.random()
        for name, share in self.shares.items():
            if drawn < share:
                self.met[name] += 1
                return name
            drawn -= share
        return None


class Alpaca(FakeHandler):
    book = Book()
    chaos = None
    fill_price = None

    @classmethod
    def command(cls, command):
        book = cls.book
        with book.lock:
            if "fill" in command:
                wanted = command["fill"]
                order = book.find(client_order_id=wanted["client_order_id"])
                book.fill(order, wanted["qty"], wanted["price"])
            elif "end" in command:
                wanted = command["end"]
                book.end(book.find(client_order_id=wanted["client_order_id"]), wanted["status"])
            elif "price" in command:
                wanted = command["price"]
                book.market(wanted["symbol"], wanted["price"], wanted.get("share"))
            elif "held" in command:
                return text(book.held(command["held"]))
            elif "trade" in command:
                wanted = command["trade"]
                body = dict(wanted, type="market", time_in_force="day")
                body["client_order_id"] = str(uuid.uuid4())
                book.fill(book.add(body), wanted["qty"], wanted["price"])
            elif "move" in command:
                wanted = command["move"]
                book.movements.append(
                    {
                        "id": f"20261120000000000::{uuid.uuid4()}",
                        "activity_type": wanted["type"], "date": "2026-11-20",
                        "net_amount": wanted["amount"], "description": wanted.get("note", ""),
                        "status": "executed",
                    }
                )
            elif "chaos" in command:
                cls.chaos = Chaos(command["chaos"])
            elif "fills" in command:
                cls.fill_price = command["fills"]
            elif "met" in command:
                return cls.chaos.met
            else:
                return {order["client_order_id"]: order for order in book.orders}
        return "ok"

    def error(self, status, message, kind=None, step=None):
        codes = {403: 40310000, 404: 40410000, 422: 40010001, 429: 42910000}
        return {"code": codes.get(status, status * 100000), "message": message}

    def refuse(self, status, message):
        self.send_json(status, self.error(status, message))

    def respond(self, method, path, query, body, step):
        if not self.headers.get("apca-api-key-id") or not self.headers.get("apca-api-secret-key"):
            return self.send_json(401, {"message": "unauthorized."})
        with self.book.lock:
            fault = self.chaos.fault() if self.chaos and method == "POST" else None
            if fault in ("429", "500"):
                status, value = int(fault), self.error(int(fault), "at random")
            else:
                status, value = self.answer(method, path, query, body)
                if method == "POST" and status == 200 and self.fill_price:
                    half = Decimal(value["qty"]) / 2
                    order = self.book.find(id=value["id"])
                    self.book.fill(order, text(half), self.fill_price)
                    self.book.fill(order, text(half), self.fill_price)
        if step.get("fault") == "drop" or fault == "drop":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        if value is None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        return self.send_json(status, value)

    def answer(self, method, path, query, body):
        book = self.book
        if path == "/v2/orders" and method == "POST":
            return self.place(body)
        if path == "/v2/orders":
            wanted = query.get("status", "open")
            orders = [
                o for o in book.orders
                if wanted == "all" or (o["status"] in OPEN) == (wanted == "open")
            ]
            nested = query.get("nested", "").lower() == "true"
            if nested:
                orders = [self.book.shown(o, True) for o in orders if not o["entry"]]
            after = query.get("after")
            orders = [o for o in orders if not after or o["submitted_at"] > after]
            if query.get("direction", "desc") == "desc":
                orders = orders[::-1]
            return 200, orders[: int(query.get("limit", 50))]
        if path == "/v2/orders:by_client_order_id":
            order = book.find(client_order_id=query["client_order_id"])
            return (200, order) if order else (404, self.error(404, "order not found"))
        if path.startswith("/v2/orders/"):
            order = book.find(id=path.rpartition("/")[2])
            if not order:
                return 404, self.error(404, "order not found")
            if method == "GET":
                return 200, book.shown(order, query.get("nested", "").lower() == "true")
            if order["status"] not in OPEN:
                return 422, self.error(422, f'order is already in "{order["status"]}" state')
            if method == "PATCH":
                return self.replace(order, body)
            book.end(order, "canceled")
            return 204, None
        if path == "/v2/account/activities/FILL":
            fills = [f for f in book.fills if f["transaction_time"] > query.get("after", "")]
            token = query.get("page_token")
            if token:
                ids = [f["id"] for f in fills]
                fills = fills[ids.index(token) + 1 :]
            return 200, fills[: int(query.get("page_size", 100))]
        if path == "/v2/account/activities":
            kinds = query["activity_types"].split(",")
            return 200, [a for a in book.movements if a["activity_type"] in kinds]
        if path.startswith("/v2/assets/"):
            symbol = path.rpartition("/")[2].replace("%2F", "/")
            if symbol.startswith("NOBODY"):
                return 404, self.error(404, f"asset not found for {symbol}")
            return 200, {
                "id": str(uuid.uuid4()), "class": "crypto" if "/" in symbol else "us_equity",
                "exchange": "NASDAQ", "symbol": symbol, "name": symbol, "status": "active",
                "tradable": not symbol.startswith("HALTED"), "marginable": True,
                "shortable": "/" not in symbol, "easy_to_borrow": True, "fractionable": True,
            }
        if path == "/v2/positions":
            return 200, book.positions()
        if path == "/v2/account":
            return 200, {
                "id": str(uuid.uuid4()), "account_number": "PA1", "status": "ACTIVE",
                "currency": "USD", "cash": text(book.cash()), "equity": "100000.5",
                "buying_power": "200000", "trading_blocked": False, "account_blocked": False,
                "pattern_day_trader": False, "created_at": "2026-01-01T00:00:00Z",
            }
        if path == "/v2/clock":
            return 200, {
                # In New York's winter, with nine places.
                "timestamp": (datetime.now(timezone.utc) - timedelta(hours=5)).strftime(
                    "%Y-%m-%dT%H:%M:%S.%f789-05:00"
                ), "is_open": True,
                "next_open": "2026-11-23T09:30:00-05:00", "next_close": "2026-11-20T16:00:00-05:00",
            }
        return 404, self.error(404, "endpoint not found.")

    def place(self, body):
        if self.book.find(client_order_id=body.get("client_order_id")):
            return 422, self.error(422, "client_order_id must be unique")
        # Their own client sends a number, their documents want a text.
        if Decimal(str(body.get("qty", 0))) <= 0:
            return 422, self.error(422, "qty must be > 0")
        body["qty"] = text(Decimal(str(body["qty"])))
        if body["symbol"].startswith("POOR"):
            return 403, self.error(403, "insufficient buying power")
        flaw = self.bracket_flaw(body)
        if flaw:
            return 422, self.error(422, flaw)
        if body["side"] == "sell" and self.book.held(body["symbol"]) > 0:
            free = self.book.available(body["symbol"])
            if Decimal(body["qty"]) > free:
                return 403, self.error(
                    403, "insufficient qty available for order "
                    f"(requested: {body['qty']}, available: {text(free)})"
                )
        return 200, self.book.shown(self.book.add(body), True)

    @staticmethod
    def bracket_flaw(body):
        kind = body.get("order_class") or "simple"
        legs = [leg for leg in ("take_profit", "stop_loss") if body.get(leg)]
        if kind == "simple":
            return "simple orders have no legs" if legs else None
        if "/" in body["symbol"]:
            return "crypto orders not allowed for advanced order_class: otoco"
        if Decimal(body["qty"]) % 1:
            return "fractional orders must be simple orders"
        if body["time_in_force"] not in ("day", "gtc"):
            return "bracket orders must be day or gtc"
        if len(legs) != {"bracket": 2, "oto": 1}.get(kind):
            return f"{kind} orders need other legs"
        if kind == "bracket":
            profit = Decimal(str(body["take_profit"]["limit_price"]))
            loss = Decimal(str(body["stop_loss"]["stop_price"]))
            if (profit > loss) != (body["side"] == "buy"):
                return "take_profit.limit_price must be beyond stop_loss.stop_price"
        return None

    def replace(self, order, body):
        """A new order in the place of one, among the same siblings."""
        book = self.book
        if body.get("client_order_id") and book.find(client_order_id=body["client_order_id"]):
            return 422, self.error(422, "client_order_id must be unique")
        if order["type"] == "limit" and body.get("stop_price"):
            return 422, self.error(422, "limit orders must not have stop_price")
        entry, status = order["entry"], order["status"]
        new = book.add({
            "symbol": order["symbol"], "side": order["side"], "type": order["type"],
            "qty": body.get("qty") or text(
                Decimal(order["qty"]) - Decimal(order["filled_qty"])
            ),
            "time_in_force": order["time_in_force"],
            "client_order_id": body.get("client_order_id") or str(uuid.uuid4()),
            "limit_price": body.get("limit_price") or order["limit_price"],
            "stop_price": body.get("stop_price") or order["stop_price"],
        })
        new.update(
            order_class=order["order_class"], entry=entry, replaces=order["id"],
            status="held" if status == "held" else "new",
        )
        order.update(status="replaced", replaced_by=new["id"], replaced_at=book.now())
        return 200, new


if __name__ == "__main__":
    start(Alpaca)
