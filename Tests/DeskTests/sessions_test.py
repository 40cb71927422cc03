"""Many sessions at one account, in random interleavings: place, send, fill in parts, cancel, replace,
deposit, reconcile, halt and resume, with transactions that dawdle before they commit and sessions that
are killed in the middle. Whatever happens:

  - cash, positions and ledger agree with the fills in every snapshot that anybody can take;
  - no snapshot shows a position, or what it may become, above a limit;
  - after a halt's commit nothing begins to be sent until trading is resumed;
  - nobody waits for each other in a circle, and nothing fails with anything but a code of ours.

Usage: python sessions_test.py ADMIN_DSN [SECONDS [SEED]]    (a migrated database of its own)
"""

import random
import sys
import threading
import time
from pathlib import Path

import psycopg

DESK = Path(__file__).parents[2] / "sql/tests/desk.psql"
AT = "2018-01-08 23:00Z"
SYMBOLS = ["T01", "T02", "T04", "T07", "TC-USD"]
SESSIONS = 8
TENANT = 9001
# What a session may be told: limits, states, a lost race; a killed one hears of its end.
OURS = ("BW1", "40001", "55P03")
KILLED = ("57P01", "08")


def prepare(dsn):
    """The small desk of the SQL tests, committed; returns its account."""
    script = DESK.read_text().split("create function pg_temp.account", maxsplit=1)[0]
    script = "\n".join(line for line in script.splitlines() if not line.startswith("\\"))
    with psycopg.connect(dsn) as desk:
        desk.execute(script)
        # What stops an account by its size is what this test is about; what stops it by time is not.
        for name, value in {
            "max_orders_per_minute": "1000000", "max_daily_loss_fraction": "1", "breaker_losses": "1000",
            "breaker_drawdown": "1", "allow_short": "true",
        }.items():
            desk.execute("select tenant.set_setting(%s, %s::jsonb)", (name, value))
        return desk.execute("select account_id from trade.account where name = 'paper'"
                            " and tenant_id = 9001").fetchone()[0]


class Halts:
    """When trading was surely halted: from a halt's commit to the start of its end."""

    def __init__(self):
        self.lock = threading.Lock()
        self.since = None
        self.broken = []

    def halted(self):
        return self.since

    def judge(self, what, before_commit):
        """Called at once after a commit that began at before_commit."""
        since = self.since
        if since is not None and since < before_commit:
            self.broken.append(f"{what} was committed {1000 * (before_commit - since):.1f} ms after a halt")


class Session(threading.Thread):
    def __init__(self, dsn, account, seed, until, halts):
        super().__init__(name=f"session {seed}")
        self.dsn, self.account, self.until, self.halts = dsn, account, until, halts
        self.random = random.Random(seed)
        self.done, self.refused, self.failures = {}, {}, []
        self.connection = None

    def run(self):
        while time.monotonic() < self.until:
            try:
                if self.connection is None or self.connection.closed:
                    self.connection = psycopg.connect(
                        self.dsn, options=f"-c bellwether.tenant={TENANT} -c deadlock_timeout=200ms"
                    )
                self.step()
            except psycopg.Error as error:
                state = error.sqlstate or "08000"
                if state.startswith(OURS):
                    self.refused[state] = self.refused.get(state, 0) + 1
                elif not state.startswith(KILLED):
                    self.failures.append(f"{self.what}: {state} {error}")
                if not self.connection.closed:
                    self.connection.rollback()
        self.connection.close()

    def ask(self, query, *values):
        return self.connection.execute(query, values).fetchall()

    def dawdle(self):
        if self.random.random() < 0.3:
            time.sleep(self.random.random() * 0.02)

    def commit(self, what=None):
        self.dawdle()
        before = time.monotonic()
        self.connection.commit()
        if what:
            self.halts.judge(what, before)

    def an_order(self, *states):
        rows = self.ask(
            "select order_id, quantity - filled_quantity, coalesce(limit_price, reference_price), status"
            " from trade.orders where tenant_id = %s and account_id = %s and status = any(%s)"
            " order by random() limit 1", TENANT, self.account, list(states),
        )
        self.connection.commit()
        return rows[0] if rows else None

    def step(self):
        self.what = self.random.choices(
            ["place", "send", "answer", "fill", "cancel", "replace", "deposit", "reconcile", "halt", "die"],
            [30, 25, 20, 25, 6, 4, 2, 2, 2, 1],
        )[0]
        self.done[self.what] = self.done.get(self.what, 0) + 1
        getattr(self, self.what)()

    def place(self):
        symbol = self.random.choice(SYMBOLS)
        kind = self.random.choice(["market", "limit", "market"])
        (row,) = self.ask(
            "select (o).status from trade.place_order(%s, %s, %s, %s, type => %s, limit_price => %s,"
            " as_of => %s, time_in_force => 'gtc') as o",
            self.account, symbol, self.random.choice(["buy", "sell", "buy"]),
            self.random.choice([1, 7, 60, 150, 400]), kind, 105 if kind == "limit" else None, AT,
        )
        self.commit()

    def send(self):
        if order := self.an_order("ready", "submitting", "unknown"):
            (row,) = self.ask("select (o).status from trade.begin_submit(%s) as o", order[0])
            time.sleep(self.random.choice([0, 0, 0.01, 0.1]))
            self.commit("a sending" if row[0] == "submitting" else None)

    def answer(self):
        if order := self.an_order("submitting", "unknown"):
            self.ask(
                "select trade.record_submit(%s, %s, %s)", order[0],
                self.random.choice(["acked", "acked", "acked", "unknown", "rejected"]), f"b{order[0]}",
            )
            self.commit()

    def fill(self):
        if order := self.an_order("acked", "partial", "submitting", "unknown"):
            # A broker fills what it has, and only that: nothing after it said that an order is over.
            self.ask("select from trade.account where account_id = %s for update", self.account)
            part = order[1] if order[1] < 2 or self.random.random() < 0.5 else order[1] // 2
            self.ask(
                "select trade.record_fill(order_id, %s, %s, %s, %s, %s) from trade.orders"
                " where order_id = %s and status = any('{submitting,unknown,acked,partial}')",
                f"f{order[0]}-{order[1]}", part, order[2], round(part * order[2] / 2000, 8), AT, order[0],
            )
            self.commit()

    def cancel(self):
        if order := self.an_order("ready", "submitting", "acked", "partial"):
            self.ask("select trade.request_cancel(%s)", order[0])
            self.dawdle()
            self.ask(
                "select trade.record_cancel(%s, %s) where exists (select from trade.begin_cancel(%s))",
                order[0], self.random.choice(["canceled", "refused"]), order[0],
            )
            self.commit()

    def replace(self):
        if order := self.an_order("ready", "acked", "partial"):
            self.ask("select trade.replace_order(%s, quantity => %s)", order[0], order[1] + 3)
            self.commit()

    def deposit(self):
        self.ask("select trade.deposit(%s, %s, %s)", self.account, self.random.choice([500, -500]), AT)
        self.commit()

    def reconcile(self):
        self.ask("select count(*) from trade.audit() where not agrees")
        self.ask("select trade.match_orders(%s)", self.account)
        self.commit()

    def halt(self):
        # One halt at a time: when two overlap, whose end counts is not this test's matter.
        if not self.halts.lock.acquire(blocking=False):
            return
        try:
            self.ask("select api.halt('drill')")
            self.dawdle()
            self.connection.commit()
            self.halts.since = time.monotonic()
            time.sleep(0.1 * self.random.random())
            self.halts.since = None
        finally:
            try:
                if self.connection.closed:
                    self.connection = psycopg.connect(self.dsn, options=f"-c bellwether.tenant={TENANT}")
                self.connection.rollback()
                self.ask("select api.resume('tenant', null, 'over')")
                self.connection.commit()
            finally:
                self.halts.lock.release()

    def die(self):
        """Ends in the middle of an order."""
        self.ask("select trade.place_order(%s, 'T01', 'buy', 1, as_of => %s)", self.account, AT)
        self.connection.execute("select pg_terminate_backend(pg_backend_pid())")


WATCH = """
with line as (
    select
        i.symbol, coalesce(i.sector, i.asset_class) as sector, 105::numeric as price,
        coalesce(p.quantity, 0) as held,
        coalesce(sum(o.quantity - o.filled_quantity) filter (where o.side = 'buy'), 0) as buys,
        coalesce(sum(o.quantity - o.filled_quantity) filter (where o.side = 'sell'), 0) as sells
    from market.instrument as i
    left join trade.position as p on p.tenant_id = 9001 and p.instrument_id = i.instrument_id
    left join trade.orders as o on o.tenant_id = 9001 and o.instrument_id = i.instrument_id
        and o.status in ('ready', 'submitting', 'unknown', 'acked', 'partial')
    where i.symbol ~ '^T'
    group by i.symbol, i.sector, i.asset_class, p.quantity
), equity as (
    select a.cash + (select sum(held * price) from line) as equity, a.cash
    from trade.account as a where a.tenant_id = 9001
)
select 'audit ' || (a.what, a.symbol, a.kept, a.recomputed)::text from trade.audit() as a where not agrees
union all
select format('posting %s', coalesce(fill_id, capital_event_id)) from trade.ledger_entry where tenant_id = 9001
group by fill_id, capital_event_id having sum(amount) <> 0
union all
select format('cash %s', cash) from equity where cash < 0
union all
select format('%s is %s of equity', symbol, round(greatest(held + buys, sells - held) * price / equity, 4))
from line, equity where greatest(held + buys, sells - held) * price > 0.2 * equity * 1.005
union all
select format('sector %s is %s of equity', sector, round(sum(greatest(held + buys, sells - held) * price) / min(equity), 4))
from line, equity group by sector
having sum(greatest(held + buys, sells - held) * price) > 0.3 * min(equity) * 1.005
union all
select format('order %s filled %s of %s', order_id, filled_quantity, quantity) from trade.orders
where tenant_id = 9001 and filled_quantity > quantity
union all
-- A fill is of an order that was sent.
select format('order %s is %s and filled', o.order_id, o.status) from trade.orders as o
where o.tenant_id = 9001 and o.status in ('ready', 'refused') and o.filled_quantity > 0
"""


def watch(dsn, until):
    """Looks at one snapshot after the other; what is wrong in any."""
    seen, wrong = 0, []
    with psycopg.connect(dsn, options=f"-c bellwether.tenant={TENANT}") as desk:
        desk.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        while time.monotonic() < until and len(wrong) < 5:
            wrong += [row[0] for row in desk.execute(WATCH)]
            desk.rollback()
            seen += 1
            time.sleep(0.05)
    return seen, wrong


def main():
    dsn = sys.argv[1]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    account = prepare(dsn)
    until, halts = time.monotonic() + seconds, Halts()
    sessions = [Session(dsn, account, seed * 100 + n, until, halts) for n in range(SESSIONS)]
    for session in sessions:
        session.start()
    seen, wrong = watch(dsn, until)
    for session in sessions:
        session.join(30)
        if session.is_alive():
            wrong.append(f"{session.name} hangs")
    done, refused = {}, {}
    for session in sessions:
        wrong += session.failures[:3]
        for total, part in ((done, session.done), (refused, session.refused)):
            for name, count in part.items():
                total[name] = total.get(name, 0) + count
    wrong += halts.broken
    with psycopg.connect(dsn, options=f"-c bellwether.tenant={TENANT}") as desk:
        states = dict(desk.execute("select status, count(*) from trade.orders group by 1").fetchall())
        fills = desk.execute("select count(*) from trade.fill").fetchone()[0]
        wrong += [row[0] for row in desk.execute(WATCH)]
    print(f"sessions_test: seed {seed}, {sum(done.values())} steps {done}, refused {refused},"
          f" orders {states}, {fills} fills, {seen} snapshots")
    if not (fills and states.get("filled") and states.get("canceled") and done.get("halt")):
        wrong.append("too little happened to prove anything")
    for line in wrong[:20]:
        print(f"sessions_test: {line}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
