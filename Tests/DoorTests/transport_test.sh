#!/usr/bin/env bash
# How the gateway is reached: where it refuses to listen, TLS, and nginx in front as the guide has it.
# transport_test.sh KEY_FILE COMMAND...   COMMAND is `bellwether gateway ...` without address and port.
set -euo pipefail
key=$(cat "$1")
shift
command=("$@")
guide=$PWD/docs/how-to/use-the-http-api.md
place=$(mktemp -d)
passed=0 failed=0 children=()
stop() {
    local child
    for child in "${children[@]}"; do
        if kill "$child" 2> /dev/null; then wait "$child" || true; fi
    done
    children=()
}
trap 'stop; rm -rf "$place"' EXIT

# check WHAT WANTED TEXT: the text holds the words
check() {
    if [[ $3 == *"$2"* ]]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        printf 'transport test: NOT %s: %s\n' "$1" "$3"
    fi
}

# ---- where it listens -----------------------------------------------------------------

refused() { "${command[@]}" --port 0 --rpc-port 0 "$@" 2>&1 && echo "it ran"; }
check "a name is no address" "numeric IP address" "$(refused --address foo)"
for address in 0.0.0.0 :: 192.0.2.1; do
    check "$address is refused without TLS" "in the clear" "$(refused --address "$address")"
done
check "a certificate needs its key" "both --certificate" "$(refused --certificate "$guide")"
check "a missing certificate is named" "cannot be read" \
    "$(refused --certificate "$place/none" --private-key "$place/none")"

# begin ARGUMENT...: starts a gateway; its port is in $port
begin() {
    : > "$place/log"
    "${command[@]}" --port 0 --rpc-port 0 "$@" 2> "$place/log" &
    children+=($!)
    for _ in $(seq 200); do
        port=$(sed -n 's#.*listening on http[^ ]*:\([0-9]*\)/.*#\1#p' "$place/log")
        [ -z "$port" ] || return 0
        sleep 0.1
    done
    cat "$place/log" >&2
    return 1
}
begin --address 0.0.0.0 --insecure
check "it listens when told that a proxy has TLS" '"status"' "$(curl -sS "http://127.0.0.1:$port/health")"
stop

# ---- TLS: the commands of the guide ------------------------------------------------------

cd "$place"
awk '/^    openssl req/ { on = 1 } on { sub(/^    /, ""); print; if (!/\\$/) exit }' "$guide" > certificate.sh
bash certificate.sh 2> /dev/null
begin --address 127.0.0.1 --certificate c.pem --private-key k.pem
secure() { curl -sS --cacert c.pem --connect-to "desk.example:443:127.0.0.1:$port" "$@" 2>&1; }
check "TLS by the certificate" "200" "$(secure -o /dev/null -w '%{http_code}' https://desk.example/)"
check "answers say that it stays so" "max-age=31536000" "$(secure -D - -o /dev/null https://desk.example/)"
check "the cookie is for TLS alone" "; Secure" \
    "$(secure -D - -o /dev/null --json "{\"key\": \"$key\"}" https://desk.example/login)"
check "a stream comes by TLS" "retry: 2000" \
    "$(secure -N -m 2 -H "Authorization: Bearer $key" https://desk.example/api/events/stream || true)"
for version in 1.2 1.3; do
    check "TLS $version is spoken" "200" "$(secure --tlsv"$version" --tls-max "$version" \
        -o /dev/null -w '%{http_code}' https://desk.example/)"
done
check "TLS 1.1 is not" "alert" "$(openssl s_client -connect "127.0.0.1:$port" -tls1_1 \
    -cipher 'ALL:@SECLEVEL=0' < /dev/null 2>&1 || true)"
check "nor is HTTP without it" "000" "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/" || true)"
stop

# ---- behind nginx ------------------------------------------------------------------------

begin
front=$((port + 1))
while (exec 3<> "/dev/tcp/127.0.0.1/$front") 2> /dev/null; do front=$((front + 1)); done
{
    printf 'pid %s/nginx.pid;\nerror_log %s/nginx.log;\nevents {}\nhttp {\naccess_log off;\n' "$place" "$place"
    for kind in client_body proxy fastcgi uwsgi scgi; do printf '%s_temp_path %s/%s;\n' $kind "$place" $kind; done
    awk '/^    upstream bellwether/ { on = 1 } on { print } on && /^    }$/ { exit }' "$guide" \
        | sed "s#127.0.0.1:8000#127.0.0.1:$port#; s#listen 443#listen 127.0.0.1:$front#; s# c.pem# $place/c.pem#; s# k.pem# $place/k.pem#"
    echo '}'
} > nginx.conf
/usr/sbin/nginx -q -t -c "$place/nginx.conf"
/usr/sbin/nginx -c "$place/nginx.conf" -g 'daemon off;' &
children+=($!)
fronted() { curl -sS --cacert c.pem --connect-to "desk.example:443:127.0.0.1:$front" "$@" 2>&1; }
for _ in $(seq 50); do fronted -o /dev/null https://desk.example/health > /dev/null && break; sleep 0.1; done
check "nginx hands over what the API answers" '"tenant_id"' \
    "$(fronted -H "Authorization: Bearer $key" https://desk.example/api/whoami)"
check "and its own id of the request" "matches" "$(fronted -D - -o /dev/null -H 'X-Request-ID: mine' \
    https://desk.example/health | grep -ciE '^x-request-id: [0-9a-f]{32}' | sed 's/^1$/matches/')"
fronted -N -m 6 -H "Authorization: Bearer $key" https://desk.example/api/events/stream > stream &
listening=$!
sleep 2
fronted -o /dev/null -H "Authorization: Bearer $key" --json '{"text": "through nginx"}' https://desk.example/api/events
sleep 2
check "events come at once, not when a buffer is full" "through nginx" "$(cat stream)"
wait "$listening" || true
check "a page comes through it" "<title>Bellwether" "$(fronted https://desk.example/)"
stop

echo "transport: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
