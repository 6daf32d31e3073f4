#!/bin/sh
# The root script: from any directory, by a symbolic link too, its second start builds nothing and adds
# nothing to what the program prints.
. "$(dirname "$0")/lib.sh" "$@"
[ "$build" = "$source/build/dev" ] || exit 77

ln -s "$source/gofer" link
expect 0 ./link version # a tree that was configured by hand is configured anew
touch first
expect 0 ./link version
built=$(find "$build" -maxdepth 2 -newer first -type f \( -name '*.a' -o -name gofer -o -name build.ninja \))
[ -z "$built" ] || fail "the second start builds: $built"
says out '^gofer version'
[ "$(wc -l <"$work/out")" -eq 1 ] && [ ! -s "$work/err" ] || fail "says more than the program"
echo 'int main(void) { return 11; }' >eleven.c
expect 11 ./link run eleven.c
(cd / && expect 11 "$source/gofer" run "$work/here/eleven.c") || exit 1
