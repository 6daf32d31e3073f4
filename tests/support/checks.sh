# Sourced by tests that run a command in a directory of their own, $work: checks that say what they wanted.

fail() {
    echo "FAILED: $*"
    [ ! -s "$work/out" ] || head -n 200 "$work/out" | sed 's/^/  out: /'
    [ ! -s "$work/err" ] || head -n 200 "$work/err" | sed 's/^/  err: /'
    exit 1
}

# expect STATUS COMMAND…: runs the command, keeping its output in $work/out and $work/err.
expect() {
    wanted=$1
    shift
    "$@" >"$work/out" 2>"$work/err"
    got=$?
    [ "$got" -eq "$wanted" ] || fail "status $got, not $wanted: $*"
}

# says out|err REGEX: a line of the last command's output matches.
says() {
    grep -qE -- "$2" "$work/$1" || fail "no line of std$1 matches $2"
}
