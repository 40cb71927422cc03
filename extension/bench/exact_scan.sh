#!/usr/bin/env bash
# extension/bench/exact_scan.sh: order by distance, limit 10, over all of 62,000 x 384, against
# pgvector in the same server and run. Prints CPU time a query and the ratio (below 1: faster).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
trap '"$here/pgvector.sh" down' EXIT
"$here/pgvector.sh" up
"$("$here/pgvector.sh" python)" "$here/exact_scan.py" \
    "$("$here/pgvector.sh" dsn pgvector)" "$("$here/pgvector.sh" dsn bellwether)"
