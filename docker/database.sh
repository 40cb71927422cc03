#!/usr/bin/env bash
# The database image's process: initialises an empty volume, then becomes PostgreSQL.
# The superuser's password is read from the file that POSTGRES_PASSWORD_FILE names.
set -euo pipefail
bin=/usr/lib/postgresql/15/bin
data=/var/lib/postgresql/data/15

if [ ! -f "$data/PG_VERSION" ]; then
    : "${POSTGRES_PASSWORD_FILE:?set it to the file that holds the password of the superuser}"
    "$bin/initdb" -D "$data" -U postgres --auth-local=peer --auth-host=scram-sha-256 \
        --pwfile="$POSTGRES_PASSWORD_FILE" -E UTF8 --locale=C.UTF-8 --no-instructions
    echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
    "$bin/pg_ctl" -D "$data" -o "-c listen_addresses=''" -w -s start
    "$bin/createdb" -h /var/run/postgresql -U postgres bellwether
    "$bin/pg_ctl" -D "$data" -m fast -w -s stop
fi
exec "$bin/postgres" -D "$data" -c listen_addresses='*' -c timezone=UTC -c jit=off
