#!/usr/bin/env bash
# Runs the benchmarks, each against its named baseline in the same run, and says which were
# left out and why: docker/bench.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
admin=$(docker/server.sh dsn admin)
vectors=${BELLWETHER_BENCH_DATA:-../shared/data/bench}
python=$(docker/python.sh bench)
bin=$(dirname "$(docker/server.sh pg_config)")
export PYTHON=$python PATH=$bin:$PATH

say() { printf '\nbench: %s\n' "$*"; }

say "exact scan against pgvector"
extension/bench/exact_scan.sh
say "halfvec, sparsevec and bit against pgvector"
extension/bench/vector_types.sh
say "backtest against backtesting.py"
PYTHON=$(docker/python.sh test) extension/bench/backtest.sh
if [ -d "$vectors" ]; then
    say "hnsw against pgvector"
    export BELLWETHER_BENCH_DATA=$vectors
    "$python" extension/bench/hnsw.py "$admin" text
    say "filters against pgvector and btree"
    "$python" extension/bench/hnsw_filter.py "$admin"
    say "ten rounds of churn against an index built anew"
    "$python" extension/bench/hnsw_churn.py "$admin"
    say "one process against two"
    "$python" extension/bench/hnsw_parallel.py "$admin"
    say "a build with little memory (1,000,000 rows: extension/bench/hnsw_memory.py says how)"
    "$python" extension/bench/hnsw_memory.py "$admin" 250000 16MB 1GB
    say "ivfflat against pgvector"
    extension/bench/ivfflat.sh
else
    say "hnsw left out: no vectors in $vectors; set BELLWETHER_BENCH_DATA"
fi
say "queue against pgqueuer, procrastinate and raw SKIP LOCKED"
"$python" bench/work.py "$admin"
say "own CPU of the agent cycle"
"$python" bench/cycle.py "$admin"
say "snapshots and patterns: bench/snapshots.py and bench/patterns.py say how"
say "graph against igraph, networkx and recursive SQL"
"$(docker/python.sh test)" extension/bench/graph.py "$admin"
