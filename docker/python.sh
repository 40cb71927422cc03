#!/usr/bin/env bash
# The Python packages that tests, benchmarks and linters use, in a virtual environment of
# this checkout; prints the path of its python. Nothing of the product needs them.
#
#   docker/python.sh test|lint|bench|doors|clients|langchain
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
group=${1:?which packages: test, lint, bench, doors, clients or langchain}
requirements=$root/docker/requirements-$group.txt
venv=$("$root/docker/server.sh" base)/venv-$group

if ! cmp -s "$requirements" "$venv/requirements.txt"; then
    printf 'python: installing %s\n' "$(grep -c '^[a-zA-Z]' "$requirements") packages for $group" >&2
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv"
    "$venv/bin/pip" install -q --disable-pip-version-check -r "$requirements" >&2
    cp "$requirements" "$venv/requirements.txt"
fi
printf '%s\n' "$venv/bin/python"
