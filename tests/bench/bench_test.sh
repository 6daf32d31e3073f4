#!/bin/sh
# gofer bench: the form of its output, with and without Go, and what it says to wrong usage:
# bench_test.sh GOFER SOURCE BUILD. One short benchmark stands for all; figures themselves prove nothing here.
# Go's own cache is the user's, for compiling its library anew takes a minute.
command -v go >/dev/null && export GOCACHE="${GOCACHE:-$(go env GOCACHE)}"
. "$(dirname "$0")/../command/lib.sh" "$@"

number='-?[0-9][0-9.e+-]*'
object() {
    printf '^\\{"bench": "%s", "procs": [0-9]+, "unit": "%s", "gofer": %s, "go": %s, "ratio": %s, "spread": %s\\}$' "$@"
}

# Compiling tokio takes a minute: a cargo that is none stands for it below.
CARGO=/nonexistent
export CARGO
expect 0 "$gofer" bench -json '^(select_default1|hello_size)$'
says err '^go: go version go1\.[0-9]+'
says out "$(object select_default1 ns "$number" "$number" "$number" "$number")"
says out "$(object hello_size B "$number" "$number" "$number" "$number")"
grep -vqE '^\{"bench": "(select_default1|hello_size)", ' "$work/out" && fail "lines that the pattern does not match"
[ "$(grep -c hello_size "$work/out")" -eq 1 ] || fail "a file has one size, whatever the processors"

GO=/nonexistent
export GO
expect 0 "$gofer" bench -json '^select_default1$'
says err 'there is no Go'
says out "$(object select_default1 ns "$number" null null "$number")"
expect 0 "$gofer" bench '^hello_size$'
says out '^benchmark +procs +gofer +go +ratio +spread +limit$'
says out '^hello_size +1 +[0-9]+ B +- +- +[0-9.]+% +-$'
limits=$(grep -n '^limit_switch ' "$work/out" | cut -d: -f1)
others=$(grep -n '^hello_size ' "$work/out" | cut -d: -f1)
[ "$limits" -lt "$others" ] || fail "the physical limits do not come first"

# The distance from the limit is that from the limit's own figure in the same table: yield2's is one switch.
expect 0 "$gofer" bench '^yield2$'
says out '^benchmark .* limit +pthread( +fiber)?$'
says out '^yield2 +1 +[0-9.]+ +- +- +[0-9.]+% +[0-9.]+ +[0-9.]+( +[0-9.]+)?$'
awk '$1 == "limit_switch" { limit = $3 }
     $1 == "yield2" { rows++; off = $7 - $3 / limit; if (off > 0.2 || off < -0.2) wrong = 1 }
     END { exit !(limit && rows && !wrong) }' "$work/out" || fail "yield2 is not held against limit_switch"

# A crate's programs are built by cargo, and have a column; without their crates it stays empty.
cat >cargo <<'SH'
#!/bin/sh
[ "$1" = build ] || exit "$CRATES"
for word; do
    case $word in
        --target-dir=*) into=${word#*=}/release ;;
        --bin=*) program=${word#*=} ;;
    esac
done
mkdir -p "$into"
printf '#!/bin/sh\necho "ns 1234"\n' >"$into/$program"
chmod +x "$into/$program"
SH
chmod +x cargo
CARGO=$PWD/cargo
expect 0 env CRATES=0 "$gofer" bench '^yield2$'
says out '^benchmark .* limit +pthread( +fiber)? +tokio$'
says out '^yield2 +1 .* 1234$'
expect 0 env CRATES=101 "$gofer" bench '^yield2$'
says err 'the crates of bench/tokio cannot be had'
says out '^benchmark .* limit +pthread( +fiber)?$'
rm -r "$build/bench/cargo" cargo

expect 1 "$gofer" bench nosuchbenchmark
says err 'no benchmark matches'
expect 2 "$gofer" bench '('
expect 2 "$gofer" bench -nosuch
expect 2 "$gofer" bench -count 6
expect 2 "$gofer" bench -write spawn
nothing_left
