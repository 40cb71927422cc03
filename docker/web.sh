#!/usr/bin/env bash
# The libraries of the page, from their packages into the checkout's own folder: d3 (Debian's
# libjs-d3) and Lightweight Charts (in a PyPI wheel, its sha256 checked). Quick when they are there.
# BELLWETHER_WEB_PATH names another folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${BELLWETHER_WEB_PATH:-$(docker/server.sh base)/web}
charts=$folder/lightweight-charts.js
if [ -s "$folder/d3.min.js" ] && [ -s "$charts" ] && [ ! docker/requirements-web.txt -nt "$charts" ]; then
    exit 0
fi
fetch=$(mktemp -d)
trap 'rm -rf "$fetch"' EXIT
/usr/bin/python3 -m venv "$fetch/venv"
"$fetch/venv/bin/pip" download -q --disable-pip-version-check --no-deps --require-hashes \
    -d "$fetch" -r docker/requirements-web.txt
mkdir -p "$folder"
cp /usr/share/javascript/d3/d3.min.js "$folder/"
unzip -p "$fetch"/*.whl lightweight_charts/js/lightweight-charts.js > "$fetch/charts.js"
mv "$fetch/charts.js" "$charts"
echo "web: the page's libraries are in $folder" >&2
