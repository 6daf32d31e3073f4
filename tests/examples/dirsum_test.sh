#!/bin/sh
# dirsum_test.sh DIRSUM: compares it with find, sort and sha256sum on trees made to be awkward, then with what it
# promises beyond them: exit statuses, errors that lose nothing else, progress, and a clean end on Ctrl-C.
set -u
. "$(dirname "$0")/../support/checks.sh"
LC_ALL=C
export LC_ALL
work=$(mktemp -d) || exit 2
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
# A user without root's rights has to get at the program too.
chmod 755 "$work"
cp "$1" "$work/dirsum" || exit 2
dirsum=$work/dirsum
mkdir "$work/in" && cd "$work/in" || exit 2

reference() {
    find "$@" -type f -print0 2>/dev/null | sort -z | xargs -0r sha256sum >"$work/ref" 2>/dev/null
}

output_is_right() {
    cmp "$work/ref" "$work/out" || fail "not the output of find, sort and sha256sum: $*"
}

# same DIR...: agrees with the reference, at any number of processors, with nothing on stderr.
same() {
    reference "$@"
    for procs in 1 2 8; do
        expect 0 env GOFER_MAXPROCS=$procs "$dirsum" "$@"
        output_is_right "$@"
        [ ! -s "$work/err" ] || fail "speaks on stderr: $*"
    done
}

# ---- Names, and the order of paths ----
mkdir names && cd names || exit 2
i=0
for name in 'with space' "$(printf 'tab\there')" "$(printf 'new\nline')" "$(printf '\nfirst')" 'back\slash' \
    '\' '\n' "$(printf 'return\rhere')" "$(printf 'all\\three\r\nof them')" "quote'" 'quote"' '-dash' '--' '*' \
    "$(printf '\303\244')" "$(printf 'not utf-8 \377\200')" "$(printf 'control \001\177')" \
    a a.b a-b a0 A 'a ' "$(printf '%0255d' 0)"; do
    i=$((i + 1))
    echo "$i" >"./$name" || exit 2
done
mkdir 'a,' 'a,/x' 'a=' 'b' 'b/b' 'b/b/b' "$(printf 'dir\nnew\\')" empty 'empty/empty'
for dir in 'a,' 'a,/x' 'a=' b b/b b/b/b "$(printf 'dir\nnew\\')"; do
    for name in a b b- b.c z; do
        [ -d "$dir/$name" ] || echo "$dir" >"$dir/$name"
    done
done
deep=.
for i in $(seq 60); do
    deep=$deep/level$i
    mkdir "$deep" && echo "$i" >"$deep/file"
done
: >nothing
cd ..
same names
[ "$(wc -l <"$work/out")" -gt 100 ] || fail "the tree of names is not what it should be"
grep -q '^\\.*all\\\\three\\r\\nof them$' "$work/out" || fail "no escaped name in the output"
same names/
same names//
same .
cd names || exit 2
same .
same ./
cd ..

# ---- Several DIRs: overlapping, repeated, files, nothing at all ----
same names/b names names/a=
same names/b names/b names/b/
same names/a names/b/b names/nothing
same names/empty
same "$PWD/names" names ../in/names/b

# ---- Only regular files, and no link followed but in an argument's own path ----
mkdir kinds kinds/dir && echo text >kinds/file && echo text >kinds/dir/file || exit 2
ln -s file kinds/link
ln -s dir kinds/dirlink
ln -s nowhere kinds/dangling
ln -s . kinds/loop
ln kinds/file kinds/hardlink
mkfifo kinds/fifo
same kinds
[ "$(wc -l <"$work/out")" -eq 3 ] || fail "links or a fifo were hashed"
same kinds/dirlink
same kinds/dirlink/
same kinds/link
same kinds/fifo

# ---- Many files, and sizes around a read's ----
mkdir many && awk 'BEGIN {
    for (i = 0; i < 3000; i++) {
        if (i % 100 == 0) { dir = "many/" i * 7919 % 1000; system("mkdir -p " dir) }
        file = dir "/" i; for (j = i % 50; j >= 0; j--) print i, j > file; close(file)
    }
}' || exit 2
same many
mkdir sizes || exit 2
for size in 1 63 64 65 4095 4096 131071 131072 131073 262144 1000003; do
    head -c "$size" /dev/urandom >sizes/"$size" || exit 2
done
head -c 64M /dev/urandom >sizes/big || exit 2
same sizes
same sizes names many

# ---- Errors: each on stderr, status 1, and everything else as if they were not there ----
mkdir broken broken/closed broken/open || exit 2
for file in broken/a broken/closed/lost broken/open/secret broken/open/z broken/z; do
    echo "$file" >$file
done
chmod 0 broken/open/secret broken/closed
as_user=
if [ "$(id -u)" -eq 0 ]; then
    as_user='setpriv --reuid=65534 --regid=65534 --clear-groups --'
    chmod 755 "$work/in"
fi
# The words are the command's by intent.
# shellcheck disable=SC2086
expect 1 $as_user "$dirsum" broken names missing
says err '^dirsum: broken/closed/?: Permission denied$'
says err '^dirsum: broken/open/secret: Permission denied$'
says err '^dirsum: missing: No such file or directory$'
[ "$(wc -l <"$work/err")" -eq 3 ] || fail "not three errors"
reference broken/a broken/open/z broken/z names
output_is_right
expect 1 "$dirsum" ''
says err '^dirsum: : No such file or directory$'
expect 1 "$dirsum" names/a/
says err '^dirsum: names/a/: Not a directory$'
expect 1 sh -c '"$1" names >/dev/full' sh "$dirsum"
says err '^dirsum: cannot write: No space left on device$'

# ---- Wrong usage ----
for args in '' -x --help; do
    # shellcheck disable=SC2086
    expect 2 "$dirsum" $args
    says err '^usage: dirsum DIR'
    [ ! -s "$work/out" ] || fail "usage on stdout"
done

# ---- Ctrl-C, in the middle of two files that would take minutes: when both workers are at one, the others are done ----
mkdir cut && echo 1 >cut/a && echo 2 >cut/b && truncate -s 200G cut/long cut/z || exit 2
reference cut/a cut/b
# A shell starts background programs with SIGINT ignored.
env --default-signal=INT GOFER_MAXPROCS=2 "$dirsum" cut >"$work/out" 2>"$work/err" &
pid=$!
tries=0
until [ "$(readlink /proc/$pid/fd/* 2>/dev/null | grep -c '/cut/\(long\|z\)$')" -eq 2 ]; do
    tries=$((tries + 1))
    [ $tries -lt 6000 ] || fail "never opens the long files"
    sleep 0.01
done
kill -INT $pid
wait $pid
got=$?
[ $got -eq 130 ] || fail "status $got after SIGINT, not 130"
says err '^dirsum: interrupted after 2 files; .* read; the next would have been cut/long$'
[ "$(wc -l <"$work/err")" -eq 1 ] || fail "says more than how far it got"
output_is_right "what was done before SIGINT"

# ---- Progress: on a terminal only, and gone at the end ----
if command -v script >/dev/null; then
    truncate -s 1G sizes/hole || exit 2
    script -qec "'$dirsum' sizes >'$work/out'" "$work/err" >/dev/null </dev/null || fail "fails on a terminal"
    says err '[1-9][0-9]* files, [0-9.]+ [kMG]B, [0-9.]+ [kMG]?B/s'
    # What the terminal got last, without script's own closing line, erases the line.
    sed '/^Script done/,$d' "$work/err" | tail -n 1 | grep -q "$(printf '\033')\[K\$" ||
        fail "the status line stays"
    reference sizes
    output_is_right "beside progress"
fi
