#!/bin/sh
# An installed gofer serves programs outside its tree: by pkg-config, by find_package, by the installed command,
# with the static and the shared library, and from another place than it was installed to.
. "$(dirname "$0")/lib.sh" "$@"

vet=
has_libclang && vet=yes
cmake --install "$build" --prefix "$work/first" >"$work/out" 2>"$work/err" || fail "cmake --install"
[ -s "$work/first/share/gofer/gofer-gdb.py" ] || fail "the commands for gdb are not installed"
find "$work/first/share/gdb/auto-load" -name 'libgofer.so.*-gdb.py' | grep -q . || fail "nothing for gdb to load"
mv "$work/first" "$work/prefix" || fail "mv"
pc=$(find "$work/prefix" -name gofer.pc)
PKG_CONFIG_PATH=${pc%/*}
export PKG_CONFIG_PATH

cat >consumer.c <<'C'
#include <gofer.h>
#include <stdio.h>

static void answer(send_chan(int) c, int n)
{
    chan_send(c, n);
}

int main(void)
{
    chan(int) c = chan_make(int);
    go(answer, c, 42);
    printf("%d\n", chan_recv(c));
    chan_free(c);
    return 0;
}
C
answers() {
    expect 0 "$@"
    says out '^42$'
}

for cc in gcc clang; do
    command -v "$cc" >/dev/null || continue
    # Words by intent.
    # shellcheck disable=SC2046
    expect 0 "$cc" -Wall -Wextra -Wshadow -Werror consumer.c -o by-pkg-config $(pkg-config --cflags --libs gofer)
    [ ! -s "$work/err" ] || fail "$cc with pkg-config's flags speaks"
    answers ./by-pkg-config
done

cat >CMakeLists.txt <<'C'
cmake_minimum_required(VERSION 3.13)
project(consumer C)
find_package(gofer 0.1 REQUIRED)
add_executable(static consumer.c)
target_link_libraries(static gofer::gofer)
add_executable(shared consumer.c)
target_link_libraries(shared gofer::shared)
C
expect 0 cmake -S . -B out -DCMAKE_PREFIX_PATH="$work/prefix"
expect 0 cmake --build out
answers out/static
answers out/shared
ldd out/shared | grep -q libgofer.so || fail "not linked shared"
ldd out/static | grep -q libgofer && fail "linked shared"

# The installed command finds the installed headers and library.
answers "$work/prefix/bin/gofer" run consumer.c
if [ -n "$vet" ]; then
    expect 0 "$work/prefix/bin/gofer" vet consumer.c
    sed 's/    chan_free(c);/    go_errgroup_wait(NULL);/' consumer.c >wrong.c
    expect 1 "$work/prefix/bin/gofer" vet wrong.c
    says out '^wrong.c:14:5: .*\(errors\)$'
fi
expect 1 "$work/prefix/bin/gofer" test
says err 'no test files'
expect 1 "$work/prefix/bin/gofer" run -race consumer.c
says err 'source tree'
