#!/usr/bin/env bash
# Formatters and linters: all of them run, each says what it found; fails if one did.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
venv=$(dirname "$(docker/python.sh lint)")
failed=()

check() {
    local name=$1
    shift
    if output=$("$@" 2>&1); then
        echo "lint: $name fine"
    else
        printf 'lint: %s found:\n%s\n' "$name" "$output"
        failed+=("$name")
    fi
}

mapfile -t shell < <(git ls-files '*.sh' .ci/run)
check "swift format" swift format lint --strict --recursive --parallel Package.swift Sources Tests
check "C format" make -s -C extension indent-check
# Without the server's headers: with them the check takes more than ten minutes.
check "cppcheck" cppcheck --enable=warning,performance -q --error-exitcode=2 --inline-suppr \
    -j 2 --suppress=missingIncludeSystem \
    '-Dpg_attribute_noreturn()=__attribute__((noreturn))' \
    '-Dforeach(cell,list)=for((cell)=(list);(cell);)' \
    -I extension/src extension/src Sources/CEncoder Sources/CHTTPServer
check "sqlfluff" "$venv/sqlfluff" lint -p 0 sql
# An install stops the workers and is one transaction: locks are held for its moment only.
check "squawk" "$venv/squawk" --pg-version 15 \
    --exclude=ban-drop-function,ban-drop-constraint,constraint-missing-not-valid,require-concurrent-index-deletion,require-concurrent-index-creation,require-lock-timeout,require-statement-timeout,prefer-robust-stmts,prefer-bigint-over-int,prefer-bigint-over-smallint \
    sql/migrations/*.sql
check "plpgsql_check" docker/plpgsql_check.sh
check "shellcheck" shellcheck "${shell[@]}"
check "links" docs/links.sh
check "codespell" codespell -q 3 -L inout,isnt,pich,greif,connexion --skip '.build,.bellwether,.venv,*.csv,*.json,LICENSE,.git,extension/results'

if [ ${#failed[@]} -gt 0 ]; then
    printf 'lint: failed: %s\n' "${failed[*]}"
    exit 1
fi
