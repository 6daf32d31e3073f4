#!/bin/sh
# httpd_test.sh HTTPD: asks the server with curl for what its head promises: the API, files and ranges, events, the limits;
# that h2load, wrk and a browser get on with it, where they are installed;
# and that a SIGTERM lets 200 requests finish that are under way.
set -u
command -v curl >/dev/null || exit 77
work=$(mktemp -d) || exit 2
pid=
trap 'kill "$pid" 2>/dev/null; rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $*"
    [ ! -s "$work/out" ] || head -n 20 "$work/out"
    exit 1
}

# start HTTPD RATE: a server at a port that nobody has: one of many, tried in turn. Who answers must have this very directory,
# or it is another's server.
mkdir "$work/files"
printf 0123456789 >"$work/files/digits.txt"
echo $$ >"$work/files/whose.txt"
port=$((10000 + $$ % 22000)) # below those that the system gives to clients
start() {
    for _ in 1 2 3 4 5; do
        "$1" "127.0.0.1:$port" "$work/files" "$2" >"$work/log" 2>&1 &
        pid=$!
        base=http://127.0.0.1:$port
        port=$((port + 1))
        for _ in $(seq 100); do
            [ "$(curl -s "$base/files/whose.txt")" = $$ ] && return
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
    done
    fail "no server"
}

"$1" "127.0.0.1:$port" "$work/files" fast 2>"$work/out"
[ $? = 2 ] && grep -q 'fast is no rate' "$work/out" || fail "takes a rate that is none"

# A burst over the limit: some get 429 with Retry-After. At ten a second, for a slow machine may send no more than a thousand.
start "$1" 10
curl -s -i "$base/[1-400]" >"$work/out" 2>/dev/null
grep -q '^HTTP/1.1 429' "$work/out" || fail "no 429 in a burst of 400"
grep -q '^Retry-After: 1' "$work/out" || fail "no Retry-After"
kill -TERM "$pid"
wait "$pid" || fail "exit status $? of an idle server"

start "$1" 1000
curl -s -o "$work/out" "$base/"
grep -q "It works" "$work/out" || fail "no start page"

# expect STATUS PATTERN CURL-ARGUMENTS…: head and body go to $work/out.
expect() {
    wanted=$1
    pattern=$2
    shift 2
    got=$(curl -s -i -w '%{http_code}' "$@" -o "$work/out")
    [ "$got" = "$wanted" ] || fail "status $got, not $wanted: $*"
    grep -q -- "$pattern" "$work/out" || fail "no '$pattern': $*"
}

expect 200 '^\[\]$' "$base/api/items"
expect 201 '{"id": 1, "text": "buy \\"milk\\""}' -d 'buy "milk"' "$base/api/items"
expect 201 '"id": 2' -d 'second' "$base/api/items"
expect 200 '"buy' "$base/api/items/1"
expect 204 '204 No Content' -X DELETE "$base/api/items/1"
expect 404 'no such item' "$base/api/items/1"
expect 405 '^Allow: GET, HEAD, POST' -X PUT "$base/api/items"
expect 400 'an item is' -d "$(printf '%02000d' 0)" "$base/api/items"
expect 200 '{"below": 1000, "primes": 168}' "$base/api/primes?below=1000"
expect 200 '^data: tick 2' "$base/api/clock?ticks=2"
expect 206 '^234$' -r 2-4 "$base/files/digits.txt"
expect 400 'invalid path' --path-as-is "$base/files/%2e%2e/log"
expect 404 '404 page not found' "$base/none"
expect 431 '431' -H "X: $(printf '%070000d' 0)" "$base/"
head -c 2000000 /dev/zero >"$work/large"
expect 413 '413' -H Expect: --data-binary "@$work/large" "$base/api/items"

# Other clients, where they are installed; after a load the limit's tokens have to grow again.
if command -v h2load >/dev/null; then
    h2load --h1 -n 60 -c 10 "$base/files/digits.txt" >"$work/out" 2>&1
    grep -q ' 60 succeeded, 0 failed, 0 errored, 0 timeout' "$work/out" || fail "h2load is not served"
    sleep 0.2
fi
if command -v wrk >/dev/null; then
    wrk -t1 -c64 -d1s "$base/" >"$work/out" 2>&1
    grep -q 'requests in' "$work/out" || fail "wrk is not served"
    grep -q 'Socket errors' "$work/out" && fail "wrk has errors of sockets"
    sleep 0.2
fi
if command -v chromium >/dev/null; then
    chromium --headless --no-sandbox --disable-gpu --user-data-dir="$work/chromium" --virtual-time-budget=5000 \
        --dump-dom "$base/" >"$work/out" 2>"$work/browser"
    grep -q '<h1>It works</h1>' "$work/out" || fail "a browser does not load the page"
    grep -q '^tick 3' "$work/out" || fail "its script gets no events"
fi

# SIGTERM with 200 answers under way, none of which is half done: nobody new gets in, each comes to its end, and the server
# exits with 0. They begin 50 at a time, for the rate limit's sake: the next when all before them have begun.
say() {
    grep -ls "$1" "$work"/stream[1-4].* | wc -l
}
curls=
for n in 1 2 3 4; do
    curl -f -N -Z --parallel-immediate --parallel-max 50 "$base/api/clock?ticks=40&n=[1-50]" -o "$work/stream$n.#1" 2>/dev/null &
    curls="$curls $!"
    for _ in $(seq 100); do
        [ "$(say '^data: tick 1$')" -eq $((50 * n)) ] && break
        sleep 0.1
    done
done
all_say() {
    [ "$(say "$1")" -eq 200 ]
}
all_say '^data: tick 1$' || fail "not 200 streams"
kill -TERM "$pid"
for _ in $(seq 100); do
    curl -s -o /dev/null "$base/" || break
    sleep 0.01
done
curl -s -o /dev/null "$base/" && fail "lets somebody in after SIGTERM"
all_say '^data: tick 40$' && fail "the streams were over before it mattered"
for client in $curls; do
    wait "$client" || fail "a stream broke off: curl's status $?"
done
all_say '^data: tick 40$' || fail "a stream was cut short"
wait "$pid" || fail "exit status $?"
