#!/usr/bin/env bash
# The background worker of this checkout: docker/worker.sh up | down
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
base=$(docker/server.sh base)
pidfile=$base/worker.pid
binary=.build/release/bellwether

# The process that we started, if it still is that one.
pid() {
    local pid
    pid=$(cat "$pidfile" 2> /dev/null) || return 1
    [ "$(readlink "/proc/$pid/exe" 2> /dev/null | sed 's/ (deleted)$//')" = "$(realpath "$binary")" ] \
        && printf '%s\n' "$pid"
}

down() {
    local running
    running=$(pid) || return 0
    kill -TERM "$running"
    for _ in $(seq 150); do
        [ -d "/proc/$running" ] || { rm -f "$pidfile"; return 0; }
        sleep 0.1
    done
    echo "worker: did not stop within 15 s; killing it (its jobs are rescued)" >&2
    kill -KILL "$running"
    rm -f "$pidfile"
}

up() {
    local running
    if running=$(pid) && [ ! "$binary" -nt "$pidfile" ]; then
        return 0
    fi
    down
    # Debian's OpenBLAS does not know newer processors and takes half their speed.
    if grep -qw avx512f /proc/cpuinfo; then
        export OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-SkylakeX}
    fi
    BELLWETHER_MODEL_PATH=$base/model setsid nohup "$binary" worker \
        --database "$(docker/server.sh dsn worker)" --log-format json \
        < /dev/null >> "$base/worker.log" 2>&1 &
    echo $! > "$pidfile"
    echo "worker: running, log in $base/worker.log" >&2
}

case ${1:-} in
    up | down) "$1" ;;
    *) sed -n '2s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
