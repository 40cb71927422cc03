#!/usr/bin/env bash
# The one list of Debian packages, used by make, by the images and by CI.
#
#   docker/packages.sh [GROUP ...]          install what is missing of the groups
#   docker/packages.sh --check [GROUP ...]  only say what is missing (exit 1)
#
# Groups: database (to run PostgreSQL), worker (to run the program), build (to build
# both), test (what make test and make lint need), doors (what tests and measures
# the gateway: a browser, promtool, wrk, nginx). Default: all but doors.
set -euo pipefail

packages_of() {
    case $1 in
        database) echo postgresql-15 ;;
        worker)
            echo libpq5 libcurl4 libopenblas0-pthread libmicrohttpd12 libjs-d3 ca-certificates
            ;;
        build)
            echo gcc make pkg-config curl unzip python3 python3-venv python3-pip \
                postgresql-15 postgresql-server-dev-15 libpq-dev libcurl4-openssl-dev \
                libopenblas-dev libmicrohttpd-dev
            ;;
        test)
            echo postgresql-15-pgtap libtap-parser-sourcehandler-pgtap-perl \
                postgresql-15-plpgsql-check libipc-run-perl pg-bsd-indent cppcheck codespell \
                shellcheck valgrind pgbouncer libfaketime
            ;;
        doors) echo chromium prometheus wrk curl nginx-light openssl ;;
        *) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    esac
}

check=
if [ "${1:-}" = --check ]; then
    check=yes
    shift
fi
[ $# -gt 0 ] || set -- database worker build test

wanted=
for group in "$@"; do
    wanted="$wanted $(packages_of "$group")"
done

missing=
for package in $wanted; do
    [ "$(dpkg-query -Wf '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] \
        || case " $missing " in *" $package "*) ;; *) missing="$missing $package" ;; esac
done
[ -n "$missing" ] || exit 0

if [ -n "$check" ]; then
    printf 'missing packages:%s\n' "$missing" >&2
    exit 1
fi

if [ "$(id -u)" -eq 0 ]; then
    as_root() { env "$@"; }
elif command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
    as_root() { sudo env "$@"; }
else
    printf 'These Debian packages are missing; as root, run:\n' >&2
    printf '    %s %s\n' "$(realpath "${BASH_SOURCE[0]}")" "$*" >&2
    printf 'which installs:%s\n' "$missing" >&2
    exit 1
fi

printf 'packages: installing%s\n' "$missing" >&2
# The package would otherwise start a server of its own, which nobody here uses.
as_root sh -c 'mkdir -p /etc/postgresql-common/createcluster.d &&
    echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/bellwether.conf'

# Two apt runs at once lose each other's files: try again.
for attempt in 1 2 3; do
    # The list is words: splitting is meant.
    # shellcheck disable=SC2086
    if as_root DEBIAN_FRONTEND=noninteractive apt-get update -qq \
        && as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            -o DPkg::Lock::Timeout=300 $missing > /dev/null; then
        exit 0
    fi
    printf 'packages: attempt %s failed\n' "$attempt" >&2
    sleep $((attempt * 5))
done
printf 'packages: apt-get could not install:%s\n' "$missing" >&2
exit 1
