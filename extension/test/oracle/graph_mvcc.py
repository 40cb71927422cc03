"""Cached adjacency against plain SQL under random interleavings.

python3 graph_mvcc.py [DSN] [STEPS] [SEED]     (DSN: else DATABASE_URL)

Several sessions (two isolation levels; owner, superuser, members of two
tenants) take turns with random statements: insert, update, delete, upsert,
truncate, savepoints, rollback, triggers switched off and on, rewrites of the
table, cursors that outlive changes, VACUUM. After each turn a random session
asks for the whole adjacency and for a walk, and for the same by plain SQL in
the same statement, that is under the same snapshot and row-level security: no
row may differ. Ends with status 1 and the history at the first difference.
"""

import collections
import os
import random
import sys

import psycopg
from psycopg import errors

# every node with what leaves and enters it; weights are distinct enough to
# tell edges apart. An edge to a node that is not there counts for nobody: the
# superuser's changes past the foreign keys, under an old snapshot, leave some.
DEGREES = """
    select n.node_id, count(o.*), null::bigint, coalesce(sum(o.weight), 0) from {g}.node n
    left join {g}.edge o on o.tenant_id = n.tenant_id and o.source = n.node_id
        and ({types} is null or o.type = any ({types}))
        and exists (select from {g}.node t where t.tenant_id = o.tenant_id and t.node_id = o.target)
    where n.tenant_id = graph_tenant('{g}') group by n.node_id
    union all
    select n.node_id, null, count(i.*), coalesce(sum(i.weight), 0) from {g}.node n
    left join {g}.edge i on i.tenant_id = n.tenant_id and i.target = n.node_id
        and ({types} is null or i.type = any ({types}))
        and exists (select from {g}.node s where s.tenant_id = i.tenant_id and s.node_id = i.source)
    where n.tenant_id = graph_tenant('{g}') group by n.node_id"""
OURS = """
    select node_id, out_degree, null::bigint, out_weight from graph_degree('{g}', null, {types}, null)
    union all
    select node_id, null, in_degree, in_weight from graph_degree('{g}', null, {types}, null)"""
DIFFERENCE = """
    select 'ours' as whose, x.* from ((table ours) except all (table theirs)) x
    union all
    select 'plain', x.* from ((table theirs) except all (table ours)) x"""
CHECK_DEGREES = "with ours as (" + OURS + "), theirs as (" + DEGREES + ")" + DIFFERENCE
WALK = """
    with recursive walk (node_id, distance) as (
        select node_id, 0 from {g}.node where node_id = {start}
            and tenant_id = graph_tenant('{g}')
        union
        select case when e.source = w.node_id then e.target else e.source end, distance + 1
        from walk w join {g}.edge e on e.tenant_id = graph_tenant('{g}')
            and (e.source = w.node_id and '{direction}' in ('out', 'any')
                or e.target = w.node_id and '{direction}' in ('in', 'any'))
        join {g}.node n on n.tenant_id = e.tenant_id
            and n.node_id = case when e.source = w.node_id then e.target else e.source end
        where distance < {hops})
    , ours as (select node_id, distance from graph_khop('{g}', {start}, {hops}, null, '{direction}', null))
    , theirs as (select node_id, min(distance) as distance from walk group by node_id)""" + DIFFERENCE

# the trigger functions' own view, in the middle of a statement
MIDDLE = """
create or replace function {g}.look() returns trigger language plpgsql as $$
declare
    wrong text;
begin
    -- not once for each of thousands of rows
    if tg_level = 'ROW' and coalesce(new.type, old.type) = 'B' then
        return null;
    end if;
    select string_agg(x::text, ' ') into wrong from (%s) x;
    if wrong is not null then
        raise exception using errcode = 'XX001',
            message = format('adjacency differs in a trigger, %%s %%s: %%s', tg_level, tg_op, wrong);
    end if;
    return null;
end $$;
create trigger a_row after insert or update or delete on {g}.edge
    for each row execute function {g}.look();
create trigger a_statement after insert or update or delete on {g}.edge
    for each statement execute function {g}.look();
""" % CHECK_DEGREES

EXPECTED = (
    errors.LockNotAvailable, errors.SerializationFailure, errors.UniqueViolation,
    errors.ForeignKeyViolation, errors.InFailedSqlTransaction, errors.DeadlockDetected,
    errors.ActiveSqlTransaction, errors.InsufficientPrivilege, errors.InvalidCursorName,
    errors.InvalidSavepointSpecification, errors.ObjectInUse, errors.ObjectNotInPrerequisiteState,
    errors.CardinalityViolation, errors.QueryCanceled, errors.DuplicateCursor,
)


class Session:
    def __init__(self, dsn, name, role, tenant, graph):
        self.name = name
        self.graph = graph
        self.db = psycopg.connect(dsn, autocommit=True)
        self.db.execute("set lock_timeout = '3ms'")
        self.db.execute(f"set bellwether.tenant = {tenant}")
        self.db.execute(f"set role {role}")
        self.savepoints = 0
        self.cursor = False

    @property
    def in_transaction(self):
        return self.db.info.transaction_status != psycopg.pq.TransactionStatus.IDLE

    def run(self, statement):
        return self.db.execute(statement)


class Test:
    def __init__(self, dsn, rng):
        self.rng = rng
        self.dsn = dsn
        self.history = []
        self.counts = collections.Counter()
        self.admin = psycopg.connect(dsn, autocommit=True)
        self.setup()

    def setup(self):
        run = self.admin.execute
        run("set client_min_messages = warning")
        for graph in ("mvcc", "shared"):
            run(f"drop schema if exists {graph} cascade")
        run("create extension if not exists bellwether")
        run("do $$ begin create role graph_mvcc_owner; exception when duplicate_object then null; end $$")
        run("do $$ begin create role graph_mvcc_member; exception when duplicate_object then null; end $$")
        database = self.admin.info.dbname
        run(f"grant create on database {database} to graph_mvcc_owner")
        run("set role graph_mvcc_owner")
        run("select create_graph('mvcc')")
        run("select create_graph('shared', true)")
        for graph in ("mvcc", "shared"):
            run(f"grant usage on schema {graph} to graph_mvcc_member")
            run(f"grant select, insert, update, delete on {graph}.node, {graph}.edge to graph_mvcc_member")
        run("reset role")
        for graph in ("mvcc", "shared"):
            run(MIDDLE.format(g=graph, types="null::text[]"))
        for tenant in (1, 2):
            run(f"set bellwether.tenant = {tenant}")
            for graph in ("mvcc", "shared") if tenant == 1 else ("shared",):
                run(f"insert into {graph}.node (key) select 'k' || i from generate_series(1, 20) i")
        self.sessions = [
            Session(self.dsn, "a", "graph_mvcc_owner", 1, "mvcc"),
            Session(self.dsn, "b", "graph_mvcc_member", 1, "mvcc"),
            Session(self.dsn, "c", "postgres", 1, "mvcc"),
            Session(self.dsn, "d", "graph_mvcc_member", 1, "shared"),
            Session(self.dsn, "e", "graph_mvcc_member", 2, "shared"),
            Session(self.dsn, "f", "graph_mvcc_owner", 2, "shared"),
        ]

    def node(self, s):
        return f"(select node_id from {s.graph}.node where tenant_id = graph_tenant('{s.graph}') order by md5(node_id || '{self.rng.random()}') limit 1)"

    def edge(self, s):
        return f"(select edge_id from {s.graph}.edge where tenant_id = graph_tenant('{s.graph}') order by md5(edge_id || '{self.rng.random()}') limit 1)"

    def weight(self):
        return self.rng.randint(1, 1 << 20) / 16

    # ---- turns: each returns statements ----
    def insert(self, s):
        n = self.rng.choice([1, 1, 1, 5])
        return [f"insert into {s.graph}.edge (source, target, type, weight) select a, b, '{self.rng.choice('XYZ')}', {self.weight()} + i / 64.0"
                f" from (select {self.node(s)} as a, {self.node(s)} as b, i from generate_series(1, {n}) i) x where a is not null"]

    def update(self, s):
        what = self.rng.choice([f"weight = {self.weight()}", "type = 'Y'", f"source = {self.node(s)}", f"target = {self.node(s)}",
                                "properties = '{\"p\": 1}'", "edge_id = edge_id + 100000"])
        return [f"update {s.graph}.edge set {what} where edge_id = {self.edge(s)} and tenant_id = graph_tenant('{s.graph}')"]

    def delete(self, s):
        return [f"delete from {s.graph}.edge where edge_id = {self.edge(s)} and tenant_id = graph_tenant('{s.graph}')"]

    def upsert(self, s):
        return [f"select graph_upsert_edge('{s.graph}', 'k{self.rng.randint(1, 20)}', 'k{self.rng.randint(1, 20)}', 'X', weight => {self.weight()})"]

    def new_node(self, s):
        return [f"select graph_upsert_node('{s.graph}', 'k{self.rng.randint(1, 25)}')"]

    def drop_node(self, s):
        return [f"select graph_delete_nodes('{s.graph}', '{{k{self.rng.randint(15, 25)}}}')"]

    def bulk(self, s):
        return [f"insert into {s.graph}.edge (source, target, type, weight) select a.node_id, b.node_id, 'B', {self.weight()} from {s.graph}.node a, {s.graph}.node b,"
                f" generate_series(1, {self.rng.choice([1, 6])}) where a.tenant_id = graph_tenant('{s.graph}') and b.tenant_id = a.tenant_id",
                f"delete from {s.graph}.edge where type = 'B' and tenant_id = graph_tenant('{s.graph}') and edge_id % 50 > 0"]

    def begin(self, s):
        if s.in_transaction:
            return []
        s.savepoints = 0
        level = self.rng.choice(["read committed", "repeatable read", "repeatable read", "serializable"])
        # a snapshot, but no lock on the graph
        # (and perhaps a transaction id before it changes anything)
        own = self.rng.choice(["count(*)", "pg_current_xact_id(), count(*)"])
        return [f"begin isolation level {level}", f"select {own} from pg_am"]

    def end(self, s):
        if not s.in_transaction:
            return []
        s.savepoints = 0
        s.cursor = False
        return [self.rng.choice(["commit", "commit", "rollback"])]

    def savepoint(self, s):
        if not s.in_transaction:
            return []
        s.savepoints += 1
        return [f"savepoint s{s.savepoints}"]

    def back(self, s):
        if not s.in_transaction or s.savepoints == 0:
            return []
        s.savepoints -= 1
        return [f"rollback to savepoint s{s.savepoints + 1}"]

    def release(self, s):
        if not s.in_transaction or s.savepoints == 0:
            return []
        s.savepoints -= 1
        return [f"release savepoint s{s.savepoints + 1}"]

    def caught(self, s):
        """A subtransaction that fails after changing the graph."""
        return [f"do $$ begin insert into {s.graph}.edge (source, target, type, weight) select {self.node(s)}, {self.node(s)}, 'F', 1; perform 1 / 0;"
                " exception when division_by_zero then null; when not_null_violation then null; end $$"]

    def secretly(self, s):
        """The owner changes rows while the triggers are off."""
        if s.name not in "acf":
            return []
        trigger = self.rng.choice(["graph_change_insert", "all"])
        if trigger == "all" and s.name != "c":
            trigger = "user"
        turns = [f"alter table {s.graph}.edge disable trigger {trigger}",
                 f"insert into {s.graph}.edge (source, target, type, weight) select a, b, 'S', {self.weight()} from (select {self.node(s)} as a, {self.node(s)} as b) x where a is not null"]
        turns += [f"alter table {s.graph}.edge enable always trigger {name}" for name in (
            ["graph_change_insert"] if trigger == "graph_change_insert" else
            [f"graph_{w}_{e}" for w in ("begin", "change") for e in ("insert", "update", "delete", "truncate")])]
        if trigger != "graph_change_insert":
            turns.append(f"alter table {s.graph}.edge enable replica trigger graph_change_row")
        if trigger == "all":
            turns.append(f"alter table {s.graph}.edge enable trigger all")
            turns += [f"alter table {s.graph}.edge enable always trigger graph_{w}_{e}" for w in ("begin", "change") for e in ("insert", "update", "delete", "truncate")]
            turns.append(f"alter table {s.graph}.edge enable replica trigger graph_change_row")
        return turns if s.in_transaction else ["begin", *turns, "commit"]

    def replica(self, s):
        if s.name != "c":
            return []
        return ["set session_replication_role = replica", *self.insert(s), *self.delete(s), "set session_replication_role = origin"]

    def rewrite(self, s):
        if s.name not in "acf":
            return []
        return [f"alter table {s.graph}.edge alter column weight type float8 using weight + 1"]

    def truncate(self, s):
        if s.name not in "acf":
            return []
        return [f"truncate {s.graph}.edge"]

    def vacuum(self, s):
        if s.in_transaction or s.name not in "acf":
            return []
        return [self.rng.choice(["vacuum", "analyze", "vacuum full", "cluster"]).replace("cluster", "vacuum") + f" {s.graph}.edge"]

    def declare(self, s):
        if not s.in_transaction or s.cursor:
            return []
        s.cursor = True
        return [f"declare c cursor for {self.check_text(s, False)}"]

    def fetch(self, s):
        if not s.cursor:
            return []
        s.cursor = False
        return ["fetch all from c", "close c"]

    def grant(self, s):
        if s.name not in "acf":
            return []
        return [f"grant update on {s.graph}.edge to graph_mvcc_member"]

    def quiet(self, s):
        """Most sessions end, so that whoever needs the whole table gets it."""
        for other in self.sessions:
            if other is not s and other.in_transaction and self.rng.random() < 0.8:
                other.run("rollback")
                self.history.append(f"{other.name}: rollback")
                other.savepoints, other.cursor = 0, False
        return self.rng.choice([self.rewrite, self.truncate, self.secretly, self.vacuum])(s)

    def story(self, s):
        """Chances are small that these meet by themselves."""
        if s.in_transaction:
            return []
        partners = [o for o in self.sessions if o is not s and o.graph == s.graph and not o.in_transaction]
        if not partners:
            return []
        o = self.rng.choice(partners)
        kind = self.rng.choice(["old cursor", "own id"] + ["lost end"] * (s.name == "c"))
        if kind == "old cursor":
            script = [(s, "begin"), (s, f"declare c cursor for {self.check_text(s, False)}"), (o, self.insert(o)[0]),
                      (s, None), (s, "fetch all from c"), (s, None), (s, "commit")]
        elif kind == "lost end":
            key = f"k{self.rng.randint(15, 25)}"
            script = [(o, f"select graph_upsert_node('{s.graph}', '{key}')"),
                      (s, "begin isolation level repeatable read"), (s, "select count(*) from pg_am"),
                      (o, f"select graph_delete_nodes('{s.graph}', '{{{key}}}')"),
                      (s, "set session_replication_role = replica"),
                      (s, f"insert into {s.graph}.edge (source, target, type, weight) select a.node_id, b.node_id, 'X', {self.weight()}"
                          f" from {s.graph}.node a, {s.graph}.node b where a.key = 'k{self.rng.randint(1, 14)}' and b.key = '{key}'"),
                      (s, None), (s, "set session_replication_role = origin"), (s, "commit"), (s, None), (o, None)]
        else:
            script = [(s, "begin"), (s, "select pg_current_xact_id()"), (o, self.insert(o)[0]), (s, None),
                      (s, self.insert(s)[0]), (s, "commit"), (s, None)]
        for session, statement in script:
            if statement is None:
                self.check(session)
            elif not self.run(session, statement):
                break
        else:
            self.counts[kind] += 1
        if s.in_transaction:
            s.run("rollback")
        return []

    TURNS = [(quiet, 6), (story, 10), (insert, 30), (update, 20), (delete, 15), (upsert, 10), (new_node, 5), (drop_node, 5), (bulk, 1), (begin, 25), (end, 22),
             (savepoint, 8), (back, 6), (release, 3), (caught, 4), (secretly, 3), (replica, 2), (rewrite, 1), (truncate, 1), (vacuum, 2),
             (declare, 12), (fetch, 12), (grant, 1)]

    def check_text(self, s, walk=True):
        if walk and self.rng.random() < 0.5:
            return WALK.format(g=s.graph, start=self.rng.randint(1, 45), hops=self.rng.randint(1, 3), direction=self.rng.choice(["out", "in", "any"]))
        return CHECK_DEGREES.format(g=s.graph, types=self.rng.choice(["null::text[]", "'{X,S}'::text[]"]))

    def fail(self, s, rows):
        print("\n".join(self.history[-80:]))
        sys.exit(f"session {s.name} sees a difference: {rows[:10]}")

    def run(self, s, statement):
        self.history.append(f"{s.name}: {statement}")
        try:
            cursor = s.run(statement)
            if statement.startswith("fetch"):
                rows = cursor.fetchall()
                if rows:
                    self.fail(s, rows)
                self.counts["cursors"] += 1
            return True
        except errors.DataCorrupted as error:
            self.fail(s, [str(error)])
        except EXPECTED as error:
            self.history.append(f"{s.name}: -- {type(error).__name__}")
            self.counts["refused"] += 1
            if s.in_transaction:
                if s.savepoints and self.rng.random() < 0.5:
                    s.savepoints -= 1
                    s.run(f"rollback to savepoint s{s.savepoints + 1}")
                    self.history.append(f"{s.name}: rollback to savepoint s{s.savepoints + 1}")
                else:
                    s.run("rollback")
                    s.savepoints = 0
                    self.history.append(f"{s.name}: rollback")
                s.cursor = False
            s.run("reset session_replication_role" if s.name == "c" else "select 1")
            return False

    def step(self):
        turn, = self.rng.choices([t for t, _ in self.TURNS], [w for _, w in self.TURNS])
        s = self.rng.choice(self.sessions)
        for statement in turn(self, s):
            if not self.run(s, statement):
                break
            self.counts[turn.__name__] += 1
        for s in self.rng.sample(self.sessions, self.rng.randint(0, 2)):
            self.check(s)

    def check(self, s):
        text = self.check_text(s)
        self.history.append(f"{s.name}: check {' '.join(text.split())[:60]}")
        try:
            s.run("set graph.index_edges = %d" % self.rng.choice([0, 0, 2000])) if not s.in_transaction else None
            rows = s.run(text).fetchall()
        except EXPECTED as error:
            self.history.append(f"{s.name}: -- {type(error).__name__}")
            if s.in_transaction:
                s.run("rollback")
                s.savepoints, s.cursor = 0, False
            return
        if rows:
            self.fail(s, rows)
        self.counts["checks"] += 1


def main(dsn=os.environ.get("DATABASE_URL"), steps=20000 if os.environ.get("BELLWETHER_LONG") else 1500, seed=1):
    test = Test(dsn, random.Random(int(seed)))
    for number in range(int(steps)):
        test.step()
    for s in test.sessions:
        s.db.close()
    for graph in ("mvcc", "shared"):
        test.admin.execute(f"drop schema {graph} cascade")
    test.admin.execute("revoke create on database %s from graph_mvcc_owner" % test.admin.info.dbname)
    try:
        test.admin.execute("drop role graph_mvcc_owner, graph_mvcc_member")
    except errors.DependentObjectsStillExist:
        print("the roles stay for a test in another database")
    print(f"{steps} turns:", ", ".join(f"{n} {c}" for n, c in sorted(test.counts.items())))


if __name__ == "__main__":
    main(*sys.argv[1:])
