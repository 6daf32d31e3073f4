#!/bin/sh
# C++ beside goroutines: tests/cxx with exceptions and thread_local objects, linked with the library, optimised, at link
# time too, and static; under forced migration and under preemption without pause it must say ok.
. "$(dirname "$0")/lib.sh" "$@"
command -v g++ >/dev/null || { echo "g++ is missing"; exit 77; }
build=$3
library=$build/libgofer.a

# The headers themselves speak C++ without a warning.
for compiler in g++ clang++; do
    command -v "$compiler" >/dev/null || continue
    for header in "$source"/include/gofer.h "$source"/include/gofer/*.h "$source"/include/gofer/x/*.h; do
        echo "#include \"$header\"" | "$compiler" -std=gnu++11 -Wall -Wextra -Wshadow -Werror -I"$source/include" \
            -fsyntax-only -x c++ - 2>err || { cat err; fail "$compiler does not read $header"; }
    done
done

try() {
    name=$1
    shift
    gcc -std=gnu11 "$@" -I"$source/include" -c "$source/tests/cxx/start.c" -o "$name-c.o"
    g++ -std=gnu++17 -Wall -Wextra "$@" -c "$source/tests/cxx/exceptions.cpp" -o "$name-cxx.o"
    g++ "$@" "$name-c.o" "$name-cxx.o" "$library" -o "$name"
    for debug in '' migrate=1 preempt=100 migrate=1,preempt=100; do
        GOFER_DEBUG=$debug timeout 60 "./$name" >out 2>err || { cat err; fail "$name under GOFER_DEBUG=$debug"; }
        [ "$(cat out)" = ok ] || fail "$name under GOFER_DEBUG=$debug says: $(cat out)"
    done
}
try plain -O2
try fast -O3 -flto=auto
try static -O2 -static
