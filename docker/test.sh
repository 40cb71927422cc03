#!/usr/bin/env bash
# Runs the tests: docker/test.sh [all] | long | swift | c | tap | clients | drop_in | doors | sql | desk | demo
# Each runner prints its own closing lines; the first failure ends the run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
server=docker/server.sh
base=$($server base)
bellwether=.build/release/bellwether
admin=$($server dsn admin)
maintenance=${admin/\/bellwether\?//postgres?}

say() { printf '\ntest: %s\n' "$*" >&2; }
database() { printf '%s\n' "${admin/\/bellwether\?//$1?}"; }
sql() { PGOPTIONS="-c client_min_messages=warning" psql -Xq -v ON_ERROR_STOP=1 "$maintenance" -c "$1"; }

# One migrated database that every test clones; made anew when anything it is made of changed.
template() {
    local wanted have
    wanted=$(cat extension/bellwether.so extension/bellwether--*.sql sql/*.sql sql/[0-9]*/*.sql sql/migrations/* | sha256sum)
    have=$(cat "$base/template" 2> /dev/null || true)
    [ "$wanted" != "$have" ] || return 0
    say "making the template database"
    sql "drop database if exists bellwether_template with (force)"
    sql "create database bellwether_template"
    "$bellwether" migrate --database "$(database bellwether_template)" > "$base/template.log" 2>&1 \
        || { cat "$base/template.log" >&2; exit 1; }
    printf '%s\n' "$wanted" > "$base/template"
}

test_c() {
    say "extension: kernels"
    make -s -C extension check-kernels
    say "extension: regression"
    local dsn_host
    dsn_host=${admin##*host=}
    PGHOST=$dsn_host PGUSER=postgres make -s -C extension with_llvm=no PG_CONFIG="$($server pg_config)" installcheck \
        || { cat extension/regression.diffs >&2; exit 1; }
    docs/query_errors.sh --check
    say "extension: upgraded is fresh"
    extension/test/upgrade.sh "$maintenance"
    say "extension: reindexed while others write, dumped and restored, dropped and made again"
    extension/test/lifecycle.sh "$maintenance"
    say "extension: answers against TA-Lib, empyrical, backtesting.py, igraph, networkx, rdflib; random queries, damaged input, odd arguments"
    oracles series_test series_fuzz performance_test backtest_test backtest_fuzz vector_fuzz graph_algorithms \
        graph_mvcc cypher_fuzz sparql_test cypher_memory input_fuzz function_fuzz
}

# Scripts that compare the extension with other programs, in a database of their own.
oracles() {
    local script
    sql "drop database if exists bellwether_oracle with (force)"
    sql "create database bellwether_oracle"
    for script; do
        DATABASE_URL=$(database bellwether_oracle) "$(docker/python.sh test)" \
            "extension/test/oracle/$script.py" "$(database bellwether_oracle)"
    done
    sql "drop database bellwether_oracle with (force)"
}

test_long() {
    test_tap
    say "many random queries"
    BELLWETHER_LONG=yes oracles series_fuzz backtest_fuzz vector_fuzz graph_mvcc cypher_fuzz sparql_test input_fuzz function_fuzz
    template
    say "many random desks"
    BELLWETHER_LONG=yes test_sql sql/tests/80_trade/walk_property_test.sql
    test_desk 60 5
    BELLWETHER_LONG=yes test_swift
    test_clients
    test_drop_in
    test_doors
}

test_sql() {
    say "SQL"
    local name=bellwether_pgtap_$$ status=0
    # A copy has no settings of its template.
    sql "create database $name template bellwether_template"
    sql "alter database $name set session_preload_libraries = bellwether"
    sql "alter database $name set timezone = 'UTC'"
    psql -Xq -v ON_ERROR_STOP=1 "$(database "$name")" -c "create extension pgtap"
    PGOPTIONS="-c client_min_messages=warning" PGHOST=${admin##*host=} PGUSER=postgres \
        pg_prove -d "$name" --ext .sql -r "${@:-sql/tests}" || status=$?
    sql "drop database $name with (force)"
    return $status
}

# Eight sessions at one account at a time, in databases of their own: test_desk [SECONDS [SEEDS]]
test_desk() {
    say "many sessions at one account"
    local name=bellwether_desk_$$ seed status=0
    for seed in $(seq "${2:-1}"); do
        sql "create database $name template bellwether_template"
        sql "alter database $name set session_preload_libraries = bellwether"
        sql "alter database $name set timezone = 'UTC'"
        "$(docker/python.sh test)" Tests/DeskTests/sessions_test.py "$(database "$name")" "${1:-10}" "$seed" || status=$?
        sql "drop database $name with (force)"
    done
    return $status
}

# Servers that are killed, and a standby: as the server's user, because PostgreSQL
# refuses root, in a folder that this user may write. test_tap [END OF NAME]
test_tap() {
    say "extension: crashes, concurrency, standby"
    local config place lib
    config=$($server pg_config)
    lib=$("$config" --pkglibdir)/pgxs/src/test
    place=$(mktemp -d /tmp/bellwether-tap.XXXXXX)
    cp extension/test/t/*"${1:-}".pl "$place"
    [ "$(id -u)" -ne 0 ] || chown -R postgres: "$place"
    if ! (cd "$place" && "$root/$server" run env TESTDIR="$place" TESTLOGDIR="$place/log" \
        TESTDATADIR="$place/data" PG_REGRESS="$lib/regress/pg_regress" \
        PATH="$("$config" --bindir):$PATH" prove -I "$lib/perl" ./*.pl); then
        printf 'test: the logs are in %s\n' "$place" >&2
        return 1
    fi
    rm -rf "$place"
}

test_swift() {
    say "encoder: kernels and damaged weights"
    Tests/CEncoderTests/run.sh
    say "Swift"
    docker/build.sh tests
    # Flows one by one: each has databases and processes of its own, and limits in time.
    export DATABASE_URL=$admin BELLWETHER_MODEL_PATH=$base/model
    BELLWETHER_PYTHON=$(docker/python.sh test)
    export BELLWETHER_PYTHON
    swift test --skip-build --skip FlowTests
    swift test --skip-build --no-parallel --filter FlowTests
}

test_clients() {
    say "clients of pgvector: psycopg, SQLAlchemy, Django, LangChain"
    extension/test/clients/run.sh
}

test_drop_in() {
    say "the same questions to pgvector and the extension; its dump restored"
    extension/test/drop_in/compare.sh
    extension/test/drop_in/restore.sh
    say "those questions under valgrind"
    extension/test/valgrind.sh
    extension/test/valgrind_cypher.sh
}

test_demo() {
    say "demo, killed and run again"
    demo/test.sh
}

# The page in headless Chromium, the API against its own description, a thousand streams:
# over a database in which the demo has run.
test_doors() {
    say "doors"
    docker/packages.sh doors
    local name=bellwether_doors_$$ status=0 scratch gateway url python
    scratch=$(mktemp -d)
    python=$(docker/python.sh doors)
    sql "create database $name template bellwether_template"
    "$bellwether" migrate --database "$(database "$name")" > /dev/null
    psql -Xq -v ON_ERROR_STOP=1 "$(database "$name")" -f demo/tenant.sql > /dev/null
    dsn() { $server dsn "$1" | sed "s#/bellwether?#/$name?#"; }
    BELLWETHER_ADMIN_DSN=$(dsn admin) BELLWETHER_WORKER_DSN=$(dsn worker) \
        BELLWETHER_ANALYST_DSN=$(dsn analyst) BELLWETHER_MODEL_PATH=$base/model \
        demo/run.sh > "$scratch/demo.out" 2>&1 || { tail -n 30 "$scratch/demo.out" >&2; return 1; }
    key() { "$bellwether" key create --scopes trade --rate 100000 --name "$@" --database "$(dsn admin)" > "$scratch/$1"; }
    key page
    key api
    psql -Xq -v ON_ERROR_STOP=1 "$(dsn admin)" -c "select tenant.create_tenant(2, 'two')" > /dev/null
    "$(docker/python.sh test)" Tests/DeskTests/outsiders_test.py "$(dsn admin)" || status=$?
    "$(docker/python.sh test)" Tests/DeskTests/as_of_test.py "$(dsn admin)" || status=$?
    key other --tenant 2
    "$bellwether" gateway --port 0 --rpc-port 0 --libraries "$base/web" --log-format json \
        --database "$(dsn gateway)" 2> "$scratch/gateway.log" &
    gateway=$!
    until grep -qs 'listening on' "$scratch/gateway.log"; do
        kill -0 "$gateway" || { cat "$scratch/gateway.log" >&2; return 1; }
        sleep 0.1
    done
    url=$(sed -n 's#.*listening on \(http[^ ,]*\)/,.*#\1#p' "$scratch/gateway.log")
    "$python" Tests/DoorTests/page_test.py "$url" "$scratch/page" "$base/screenshots" || status=$?
    "$python" Tests/DoorTests/figures_test.py "$url" "$scratch/page" "$(dsn analyst)" || status=$?
    "$python" Tests/DoorTests/copies_test.py "$url" "$scratch/page" "$(dsn analyst)" || status=$?
    Tests/DoorTests/api_test.sh "$(dirname "$python")/schemathesis" "$url" "$scratch/api" "$(dsn analyst)" \
        || status=$?
    "$python" Tests/DoorTests/tenants_test.py "$url" "$scratch/api" "$scratch/other" || status=$?
    kill -TERM "$gateway"
    wait "$gateway" || status=$?
    Tests/DoorTests/transport_test.sh "$scratch/api" \
        "$bellwether" gateway --libraries "$base/web" --database "$(dsn gateway)" || status=$?
    "$python" Tests/DoorTests/streams_test.py "$scratch/api" 1000 "$(dsn admin)" \
        "$bellwether" gateway --libraries "$base/web" --database "$(dsn gateway)" || status=$?
    sql "drop database $name with (force)"
    rm -rf "$scratch"
    return $status
}

case ${1:-all} in
    all) template; test_c; test_tap concurrent; test_sql; test_desk; test_swift; test_demo ;;
    long) test_long ;;
    c) test_c ;;
    tap) test_tap "${2:-}" ;;
    clients) test_clients ;;
    drop_in) test_drop_in ;;
    sql) template; test_sql ;;
    desk) template; test_desk "${@:2}" ;;
    swift) template; test_swift ;;
    demo) template; test_demo ;;
    doors) template; test_doors ;;
    *) sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
