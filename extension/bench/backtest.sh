#!/usr/bin/env bash
# extension/bench/backtest.sh: signals and backtest of one instrument in SQL against backtesting.py
# in the same run, same trades. Prints CPU time a backtest and the ratio (wanted: at least 10).
# PYTHON names an interpreter with the packages of test/oracle.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
server=$here/../../docker/server.sh
python=${PYTHON:-$("$here/../../docker/python.sh" test)}
"$server" up
admin=$("$server" dsn admin)
maintenance=${admin/\/bellwether\?//postgres?}
database=bellwether_bench_$$
trap 'psql -Xq "$maintenance" -c "drop database if exists $database with (force)"' EXIT
psql -Xq -v ON_ERROR_STOP=1 "$maintenance" -c "create database $database"
DATABASE_URL=${admin/\/bellwether\?//$database?} \
    "$python" "$here/backtest.py"
