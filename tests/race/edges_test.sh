#!/bin/sh
# The statements of the memory model, one by one and both ways: each program of tests/race/edges has to be reported under
# -race if its two accesses are not ordered, in one of four runs, for two at the very same moment can hide each other;
# and has to end quietly, twice, if they are.
. "$(dirname "$0")/../command/lib.sh" "$@"
export GORACE=atexit_sleep_ms=0

expect 0 env CFLAGS='-Wall -Wextra -Wshadow -Werror' "$gofer" build -race -o "$work/edges" "$source"/tests/race/edges/*.c

# ends NAME STATUS. With 9 a program says that a nap was too short for what it is about, on a busy machine: it is run again.
ends() {
    for again in 1 2 3 4 5; do
        "$work/edges" "$1" >"$work/out" 2>"$work/err"
        status=$?
        [ "$status" -eq 9 ] || break
    done
    [ "$status" -eq "$2" ]
}
is_reported() { ends "$1" 66 || ends "$1" 66 || ends "$1" 66 || ends "$1" 66; }
is_quiet() { ends "$1" 0 && ends "$1" 0; }

count=0 bad=0
"$work/edges" >"$work/list"
while read -r name races; do
    count=$((count + 1))
    if [ "$races" -eq 1 ]; then is_reported "$name"; else is_quiet "$name"; fi && continue
    bad=$((bad + 1))
    echo "$name: status $status"
    sed 's/^/  /' "$work/err"
done <"$work/list"
echo "$count edges, $bad not as docs/memory-model.md says"
[ "$count" -ge 150 ] && [ "$bad" -eq 0 ]
