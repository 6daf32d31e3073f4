#!/bin/sh
# proxy_test.sh PROXY: puts the proxy before the httpd example, which lies beside it, and before a port where nobody is:
# requests find the one that lives, bodies and streams pass, and a killed upstream is a 502, not the end of the proxy.
set -u
command -v curl >/dev/null || exit 77
httpd=$(dirname "$1")/examples_httpd
[ -x "$httpd" ] || exit 77
work=$(mktemp -d) || exit 2
proxy=
upstream=
trap 'kill $proxy $upstream 2>/dev/null; rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*"
    head -n 20 "$work/out" "$work/log" 2>/dev/null
    exit 1
}

is_alive() {
    case $(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null) in
        '' | Z) return 1 ;;
    esac
}

# start PORT COMMAND…: waits until it answers at the port with this very directory, for somebody else may be there; its
# process is $pid.
start() {
    at=$1
    shift
    "$@" >>"$work/log" 2>&1 &
    pid=$!
    for _ in $(seq 600); do
        [ "$(curl -s "http://127.0.0.1:$at/files/whose.txt")" = $$ ] && return
        is_alive "$pid" || return 1
        sleep 0.1
    done
    return 1
}

start_upstream() {
    start $((port + 1)) "$httpd" "127.0.0.1:$((port + 1))" "$work" && upstream=$pid
}

# Three ports in a row that nobody has: one for the proxy, one for the upstream, and one for nobody.
echo $$ >"$work/whose.txt"
port=$((10000 + $$ % 7000 * 3)) # below those that the system gives to clients
for _ in 1 2 3 4 5; do
    start_upstream &&
        start "$port" "$1" "127.0.0.1:$port" "http://127.0.0.1:$((port + 2))" "http://127.0.0.1:$((port + 1))" &&
        proxy=$pid && break
    kill $upstream "$pid" 2>/dev/null
    upstream=
    port=$((port + 3))
done
[ -n "$proxy" ] || fail "did not start"
base=http://127.0.0.1:$port

# expect STATUS PATTERN CURL-ARGUMENTS…
expect() {
    wanted=$1
    pattern=$2
    shift 2
    got=$(curl -s -i -w '%{http_code}' "$@" -o "$work/out")
    [ "$got" = "$wanted" ] || fail "status $got, not $wanted: $*"
    grep -q -- "$pattern" "$work/out" || fail "no '$pattern': $*"
}

for n in 1 2 3 4; do
    expect 201 "\"id\": $n, \"text\": \"item $n\"" -d "item $n" "$base/api/items"
done
expect 200 '"item 4"' "$base/api/items"
expect 200 'tick 2' "$base/api/clock?ticks=2"
expect 404 'no such item' "$base/api/items/99"
head -c 300000 /dev/zero >"$work/zeros"
curl -s "$base/files/zeros" | cmp -s - "$work/zeros" || fail "a large file came out different"

kill_upstream() {
    kill -KILL "$upstream"
    wait "$upstream" 2>/dev/null
}
kill_upstream
expect 502 'Bad Gateway' "$base/api/items"
start_upstream || fail "the upstream does not come back"
expect 200 '^\[\]$' "$base/api/items"

# Killed in the middle of 50 answers: each of these breaks off, the proxy serves, and keeps nothing of them.
sockets() {
    find "/proc/$proxy/fd" -lname 'socket:*' 2>/dev/null | wc -l
}
only_listens() {
    for _ in $(seq 600); do
        [ "$(sockets)" -eq 1 ] && return
        sleep 0.1
    done
    fail "$(sockets) sockets with nobody there"
}
curl -N -Z --parallel-immediate --parallel-max 50 "$base/api/clock?ticks=1000&n=[1-50]" -o "$work/stream.#1" 2>/dev/null &
client=$!
for _ in $(seq 600); do
    [ "$(grep -ls 'tick 1' "$work"/stream.* | wc -l)" -eq 50 ] && break
    sleep 0.1
done
[ "$(sockets)" -ge 101 ] || fail "not 50 streams: $(sockets) sockets"
kill_upstream
wait "$client" && fail "streams that broke off came to an end"
expect 502 'Bad Gateway' "$base/"
only_listens
start_upstream || fail "the upstream does not come back"
expect 200 '^\[\]$' "$base/api/items"

kill -TERM "$proxy"
wait "$proxy" || fail "exit status $?"
