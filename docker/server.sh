#!/usr/bin/env bash
# The private PostgreSQL of this checkout: its own copy of the server's folders,
# its own data, a socket that only its owner (and root) can open.
#
#   docker/server.sh up             copy, initialise, start; repeatable
#   docker/server.sh down           stop
#   docker/server.sh clean          stop it, worker and gateway, and remove everything
#   docker/server.sh dsn [ROLE]     connection string: analyst (default), reader,
#                                   gateway, worker, owner, admin
#   docker/server.sh pg_config      path of the copy's pg_config
#   docker/server.sh run CMD ...    run a command as the server's user
set -euo pipefail

version=15
database=${BELLWETHER_DATABASE:-bellwether}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf '%s\n' "server: $*" >&2; }
die() { say "$*"; exit 1; }

# PostgreSQL refuses root: then its own user from the Debian package runs it.
if [ "$(id -u)" -eq 0 ]; then
    as_server() { runuser -u postgres -- "$@"; }
else
    as_server() { "$@"; }
fi

# Where everything lives: in the checkout if the server's user may enter it.
place() {
    local hash
    hash=$(printf '%s' "$root" | sha256sum | cut -c1-8)
    base=$root/.bellwether
    if [ "$(id -u)" -eq 0 ] && id postgres >/dev/null 2>&1 \
        && ! as_server test -x "$root"; then
        base=/var/tmp/bellwether-$(id -u)-$hash
    fi
    socket=$base/socket
    # A socket's whole path must stay under 108 bytes.
    if [ ${#socket} -gt 80 ]; then
        socket=/tmp/bellwether-$(id -u)-$hash
    fi
    bin=$base/postgres/lib/postgresql/$version/bin
    data=$base/data
    log=$base/server.log
}

copy_server() {
    local source=/usr/lib/postgresql/$version share=/usr/share/postgresql/$version
    [ -x "$source/bin/postgres" ] \
        || die "PostgreSQL $version is not installed; run docker/packages.sh as root"
    local wanted have
    wanted=$("$source/bin/postgres" --version)
    have=$(cat "$base/postgres/version" 2>/dev/null || true)
    if [ "$wanted" = "$have" ]; then
        # Packages that came since bring extensions that the tests need.
        cp -an "$source/." "$base/postgres/lib/postgresql/$version"
        cp -aLn "$share/." "$base/postgres/share/postgresql/$version"
        return
    fi
    running && down
    say "copying $wanted"
    rm -rf "$base/postgres"
    mkdir -p "$base/postgres/lib/postgresql" "$base/postgres/share/postgresql"
    cp -a "$source" "$base/postgres/lib/postgresql/$version"
    cp -aL "$share" "$base/postgres/share/postgresql/$version"
    ln -s /usr/include "$base/postgres/include"
    printf '%s\n' "$wanted" > "$base/postgres/version"
}

initialise() {
    [ -f "$data/PG_VERSION" ] && return
    say "initialising $data"
    rm -rf "$data"
    mkdir -p "$data"
    chmod 700 "$data"
    [ "$(id -u)" -ne 0 ] || chown postgres: "$data"
    as_server "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
        --no-instructions > "$base/initdb.log" 2>&1 || die "initdb failed: $(cat "$base/initdb.log")"
    as_server tee -a "$data/postgresql.conf" > /dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$socket'
unix_socket_permissions = 0700
timezone = 'UTC'
log_timezone = 'UTC'
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
max_connections = 120
jit = off
log_min_duration_statement = 5s
idle_in_transaction_session_timeout = 10min
CONF
}

running() { [ -f "$data/postmaster.pid" ] && as_server "$bin/pg_ctl" -D "$data" status > /dev/null 2>&1; }

# What another user has made cannot be kept up to date, nor its server be started.
own() {
    mkdir -p "$base" 2> /dev/null || die "$base cannot be made: clone into a folder that you may write"
    [ "$(id -u)" -eq 0 ] || [ -O "$base" ] \
        || die "$base belongs to $(stat -c %U "$base"): work as that user, or in a clone of your own"
}

up() {
    own
    mkdir -p "$socket"
    copy_server
    initialise
    chmod 700 "$socket"
    [ "$(id -u)" -ne 0 ] || chown postgres: "$socket"
    running && return
    touch "$log"
    [ "$(id -u)" -ne 0 ] || chown postgres: "$log"
    # stdin and stdout must not be inherited: a caller's pipe would never close.
    as_server "$bin/pg_ctl" -D "$data" -l "$log" -w -t 60 -s start < /dev/null > /dev/null 2>&1 \
        || die "PostgreSQL did not start; the last lines of $log: $(tail -n 5 "$log")"
    "$bin/psql" -XqAt -h "$socket" -U postgres -d postgres \
        -c "select 1 from pg_database where datname = '$database'" | grep -q 1 \
        || "$bin/createdb" -h "$socket" -U postgres "$database"
    say "running: $socket"
}

down() {
    running || return 0
    as_server "$bin/pg_ctl" -D "$data" -m fast -w -s stop
    say "stopped"
}

clean() {
    # What runs from here is found by files in the folder that goes.
    "$root/docker/processes.sh" down
    down
    rm -rf "$base" "$socket"
}

dsn() {
    local user options=
    case ${1:-analyst} in
        admin) user=postgres ;;
        owner) user=postgres options='&options=-c%20role%3Dbellwether_owner' ;;
        worker) user=bellwether_worker ;;
        gateway) user=bellwether_gateway ;;
        analyst) user=demo_analyst ;;
        reader) user=demo_reader ;;
        *) die "unknown role '$1': analyst, reader, gateway, worker, owner or admin" ;;
    esac
    printf 'postgresql://%s@/%s?host=%s%s\n' "$user" "$database" "$socket" "$options"
}

place
case ${1:-} in
    up | down | clean) "$1" ;;
    dsn) dsn "${2:-}" ;;
    pg_config) printf '%s\n' "$bin/pg_config" ;;
    base) printf '%s\n' "$base" ;;
    run) shift; as_server env PATH="$bin:$PATH" PGHOST="$socket" PGUSER=postgres "$@" ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
