#!/bin/sh
# docs/debugging.md and docs/vet.md: their transcripts are what really happens. Each block that begins with "// file: NAME" is a program;
# each block "console" is a command behind "$ " and what it prints. Addresses, times, paths and offsets are made equal
# before the comparison.
. "$(dirname "$0")/lib.sh" "$@"

awk -v dir="$work" '
/^```c$/ { getline; if ($2 == "file:") { out = $3; print > out } else out = ""; in_c = 1; next }
/^```console$/ { n++; in_console = 1; next }
/^```$/ { in_c = in_console = 0; next }
in_c && out { print > out }
in_console { print > (dir "/" "transcript-" n) }
' "$source/docs/debugging.md" "$source/docs/vet.md"

normal() {
    sed -E '/^gofer: configuring and building in /d; s/0x[0-9a-f]+/ADDRESS/g; s/[0-9]+\.[0-9]+( s|s)/TIME/g; s/ \+ADDRESS//; s|^(\t\|      )/[^ ]*/|\1.../|; s/oroutine [0-9]+/oroutine N/g'
}

count=0
for transcript in "$work"/transcript-*; do
    count=$((count + 1))
    command=$(sed -n '1s/^\$ //p' "$transcript" | sed "s# gofer# $gofer#; s#^gofer#$gofer#")
    [ -n "$command" ] || fail "a transcript without a command"
    case $command in
        *" vet "*) has_libclang || continue ;;
        *"gdb "*) can_gdb || continue ;;
    esac
    sed 1d "$transcript" | normal >"$work/wanted"
    sh -c "$command" >"$work/out" 2>&1
    normal <"$work/out" >"$work/got"
    diff -u "$work/wanted" "$work/got" || fail "not as the documents say: $command"
done
[ "$count" -ge 3 ] || fail "found $count transcripts only"
