#!/usr/bin/env bash
# The background processes of this checkout, worker and gateway: docker/processes.sh up | down | page
# page prints where the page is and the file with the key for it.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
base=$(docker/server.sh base)
binary=.build/release/bellwether
key=$base/page.key

# The process of this name that we started, if it still is that one.
pid() {
    local pid
    pid=$(cat "$base/$1.pid" 2> /dev/null) || return 1
    [ "$(readlink "/proc/$pid/exe" 2> /dev/null | sed 's/ (deleted)$//')" = "$(realpath "$binary")" ] \
        && printf '%s\n' "$pid"
}

stop() {
    local running
    running=$(pid "$1") || return 0
    kill -TERM "$running"
    for _ in $(seq 150); do
        [ -d "/proc/$running" ] || { rm -f "$base/$1.pid"; return 0; }
        sleep 0.1
    done
    echo "$1: did not stop within 15 s; killing it" >&2
    kill -KILL "$running"
    rm -f "$base/$1.pid"
}

# start NAME ARGUMENT...: runs `bellwether NAME` in the background, anew after a build.
start() {
    local name=$1
    if pid "$name" > /dev/null && [ ! "$binary" -nt "$base/$name.pid" ]; then
        return 0
    fi
    stop "$name"
    setsid nohup "$binary" "$@" --log-format json < /dev/null >> "$base/$name.log" 2>&1 &
    echo $! > "$base/$name.pid"
    sleep 0.5
    if [ ! -d "/proc/$(cat "$base/$name.pid")" ]; then
        tail -n 2 "$base/$name.log" >&2
        echo "$name: ended at once, log in $base/$name.log" >&2
        return 1
    fi
    echo "$name: running, log in $base/$name.log" >&2
}

# port FILE FIRST: a port of this checkout: FIRST, or the next one that is free; kept.
port() {
    local port=$2
    if [ ! -s "$base/$1" ]; then
        while (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do port=$((port + 1)); done
        echo "$port" > "$base/$1"
    fi
    cat "$base/$1"
}

# The demo desk's key for the page, made once.
page_key() {
    [ -s "$key" ] || (
        umask 077
        "$binary" key create --tenant 1 --name page --scopes trade --log-level error \
            --database "$(docker/server.sh dsn admin)" > "$key"
    )
}

up() {
    # Debian's OpenBLAS does not know newer processors and takes half their speed.
    if grep -qw avx512f /proc/cpuinfo; then
        export OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-SkylakeX}
    fi
    export BELLWETHER_MODEL_PATH=$base/model
    start worker --database "$(docker/server.sh dsn worker)"
    page_key
    start gateway --database "$(docker/server.sh dsn gateway)" \
        --port "$(port gateway.port 8000)" --rpc-port "$(port rpc.port 7879)" \
        --libraries "$base/web"
    page
}

down() {
    stop gateway
    stop worker
}

page() { echo "page: http://127.0.0.1:$(port gateway.port 8000)/ with the key in $key" >&2; }

case ${1:-} in
    up | down | page) "$1" ;;
    *) sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
