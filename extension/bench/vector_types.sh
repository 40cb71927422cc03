#!/usr/bin/env bash
# extension/bench/vector_types.sh: halfvec, sparsevec and bit, exact and with hnsw, against pgvector in
# the same server and run. Prints CPU time and the ratio (below 1: faster or smaller).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
trap '"$here/pgvector.sh" down' EXIT
"$here/pgvector.sh" up
"$("$here/pgvector.sh" python)" "$here/vector_types.py" \
    "$("$here/pgvector.sh" dsn pgvector)" "$("$here/pgvector.sh" dsn bellwether)"
