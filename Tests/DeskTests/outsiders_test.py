"""Whatever the catalogue lets a tenant's login reach, tried against another tenant: its rows, its ids, its
names, its locks. A new view or function is tried without a change here.

  - no view and no answer of a function holds a word that only the other tenant has written;
  - an id or a name of the other tenant gives the same answer, and the same error, as one that nobody has;
  - a transaction that the other tenant leaves open holds up nobody;
  - nothing is reachable that takes locks which the desk's own work waits for.

Usage: python outsiders_test.py ADMIN_DSN     (a database of its own in which the demo has run)
"""

import re
import sys
import time
from urllib.parse import urlsplit

import psycopg

dsn = sys.argv[1]
MARK = "zebra-51c7"  # in whatever text of the first tenant this test writes
NOBODY = 987_654_321_012
NO_NAME = "zebra-0d1e"  # of the same shape, but in nobody's text
OWN = ("pg_catalog", "information_schema")
# Values that make a call reach further than its first check of arguments.
VALUES = {
    "symbol": "AAPL", "symbols": ["AAPL"], "side": "buy", "quantity": 1, "amount": 1, "reason": "a drill",
    "decision": "approve", "mode": "auto", "state": "HALTED", "text": "words", "name": "desk", "graph": "desk",
    "horizon": 5, "take_profit": 1e6, "stop_loss": 1, "kind": "manual", "days": 5, "k": 5, "task": "decision",
    "as_of": "2018-02-05", "title": "title", "scope": "tenant", "calendar": "XNYS", "cron": "0 0 * * *",
}
tried, found = 0, []


def login(user):
    parts = urlsplit(dsn)
    return psycopg.connect(f"{dsn}&user={user}" if parts.query else f"{dsn}?user={user}", options="-c lock_timeout=700ms")


def prepare(admin):
    """Marks in what the first tenant has; a second tenant that has nothing but its account."""
    database = admin.info.dbname
    users = [f"outsider_{n}_{database}" for n in (1, 2)]
    if not admin.execute("select from tenant.tenant where tenant_id = 2").fetchone():
        admin.execute("select tenant.create_tenant(2, %s)", (f"two {MARK[::-1]}",))
    for tenant, user in zip((1, 2), users):
        admin.execute("select tenant.add_member(%s, %s, 'analyst')", (tenant, user))
    admin.commit()
    with login(users[0]) as one:
        for call in (
            f"api.note('{MARK}', 'AAPL')",
            f"api.halt('{MARK}', 'symbol', 'TSLA')",
            f"api.deposit((select min(account_id) from api.accounts), 5, '{MARK}', '{MARK}')",
            f"api.place_order((select min(account_id) from api.accounts), 'AAPL', 'buy', 1,"
            f" client_order_id => '{MARK}', as_of => '2018-02-20')",
            f"api.add_prompt('{MARK}', '{MARK}')",
            f"api.save_document('{MARK}', '{MARK}')",
            f"api.relate_instruments()",
        ):
            try:
                with one.transaction():
                    one.execute(f"select {call}")
            except psycopg.Error as error:
                print(f"outsiders_test: no mark by {call.split('(')[0]}: {str(error).splitlines()[0]}")
    return users


def callable_by(connection):
    """Functions that the session may call: name, argument names, types, how many are required."""
    return connection.execute(
        """
        select p.oid::regprocedure::text, format('%%I.%%I', n.nspname, p.proname), p.provolatile,
            coalesce(p.proargnames[1:p.pronargs], array_fill(''::text, array[p.pronargs])),
            array(select format_type(t, null) from unnest(p.proargtypes) with ordinality as u (t, n) order by n),
            p.pronargs - p.pronargdefaults, p.prokind, n.nspname
        from pg_proc as p inner join pg_namespace as n on p.pronamespace = n.oid
        where n.nspname <> all(%s) and p.prokind in ('f', 'p') and has_schema_privilege(n.oid, 'usage')
        and has_function_privilege(p.oid, 'execute') and p.prorettype <> 'trigger'::regtype
        and not p.prorettype::regtype::text ~ '(internal|_handler)$' and not 'internal'::regtype = any(p.proargtypes)
        and (n.nspname <> 'public' or 'graph' = any(p.proargnames) or p.proname ~ '^(cypher|graph_)')
        order by 1
        """, (list(OWN),),
    ).fetchall()


def value_of(name, kind):
    if name in VALUES:
        return VALUES[name]
    if kind.endswith("[]"):
        return "{}"
    if kind in ("integer", "bigint", "numeric", "double precision", "real"):
        return 1
    if kind in ("jsonb", "json"):
        return "{}"
    if kind == "boolean":
        return True
    if kind.startswith("timestamp"):
        return "2018-02-05"
    if kind == "interval":
        return "1 day"
    return "x"


def call(connection, function, named, values):
    """What a function answers, as text, or its error's code and words; nothing stays."""
    global tried
    tried += 1
    began = time.monotonic()
    signature, routine, _, names, kinds, required, kind, _ = function
    arguments, bound = [], []
    for place, (name, type) in enumerate(zip(names, kinds)):
        if place < required or name in named:
            bound.append(values.get(name, value_of(name, type)))
            arguments.append(f"{name} => %s::{type}" if name else f"%s::{type}")
    text = f"call {routine}({', '.join(arguments)})" if kind == "p" else \
        f"select t::text from {routine}({', '.join(arguments)}) as t limit 200"
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("set local statement_timeout = '20s'")
            return str(connection.execute(text, bound).fetchall())
    except psycopg.Error as error:
        d = error.diag
        return f"{error.sqlstate} {d.message_primary} {d.message_detail} {d.message_hint}"
    finally:
        if time.monotonic() - began > 5:
            print(f"outsiders_test: {routine} {named} took {time.monotonic() - began:.1f} s")


def same(text, value):
    # Times and ids that are made anew differ from call to call.
    text = re.sub(rf"(?<![\w-]){re.escape(str(value))}(?![\w-])", "<value>", text)
    return re.sub(r"\d{4}-\d\d-\d\d[ T][\d:.]+|\d+|[0-9a-f-]{36}|took_ms[^,}]*", "~", text)


def ids_of(admin, tenant):
    """Ids that a tenant's rows have: column name -> some of its values."""
    ids = {}
    for schema, table, column in admin.execute(
        """
        select n.nspname, c.relname, a.attname from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        inner join pg_attribute as a on a.attrelid = c.oid and a.atttypid in (20, 25, 19) and not a.attisdropped
        where c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0
        and (a.attname ~ '_id$' or a.attname in ('name', 'key', 'target', 'title', 'role_name', 'source'))
        and exists (select from pg_attribute as t where t.attrelid = c.oid and t.attname = 'tenant_id')
        """
    ).fetchall():
        rows = admin.execute(
            f"select distinct {column}::text from {schema}.{table} where tenant_id = %s"
            f" and {column} is not null order by 1 desc limit 2", (tenant,)
        ).fetchall()
        ids.setdefault(column, []).extend(r[0] for r in rows)
    return ids


def main():
    with psycopg.connect(dsn) as admin:
        # A copy of a database has no settings of its own.
        admin.execute(f"alter database {admin.info.dbname} set session_preload_libraries = bellwether")
        admin.execute(f"alter database {admin.info.dbname} set timezone = 'UTC'")
    with psycopg.connect(dsn) as admin:
        users = prepare(admin)
        admin.commit()
        theirs = ids_of(admin, 1)
        own = ids_of(admin, 2)
        admin.rollback()
        with login(users[1]) as two, login(users[0]) as one:
            two.autocommit = one.autocommit = True
            relations = two.execute(
                """
                select c.oid::regclass::text from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid
                where c.relkind in ('r', 'v', 'm', 'p', 'f') and n.nspname <> all(%s)
                and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') order by 1
                """, (list(OWN),),
            ).fetchall()
            for (relation,) in relations:
                rows = two.execute(
                    f"select count(*) from {relation} as r where r::text like %s", (f"%{MARK}%",)
                ).fetchone()[0]
                if rows:
                    found.append(f"{relation} shows {rows} rows with another tenant's words")
            functions = callable_by(two)
            for function in functions:
                signature, _, _, names, kinds, required, _, schema = function
                if (answer := call(two, function, [], {})) and MARK in answer:
                    found.append(f"{signature} answers with another tenant's words: {answer[:200]}")
                for name, type in zip(names, kinds):
                    values = theirs.get(name, [])
                    is_text = type in ("text", "name")
                    if is_text:
                        values = values + [MARK]
                    if type not in ("bigint", "text", "name"):
                        continue
                    none = NO_NAME if is_text else NOBODY
                    unknown = same(call(two, function, [name], {name: none}), none)
                    for value in dict.fromkeys(values):
                        if type == "bigint" and not str(value).isdigit():
                            continue
                        if is_text and value in own.get(name, []) or value in ("", "AAPL", "tenant", "features"):
                            continue
                        if not is_text and value in own.get(name, []):
                            continue
                        answer = call(two, function, [name], {name: value})
                        if MARK in answer and value != MARK:
                            found.append(f"{signature} answers {name} {value} with {answer[:200]}")
                        if same(answer, value) != unknown:
                            found.append(
                                f"{signature} tells {name} {value} from one that nobody has:\n    {same(answer, value)[:300]}"
                                f"\n    {unknown[:300]}"
                            )
            # What one leaves open holds up nobody of the other.
            for function in functions:
                signature, routine, volatile, names, kinds, required, kind, schema = function
                if volatile != "v" or kind == "p" or schema != "api":
                    continue
                mine = {n: (own.get(n) or [NOBODY])[0] for n in names if n.endswith("_id")}
                his = {n: (theirs.get(n) or [NOBODY])[0] for n in names if n.endswith("_id")}
                one.autocommit = False
                try:
                    bound = [his.get(n, value_of(n, t)) for n, t in zip(names[:required], kinds)]
                    one.execute(
                        f"select {routine}({', '.join(f'%s::{t}' for t in kinds[:required])})", bound
                    )
                except psycopg.Error:
                    pass
                answer = call(two, function, [], mine)
                if answer.startswith("55P03"):
                    found.append(f"{signature} waits for another tenant's open transaction: {answer}")
                one.rollback()
                one.autocommit = True
            locks = two.execute(
                """
                select p.oid::regprocedure::text from pg_proc as p
                where p.proname ~ '^pg_(try_)?advisory_(xact_)?lock' and has_function_privilege(p.oid, 'execute') order by 1
                """
            ).fetchall()
            found.extend(f"{lock} is open to everybody: the desk's own work waits for such locks" for (lock,) in locks)
            others = two.execute(
                "select count(*) from pg_stat_activity where usename <> session_user and query <> '<insufficient privilege>'"
            ).fetchone()[0]
            if others:
                found.append(f"pg_stat_activity shows {others} statements of others")
    with psycopg.connect(dsn) as admin:
        for user in users:
            admin.execute("delete from tenant.member where role_name = %s", (user,))
            admin.execute(f"drop role {user}")
    print(f"outsiders_test: {len(relations)} relations, {len(functions)} functions, {tried} calls")
    if len(relations) < 50 or len(functions) < 80 or tried < 500 or not all(
        theirs.get(n) for n in ("order_id", "account_id", "cycle_id")
    ):
        found.append("too little was tried to prove anything")
    for line in found:
        print(f"outsiders_test: {line}", file=sys.stderr)
    sys.exit(1 if found else 0)


main()
