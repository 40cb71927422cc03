"""Latency of rag.query_patterns over JSON-RPC, client included.

Usage: python bench/patterns.py DSN PROGRAM [text]
DSN is the superuser's of a database with demo/tenant.sql, filled by bench/patterns_data.sql
(instruments=24, bars=2500) and market.compute_snapshots; bench/patterns_more.sql (copies=16)
makes a million snapshots of them, bench/patterns_texts.sql gives those embeddings. With
`text` one client asks by text, too: give all snapshots their embeddings first (memory.set_embedding_window('all-MiniLM-L6-v2', '1d', '1990-01-01',
'2030-01-01'), then bellwether worker --until-idle --kinds embed_snapshots). PROGRAM is the release build of bellwether.
Prints for 1, 4 and 16 clients: requests a second, p50, p99; and the processor time that a
request cost in the server and in PostgreSQL, which other work on the machine does not stretch.
"""

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time

import psycopg

SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))


def processor_seconds(pids):
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except FileNotFoundError:
            pass
    return total


def client(port, questions, number, until, times, errors):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answers = connection.makefile("rb")
        while time.monotonic() < until:
            question = questions[number % len(questions)]
            number += 7
            began = time.monotonic()
            connection.sendall(question)
            answer = answers.readline()
            times.append(time.monotonic() - began)
            if b'"error"' in answer[:200] or b'"matches"' not in answer:
                errors.append(answer[:300])


def measure(name, port, questions, clients, pids):
    times, errors = [], []
    before, began = processor_seconds(pids()), time.monotonic()
    threads = [
        threading.Thread(target=client, args=(port, questions, n * 13, began + SECONDS, times, errors))
        for n in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors[0]
    spent = processor_seconds(pids()) - before
    percentile = statistics.quantiles(times, n=100)
    print(
        f"{name:9} {clients:3} clients: {len(times) / (time.monotonic() - began):6.0f} req/s, "
        f"p50 {percentile[49] * 1000:6.1f} ms, p99 {percentile[98] * 1000:6.1f} ms, "
        f"{spent / len(times) * 1000:5.2f} ms of processor a request",
        flush=True,
    )


def questions(database, kind):
    rows = database.execute(
        "select i.symbol, to_char(s.known_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
        " from market.snapshot s join market.instrument i using (instrument_id)"
        " where s.features is not null and s.bar_number % 97 = 5 and i.symbol <> '^GSPC'"
        " and s.bar_number > 1000 order by s.snapshot_id"
    ).fetchall()
    return [
        (json.dumps({
            "jsonrpc": "2.0", "id": n, "method": "rag.query_patterns",
            "params": {"symbol": symbol, "as_of": as_of, "by": kind},
        }) + "\n").encode()
        for n, (symbol, as_of) in enumerate(rows)
    ]


def main():
    dsn, program = sys.argv[1:3]
    gateway_dsn = dsn.replace("postgres@", "bellwether_gateway@")
    with psycopg.connect(dsn, autocommit=True) as database:
        count = database.execute("select count(*) from market.snapshot").fetchone()[0]
        asked = questions(database, "features")
    log = open("/tmp/bellwether-bench-patterns.log", "w+")
    gateway = subprocess.Popen(
        [program, "gateway", "--port", "0", "--rpc-port", "0", "--rpc-tenant", "1",
         "--log-format", "json", "--database", gateway_dsn], stderr=log, stdout=log)
    try:
        port = None
        for _ in range(200):
            time.sleep(0.1)
            text = open(log.name).read()
            if "7879" in text or "listening on" in text:
                found = re.search(r"JSON-RPC[^0-9]*(?:127\.0\.0\.1:)?(\d+)", text)
                port = int(found[1]) if found else None
                break
        assert port, open(log.name).read()
        print(f"{count} snapshots, {len(asked)} different questions", flush=True)

        def pids():
            with psycopg.connect(dsn) as database:
                backends = database.execute(
                    "select pid from pg_stat_activity where usename = 'bellwether_gateway'"
                    " and datname = current_database()"
                ).fetchall()
            return [gateway.pid] + [pid for (pid,) in backends]

        for clients in (1, 4, 16):
            measure("features", port, asked, clients, pids)
        if len(sys.argv) > 3:
            with psycopg.connect(dsn) as database:
                measure("text", port, questions(database, "text"), 1, pids)
    finally:
        gateway.terminate()
        gateway.wait()


main()
