#!/usr/bin/env bash
# Follows the links of every page, and the paths that pages name: each must lead to a file of the
# repository, an anchor to a heading of its page, and every page must be led to from README.
# Prints 'N links fine', or what leads nowhere.
# shellcheck disable=SC2016 # backquotes are Markdown
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
wrong=0 links=0
declare -A led_to=([README.md]=1)

say() { printf '%s: %s\n' "$1" "$2" >&2; wrong=$((wrong + 1)); }

# Headings as GitHub makes anchors of them: small letters, no punctuation, a dash for a space.
anchors() {
    awk '/^```/ { code = !code } !code && /^#+ / { sub(/^#+ /, ""); print tolower($0) }' "$1" \
        | sed -E 's/\[([^]]*)\]\([^)]*\)/\1/g; s/[^[:alnum:] _-]//g; s/ /-/g'
}

# Text of a page without its blocks of code.
prose() { awk '/^ *```/ { code = !code; next } !code' "$1"; }

mapfile -t pages < <(git ls-files '*.md')
for page in "${pages[@]}"; do
    folder=$(dirname "$page")
    while IFS= read -r target; do
        case $target in http://* | https://* | mailto:*) continue ;; esac
        links=$((links + 1))
        file=${target%%#*}
        file=$([ -n "$file" ] && realpath -m --relative-to=. "$folder/$file" || printf '%s' "$page")
        if ! [ -e "$file" ]; then
            say "$page" "a link to $target, which is not there"
        elif [[ $target == *#* ]] && ! anchors "$file" | grep -qxF -- "${target#*#}"; then
            say "$page" "a link to $target: $file has no such heading"
        else
            led_to[$file]=1
        fi
    done < <(prose "$page" | sed -E 's/`[^`]*`//g' | grep -oE '\]\([^) ]+\)' | sed -E 's/^\]\(//; s/\)$//')
    while IFS= read -r path; do
        # The kind of job that a how-to invents
        [[ $path != */GreetTenant* ]] || continue
        links=$((links + 1))
        compgen -G "$path" > /dev/null || compgen -G "extension/$path" > /dev/null \
            || compgen -G "$folder/$path" > /dev/null \
            || say "$page" "names $path, which is not there"
    done < <(prose "$page" | grep -oE '`(\.\./)*(Sources|Tests|bench|demo|docker|docs|extension|sql|src)/[^` ]+`' \
        | tr -d '`' | sed -E 's/[:#].*//' | sort -u)
done
for page in "${pages[@]}"; do
    [ -n "${led_to[$page]:-}" ] || say "$page" "no page leads to it"
done
printf '%s links fine\n' "$((links - wrong))"
[ "$wrong" -eq 0 ]
