#!/usr/bin/env bash
# The encoder's C without Swift: arithmetic against double precision, and damaged files,
# under the address and undefined-behaviour sanitizers; then the arithmetic again as built.
#
#   Tests/CEncoderTests/run.sh [COPIES [SEED]]      damaged copies to open, 20000 by default
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source=Sources/CEncoder
small=Tests/ProvidersTests/Resources/small-f32/model.safetensors
compiler=${CC:-gcc}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

build() {
    local name=$1
    shift
    "$compiler" -std=gnu11 -g -fopenmp-simd -Wall -Wextra -Werror -Wno-pass-failed -I "$source" \
        -o "$folder/$name" "$@" -lm
}

checked=(-O1 '-fsanitize=address,undefined' -fno-sanitize-recover=all)
build checked "${checked[@]}" Tests/CEncoderTests/kernels_test.c "$source/kernels.c"
build plain -O3 Tests/CEncoderTests/kernels_test.c "$source/kernels.c"
build damage "${checked[@]}" Tests/CEncoderTests/damage_test.c "$source/safetensors.c"
"$folder/checked"
"$folder/plain"
"$folder/damage" "$small" "${1:-20000}" "${2:-1}"
