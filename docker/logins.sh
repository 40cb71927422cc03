#!/usr/bin/env bash
# Gives the logins of worker and gateway the passwords that docker/secrets.sh made.
set -euo pipefail
PGPASSWORD=$(cat "${POSTGRES_PASSWORD_FILE:?the file that holds the password of the superuser}")
export PGPASSWORD
exec psql -Xq -v ON_ERROR_STOP=1 -U postgres -d bellwether -f "${LOGINS_FILE:-/run/secrets/logins.sql}"
