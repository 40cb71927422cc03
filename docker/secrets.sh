#!/usr/bin/env bash
# Makes the passwords of docker/compose.yaml, once: docker/secrets.sh [FOLDER]
#   postgres          the superuser's password
#   logins.sql        gives worker and gateway theirs
#   admin.conf, worker.conf, gateway.conf
#                     settings of the program: where the database is, with the password
# The folder is its owner's alone; what is there is kept.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:-docker/secrets}
umask 077
mkdir -p "$folder"

password() { head -c 24 /dev/urandom | base64 | tr '+/' '-_'; }

# A mounted file is read by the user of its container, who is not its owner.
keep() {
    [ -s "$folder/$1" ] && { cat > /dev/null; return; }
    cat > "$folder/$1.new"
    chmod 644 "$folder/$1.new"
    mv "$folder/$1.new" "$folder/$1"
    echo "secrets: made $folder/$1" >&2
}

settings() { printf 'database_url = postgresql://%s:%s@database/bellwether\n' "$1" "$2"; }

password | tr -d '\n' | keep postgres
settings postgres "$(cat "$folder/postgres")" | keep admin.conf
if ! [ -s "$folder/logins.sql" ]; then
    worker=$(password) gateway=$(password)
    settings bellwether_worker "$worker" | keep worker.conf
    settings bellwether_gateway "$gateway" | keep gateway.conf
    printf "alter role %s password '%s';\n" bellwether_worker "$worker" bellwether_gateway "$gateway" \
        | keep logins.sql
fi
