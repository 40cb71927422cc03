#!/usr/bin/env bash
# Runs the demo twice in scratch databases: once in peace, once with its worker killed by
# SIGKILL again and again, then each once more. All must end in the same rows.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
server=docker/server.sh
base=$($server base)
admin=$($server dsn admin)
maintenance=${admin/\/bellwether\?//postgres?}
kills=${KILLS:-12}
scratch=$(mktemp -d)
passed=0 failed=0

dsn() { $server dsn "$1" | sed "s#/bellwether?#/$2?#"; }
finish() {
    for name in bellwether_demo_peace bellwether_demo_kills bellwether_demo_restored; do
        psql -Xq "$maintenance" -c "drop database if exists $name with (force)" 2> /dev/null
    done
    rm -rf "$scratch"
}
trap finish EXIT

check() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
        echo "demo test: $1"
    else
        failed=$((failed + 1))
        echo "demo test: NOT $1"
        diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | sed -n 1,20p
    fi
}

# Stands in for the program: lets a worker live for a random while, kills it, starts another.
cat > "$scratch/killer" <<'KILLER'
#!/usr/bin/env bash
set -euo pipefail
binary=$PWD/.build/release/bellwether
[ "$1" = worker ] || exec "$binary" "$@"
while [ "$(cat "$KILLS_LEFT")" -gt 0 ]; do
    "$binary" "$@" &
    victim=$!
    sleep "$((RANDOM % 3)).$((RANDOM % 10))"
    if kill -KILL "$victim" 2> /dev/null; then
        echo $(($(cat "$KILLS_LEFT") - 1)) > "$KILLS_LEFT"
        echo "killed" >> "$KILLS_LEFT.log"
        wait "$victim" 2> /dev/null || true
    else
        wait "$victim" && exit 0
    fi
    # A few kills in each part of the demo, not all of them in the first.
    [ $((RANDOM % 3)) -ne 0 ] || break
done
exec "$binary" "$@"
KILLER
chmod +x "$scratch/killer"

prepare() {
    psql -Xq "$maintenance" -c "drop database if exists $1 with (force)" 2> /dev/null
    psql -Xq -v ON_ERROR_STOP=1 "$maintenance" -c "create database $1 template bellwether_template"
    .build/release/bellwether migrate --database "$(dsn admin "$1")" > /dev/null
    psql -Xq -v ON_ERROR_STOP=1 "$(dsn admin "$1")" -f demo/tenant.sql > /dev/null
}

run() {
    BELLWETHER_ADMIN_DSN=$(dsn admin "$1") BELLWETHER_WORKER_DSN=$(dsn worker "$1") \
        BELLWETHER_ANALYST_DSN=$(dsn analyst "$1") BELLWETHER_MODEL_PATH=$base/model \
        demo/run.sh > "$scratch/$1.out" 2>&1 || { tail -n 30 "$scratch/$1.out" >&2; exit 1; }
}

fingerprint() { psql -XqAt -v ON_ERROR_STOP=1 "$(dsn admin "$1")" -f demo/fingerprint.sql; }

prepare bellwether_demo_peace
run bellwether_demo_peace
peace=$(fingerprint bellwether_demo_peace)

prepare bellwether_demo_kills
echo "$kills" > "$scratch/left"
KILLS_LEFT=$scratch/left BELLWETHER=$scratch/killer run bellwether_demo_kills
check "workers were killed ($(wc -l < "$scratch/left.log") times)" yes \
    "$([ -s "$scratch/left.log" ] && echo yes)"
check "killing the worker leads to the same rows" "$peace" "$(fingerprint bellwether_demo_kills)"

run bellwether_demo_kills
check "a second run adds nothing" "$peace" "$(fingerprint bellwether_demo_kills)"

psql -Xq "$maintenance" -c "drop database if exists bellwether_demo_restored with (force)" 2> /dev/null
psql -Xq "$maintenance" -c "create database bellwether_demo_restored"
$server run pg_dump -U bellwether_backup -Fc bellwether_demo_peace \
    | $server run pg_restore --exit-on-error -d bellwether_demo_restored
check "what bellwether_backup dumps is restored to the same rows" "$peace" \
    "$(fingerprint bellwether_demo_restored)"

check "every example of the documents runs" yes \
    "$(if docs/examples.sh "$(dsn analyst bellwether_demo_peace)" > "$scratch/examples" 2>&1; then echo yes; else cat "$scratch/examples"; fi)"
for page in reference http_reference graph_reference cypher_reference; do
    check "docs/$page.sh writes what is in docs/reference" yes \
        "$(if "docs/$page.sh" --check "$(dsn admin bellwether_demo_peace)" > "$scratch/$page" 2>&1; then echo yes; else cat "$scratch/$page"; fi)"
done

check "docs/commands_reference.sh writes what is in docs/reference" yes \
    "$(if docs/commands_reference.sh --check > "$scratch/commands" 2>&1; then echo yes; else cat "$scratch/commands"; fi)"

printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
