#!/usr/bin/env bash
# Writes docs/reference/commands.md from the program's own help: docs/commands_reference.sh [--check]
# BELLWETHER names another program than the release build. --check only says whether the page is
# what it would write.
# shellcheck disable=SC2016 # backquotes are Markdown
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program=${BELLWETHER:-.build/release/bellwether}
page=docs/reference/commands.md

# Names of the commands below one: the first words of its list.
below() { "$program" "$@" --help | awk '/^Commands:/ { list = 1; next } /^$/ { list = 0 } list && /^  [a-z]/ { print $1 }'; }

show() {
    printf '\n%s `%s`\n\n```text\n' "$1" "${*:2}"
    "$program" "${@:3}" --help
    printf '```\n'
}

write() {
    cat <<'END'
# Commands

Made by `docs/commands_reference.sh` from the program's own help. What is not said on the command line comes from the environment
(`BELLWETHER_LOG_LEVEL`, and so on; `DATABASE_URL`), then from the file of settings (`log_level = debug`), then it is the default.
Keys of models, brokers and channels come from the environment alone: [models](../how-to/add-a-model.md),
[brokers](../how-to/add-a-broker.md), [vendors](../how-to/add-a-provider.md), [alerts](../how-to/alerts.md).
END
    show '##' bellwether
    local command sub
    for command in $(below); do
        show '##' bellwether "$command"
        for sub in $(below "$command"); do show '###' bellwether "$command" "$sub"; done
    done
}

if [ "${1:-}" = --check ]; then
    diff -u "$page" <(write)
else
    write > "$page.new"
    mv "$page.new" "$page"
fi
