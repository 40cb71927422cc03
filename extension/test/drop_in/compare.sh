#!/usr/bin/env bash
# extension/test/drop_in/compare.sh: the same statements, fuzzed inputs and catalog queries to
# pgvector and to the extension, in one server; fails where an answer differs.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
pgvector=$here/../../bench/pgvector.sh
trap '"$pgvector" down' EXIT
"$pgvector" up
"$("$pgvector" python)" "$here/compare.py" "$("$pgvector" dsn pgvector)" "$("$pgvector" dsn bellwether)"
