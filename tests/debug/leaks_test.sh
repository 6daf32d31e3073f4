#!/bin/sh
# The planted leaks of tests/debug/leaks, each a program of its own, for what is only seen in a whole program: what it does
# before the runtime starts, what its compiler leaves in registers and dead frames. Built without optimisation and with, each
# has to be reported, with status 3; its fixed twin, by -DFIXED, has to end with 0.
. "$(dirname "$0")/../command/lib.sh" "$@"
export GOFER_DEBUG=leak=1

for program in "$source"/tests/debug/leaks/*.c; do
    name=$(basename "$program" .c)
    for level in -O0 -O2; do
        CFLAGS="-Wall -Wextra -Werror $level" expect 0 "$gofer" build -o "$work/planted" "$program"
        CFLAGS="-Wall -Wextra -Werror $level -DFIXED" expect 0 "$gofer" build -o "$work/fixed" "$program"
        expect 3 "$work/planted"
        says err "^gofer: $(sed -n 's|^// leaks: ||p' "$program") goroutines? can never wake \(marking was exact, by malloc chunk\)$"
        expect 0 "$work/fixed"
    done
done
