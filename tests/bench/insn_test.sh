#!/bin/sh
# Guards the instruction counts of gofer's basic operations: insn_test.sh GOFER SOURCE BUILD
# A count may move by 10% and 4 instructions either way from insn.expected: more is a slowdown, less is a
# gain that should be kept. `insn_test.sh -u GOFER SOURCE BUILD` writes the file anew.
update=
[ "$1" = -u ] && { update=1; shift; }
gofer=$1 source=$2
expected=$source/tests/bench/insn.expected
command -v valgrind >/dev/null || { echo "valgrind is missing"; exit 77; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
# The counts are those of gcc at the flags that users get.
unset CC CFLAGS LDFLAGS
"$source/bench/insn/count" "$gofer" "$work" >"$work/counts" || { echo "FAILED: bench/insn/count"; exit 1; }
if [ -n "$update" ]; then
    cp "$work/counts" "$expected"
    exit
fi
awk '
FNR == NR { wanted[$1] = $2; next }
{
    seen[$1] = 1
    room = wanted[$1] * 0.10 + 4
    far = !($1 in wanted) || $2 > wanted[$1] + room || $2 < wanted[$1] - room
    printf "%-16s %6d  expected %6s%s\n", $1, $2, wanted[$1], far ? "  FAILED" : ""
    bad = bad || far
}
END {
    for (op in wanted) if (!(op in seen)) { print op " was not counted: FAILED"; bad = 1 }
    exit bad || !NR
}' "$expected" "$work/counts"
