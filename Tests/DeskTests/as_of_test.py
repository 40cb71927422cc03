"""Nobody looks ahead: every function of the catalogue that has an argument as_of is asked about two moments,
then all that was known later is deleted, altered and added to, and it is asked again. The answers must be the
same, byte for byte. A new function with that argument is asked without a change here.

  - later: rows of any table that has a known_at (a valid_from, a created_at where that is when one knew);
  - deleted; numbers multiplied and times of knowing moved; bars, news and correlations of the past corrected today;
  - and that a test can fail: what was known then is altered, too, and the answers must be others.

Usage: python as_of_test.py ADMIN_DSN     (a database in which the demo has run; all is rolled back)
"""

import re
import sys
import time

import psycopg

dsn = sys.argv[1]
MOMENTS = ("2018-02-05", "2018-02-13 20:30+00")
# What no function of history can be asked about twice: it takes a row of its own, or rows as argument.
WRITES = re.compile(r"\.(new_cycle|run_cycle|ask_order|place_order|place_bracket|place_decided|record_backtest)\(")
TREND = {
    "parameters": {"fast": 10, "slow": 30},
    "indicators": {"quick": {"indicator": "sma", "n": "$fast"}, "calm": {"indicator": "sma", "n": "$slow"}},
    "entry": [">", "quick", "calm"], "exit": ["<=", "quick", "calm"], "costs": {"fee": 0.0005},
}


def parameters(desk):
    """A value for each name of an argument."""
    one = lambda query: desk.execute(query).fetchone()[0]
    instrument = one("select instrument_id from market.instrument where symbol = 'AAPL'")
    snapshot = one(
        f"select snapshot_id from market.snapshot where instrument_id = {instrument} and bar_interval = '1d'"
        " and ts = '2018-02-02'"
    )
    node = lambda s: one(f"select node_id from desk.node where tenant_id = 1 and key = 'instrument:{s}'")
    nodes = [node("AAPL"), node("NVDA")]
    some = one(
        f"select array_agg(snapshot_id) from (select snapshot_id from market.snapshot where"
        f" ts between '2015-01-01' and '2015-04-01' order by snapshot_id limit 40) as s"
    )
    return {
        "symbol": "AAPL", "symbols": ["AAPL", "BTC-USD"], "instrument_id": instrument, "wanted_instrument": instrument,
        "snapshot_id": snapshot, "asked_id": snapshot, "snapshot_ids": some, "ids": some, "similarities": [0.9] * len(some),
        "graph": "desk", "source": nodes[0], "target": nodes[1], "sources": nodes, "seeds": nodes, "nodes": nodes,
        "node_id": nodes[0], "start": nodes[0], "hops": 2, "depth": 2, "k": 5, "max_depth": 2, "min_depth": 1,
        "config": psycopg.types.json.Jsonb(TREND), "grid": psycopg.types.json.Jsonb({"fast": [5, 10]}),
        "from_ts": "2017-06-01", "to_ts": "2018-12-31", "lookback": None, "horizon": 5, "horizons": [1, 5, 20],
        "bar_interval": "1d", "wanted_interval": "1d", "filters": psycopg.types.json.Jsonb({}), "by": "both",
        "min_similarity": 0.5, "text_weight": 0.5, "kind": "enriched", "template_version": None, "account_id": 1,
        "side": "buy", "quantity": 1, "dry_run": True, "days": 10, "before": 5, "after": 20, "seed": 1, "width": 384,
        "shocked": nodes[:1], "node": nodes[0], "values": [1.0, 1.0], "losses": [0.5, 0.5], "maximum": 10, "bootstrap": 20, "task": "decision", "window": "10 days",
        "every": 20, "direction": 1, "strategy_id": 1, "resamples": 10, "back": "30 days", "most": 10, "span": "30 days",
        "train": "200 days", "test": "60 days", "share": 0.5, "n": 5, "mean": 0.0, "win_rate": 0.5, "limit_rows": 10,
    }


def functions_of(desk):
    return desk.execute(
        """
        select p.oid::regprocedure::text, format('%I.%I', n.nspname, p.proname), p.proargnames[1:p.pronargs],
            array(select format_type(t, null) from unnest(p.proargtypes) with ordinality as u (t, o) order by o),
            p.pronargs - p.pronargdefaults
        from pg_proc as p inner join pg_namespace as n on p.pronamespace = n.oid
        where 'as_of' = any(p.proargnames[1:p.pronargs]) and n.nspname not in ('pg_catalog', 'information_schema')
        -- What takes whole rows as arguments is asked through those that call it.
        and p.prokind = 'f' and not exists (
            select from unnest(p.proargtypes) as u (t) inner join pg_type as y on y.oid = u.t
            where y.typtype = 'c' or y.typelem <> 0 and exists (
                select from pg_type as e where e.oid = y.typelem and e.typtype = 'c'
            )
        ) order by 1
        """
    ).fetchall()


def ask(desk, function, values, moment):
    signature, routine, names, kinds, required = function
    arguments, bound = [], []
    for place, (name, kind) in enumerate(zip(names, kinds)):
        value = moment if name == "as_of" else values.get(name)
        if name == "by" and "evaluate" in routine:
            value = "features"
        if place >= required and value is None or place >= required and name in ("direction", "source"):
            continue
        if kind in ("text", "text[]") and name in ("direction", "strategy_id"):
            value = None
        arguments.append(f"{name} => %s::{kind}")
        bound.append(value)
    try:
        with desk.transaction(force_rollback=True):
            rows = desk.execute(
                f"select t::text from {routine}({', '.join(arguments)}) as t", bound
            ).fetchall()
            return re.sub(r"took_ms[^,}]*", "", "\n".join(str(r[0]) for r in rows))
    except psycopg.Error as error:
        return f"error {error.sqlstate} {error.diag.message_primary}"


def tables(desk):
    """Tables that say when a row was known, by which column, and their numbers."""
    return desk.execute(
        """
        select c.oid::regclass::text, k.attname,
            array(select a.attname from pg_attribute as a where a.attrelid = c.oid and not a.attisdropped
                and a.atttypid = 'float8'::regtype and a.attgenerated = '')
        from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid
        inner join pg_attribute as k on k.attrelid = c.oid and k.attnum > 0
        where c.relkind in ('r', 'p') and not c.relispartition and (k.attname = 'known_at' or
            (n.nspname = 'desk' and c.relname = 'edge' and k.attname = 'valid_from'))
        order by 1
        """
    ).fetchall()


def delete_later(desk, moment):
    for table, known, _ in tables(desk):
        desk.execute(f"delete from {table} where {known} > market.as_of(%s)", (moment,))


def alter(desk, moment, comparison):
    for table, known, numbers in tables(desk):
        if numbers:
            changes = ", ".join(f"{n} = {n} * 1.25" for n in numbers)
            try:
                with desk.transaction():
                    desk.execute(f"update {table} set {changes} where {known} {comparison} market.as_of(%s)", (moment,))
            except psycopg.errors.CheckViolation:
                # Shares and probabilities stay below one.
                changes = ", ".join(f"{n} = {n} * 0.75" for n in numbers)
                desk.execute(f"update {table} set {changes} where {known} {comparison} market.as_of(%s)", (moment,))


def correct(desk, moment):
    """What was known then is said otherwise today, by the ordinary way: triggers keep what was said before."""
    desk.execute("set local session_replication_role = origin")
    desk.execute(
        "update market.bar as b set close = b.close * 0.97, low = b.low * 0.9 from market.instrument as i"
        " where i.instrument_id = b.instrument_id and i.symbol in ('AAPL', '^GSPC')"
        " and b.ts between market.as_of(%s) - interval '40 days' and market.as_of(%s)", (moment, moment),
    )
    desk.execute(
        "select market.compute_snapshots(instrument_id) from market.instrument where symbol in ('AAPL', '^GSPC')"
    )
    desk.execute(
        "insert into market.news (instrument_id, source, title, published_at, known_at, sentiment)"
        " select instrument_id, 'late', 'late', market.as_of(%s) - interval '1 day', now(), -1"
        " from market.instrument where symbol = 'AAPL'", (moment,),
    )
    desk.execute("select graph.correlate()")


def main():
    wrong, proven, silent, errors, asked = [], set(), set(), {}, 0
    with psycopg.connect(dsn, options="-c bellwether.tenant=1 -c statement_timeout=120s -c timezone=UTC") as desk:
        values, functions = parameters(desk), functions_of(desk)
        # The demo has no news: one a day.
        desk.execute(
            "insert into market.news (instrument_id, source, title, published_at, known_at, sentiment)"
            " select instrument_id, 'paper', 'news of ' || day::date, day, day + interval '1 hour', sin(extract(day from day))"
            " from market.instrument, generate_series('2018-01-20'::timestamptz, '2018-03-01', '1 day') as day"
            " where symbol = 'AAPL' on conflict do nothing"
        )
        for moment in MOMENTS:
            before, seconds = {}, {}
            for function in functions:
                if WRITES.search(function[0]):
                    continue
                began = time.monotonic()
                answer = ask(desk, function, values, moment)
                if answer == ask(desk, function, values, moment):
                    before[function[0]] = answer
                    (silent.add if not answer else silent.discard)(function[0])
                    if answer.startswith("error"):
                        errors[function[0]] = answer
                else:
                    wrong.append(f"{function[0]} answers otherwise at once")
                if time.monotonic() - began > 20:
                    print(f"as_of_test: {function[0]} takes {time.monotonic() - began:.0f} s")
            for what, change in (
                ("deleted", delete_later), ("altered", lambda d, m: alter(d, m, ">")), ("corrected", correct),
                ("then", lambda d, m: alter(d, m, "<=")),
            ):
                with desk.transaction(force_rollback=True):
                    desk.execute("set local session_replication_role = replica")
                    change(desk, moment)
                    for function in functions:
                        if function[0] not in before:
                            continue
                        # The graph desk follows from the rows of today: its edges have no time of their own
                        # (docs/explanation/as-of.md), so a correction of today shows in it.
                        if what == "corrected" and function[0].startswith("graph_"):
                            continue
                        asked += 1
                        answer = ask(desk, function, values, moment)
                        if answer == before[function[0]]:
                            continue
                        if what == "then":
                            proven.add(function[0])
                        else:
                            a, b = before[function[0]], answer
                            at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
                            wrong.append(
                                f"{function[0]} as of {moment} with later rows {what}:\n    "
                                f"{a[max(0, at - 60):at + 100]!r}\n    {b[max(0, at - 60):at + 100]!r}"
                            )
        desk.rollback()
    print(f"as_of_test: {len(functions)} functions have as_of, {asked} answers compared, {len(proven)} shown to depend on the past")
    for name, error in errors.items():
        print(f"as_of_test: cannot be asked: {name}: {error[:150]}")
    for name in sorted(silent):
        print(f"as_of_test: says nothing: {name}")
    for line in wrong[:60]:
        print(f"as_of_test: {line}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


main()
