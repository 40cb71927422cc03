#!/usr/bin/env bash
# The whole path on real data: a script of the commands that anyone may type.
# A second run finds everything done and adds nothing twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bellwether=${BELLWETHER:-.build/release/bellwether}
admin=${BELLWETHER_ADMIN_DSN:-$(docker/server.sh dsn admin)}
worker=${BELLWETHER_WORKER_DSN:-$(docker/server.sh dsn worker)}
analyst=${BELLWETHER_ANALYST_DSN:-$(docker/server.sh dsn analyst)}
export BELLWETHER_MODEL_PATH=${BELLWETHER_MODEL_PATH:-$(docker/server.sh base)/model}

title() { printf '\n\033[1m%s\033[0m\n' "$*"; }
ask() { psql -Xq -v ON_ERROR_STOP=1 -P pager=off -P footer=off "$analyst" "$@"; }
work() { "$bellwether" worker --until-idle --database "$worker" "$@"; }

title "1. Real daily bars, the exchange calendar, sectors"
"$bellwether" ingest --database "$admin" --kind sessions demo/data/xnys_sessions.csv
"$bellwether" ingest --database "$admin" --kind instruments demo/data/symbols.csv
psql -Xq -v ON_ERROR_STOP=1 "$admin" -f demo/embedding_window.sql
"$bellwether" ingest --database "$admin" --kind bars demo/data/ohlcv_daily.csv
ask -f demo/1_bars.sql

title "2. and 3. A snapshot of every bar, what followed it, and embeddings of the demo window"
work
ask -f demo/2_snapshots.sql

title "4. When was it like this? AAPL as of 2018-02-05"
ask -f demo/4_patterns.sql

title "5. The four agents on ten trading days, paper only"
mapfile -t days < <(ask -At -f demo/5_days.sql)
for day in "${days[@]}"; do
    ask -At -v day="$day" -f demo/5_cycle.sql
    work --log-level warning
done
ask -f demo/5_cycles.sql

title "6. Orders, fills, positions, equity"
ask -f demo/6_orders.sql

title "7. What an analyst would type next, in psql \"\$(make -s dsn)\""
sed -n '/^--/!p' demo/7_next.sql
printf '\nThe tutorial goes on from here: docs/tutorial/first-light.md. A trader looks at the '
docker/processes.sh page
