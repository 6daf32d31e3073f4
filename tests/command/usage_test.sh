#!/bin/sh
# A wrong command line gives one line on standard error, nothing on standard output, and status 2; a file
# that is not there gives status 1.
. "$(dirname "$0")/lib.sh" "$@"

wrong() {
    expect 2 "$gofer" "$@"
    [ ! -s "$work/out" ] || fail "writes to standard output: $*"
    [ "$(wc -l <"$work/err")" -eq 1 ] || fail "not one line: $*"
    says err '^gofer.*: .*help'
}
wrong
wrong frobnicate
wrong run
wrong run -fast hello.c
wrong run hello.txt
wrong build
wrong build -o
wrong build -frob hello.c
wrong build hello.txt
wrong test -frob
wrong test -run
wrong test -count 0
wrong test -soak
wrong test -soak soon
wrong test -run chan "$source/tests"
wrong version now
wrong help frobnicate

for command in run build; do
    expect 1 "$gofer" "$command" nosuch.c
    says err "^gofer $command: open nosuch.c: No such file or directory$"
done
expect 1 "$gofer" test nosuch
mkdir dir.c
expect 1 "$gofer" run dir.c
says err 'dir.c is not a file'
nothing_left dir.c

expect 0 "$gofer" help
for command in run build test version help; do
    says out "^    $command "
    expect 0 "$gofer" help "$command"
    says out "^usage: gofer $command"
    for option in -h -help --help; do
        expect 0 "$gofer" "$command" "$option"
        says out "^usage: gofer $command"
    done
    expect 0 "$gofer" help
done
expect 0 "$gofer" version
says out '^gofer version [0-9]+\.[0-9]+\.[0-9]+ linux/'
expect 1 sh -c '"$1" version >/dev/full' sh "$gofer"
