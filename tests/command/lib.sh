# Sourced by the tests of the command, which are called NAME_test.sh GOFER SOURCE BUILD: a private
# directory to work in, with a cache of its own, and a few checks more.
set -u
gofer=$1 source=$2 build=$3
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME="$work/cache"
unset CC CFLAGS LDFLAGS
mkdir "$work/here"
cd "$work/here" || exit 2

. "$source/tests/support/checks.sh"

# nothing_left: neither the current directory nor the cache holds anything but what is named.
nothing_left() {
    left=$(ls -A . | grep -vxF -e "$(printf '%s\n' "$@")")
    [ -z "$left" ] || fail "left behind: $left"
    left=$(find "$work/cache" -type f ! -name trimmed -o -name 'scratch-*' 2>/dev/null)
    [ -z "$left" ] || fail "left in the cache: $left"
}

# has_libclang: what gofer vet needs is there, and gofer-vet is built, so that nothing is said about that later.
has_libclang() {
    [ -e "$(ls /usr/lib/llvm-*/include/clang-c/Index.h 2>/dev/null | tail -n 1)" ] || return 1
    "$gofer" vet -list >/dev/null 2>"$work/err" || fail "gofer-vet cannot be built"
}

# can_gdb: there is a gdb, and it may trace processes here.
can_gdb() {
    command -v gdb >/dev/null && timeout 60 gdb -nx -q -batch -ex run true 2>&1 | grep -q 'exited normally'
}
