#!/usr/bin/env bash
# Builds the Swift package: docker/build.sh release | tests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

command -v swift > /dev/null || {
    echo "build: the Swift 6 toolchain is not on the PATH; see https://www.swift.org/install/linux" >&2
    exit 1
}
flags=(--explicit-target-dependency-import-check error)
case ${1:-release} in
    release) flags+=(-c release --product bellwether) ;;
    tests) flags+=(--build-tests) ;;
    *) sed -n '2s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac

# A terminal gets the tool's own progress; a log gets its end, or everything if it failed.
if [ -t 2 ]; then
    swift build "${flags[@]}" >&2
else
    echo "build: swift build ${flags[*]}" >&2
    output=$(swift build "${flags[@]}" 2>&1) || { printf '%s\n' "$output" >&2; exit 1; }
    printf '%s\n' "$output" | tail -n 1 >&2
fi
