#!/usr/bin/env bash
# extension/bench/ivfflat.sh: ivfflat against pgvector's, in one server: build, size, and
# recall with CPU time at several numbers of probes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
pgvector=$here/pgvector.sh
trap '"$pgvector" down' EXIT
"$pgvector" up
"$("$pgvector" python)" "$here/ivfflat.py" "$("$pgvector" dsn pgvector)" "$("$pgvector" dsn bellwether)"
