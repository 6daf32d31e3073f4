#!/bin/sh
# The cache: a second run compiles nothing; a change of the source, of a header, of the flags or of the
# compiler compiles anew; going back finds what was there, or compiles right.
. "$(dirname "$0")/lib.sh" "$@"

# A compiler that counts how often it compiles.
cat >"$work/cc" <<'C'
#!/bin/sh
case " $* " in *' -c '*) echo x >>"${0%/*}/compiled" ;; esac
case $1 in --version) cat "${0%/*}/version" ;; esac
exec gcc "$@"
C
chmod +x "$work/cc"
: >"$work/version"
: >"$work/compiled"
export CC="$work/cc"

# run STATUS COMPILATIONS: the program's status, and how many compilations there were so far.
run() {
    expect "$1" "$gofer" run "dir with space/main.c"
    count=$(wc -l <"$work/compiled")
    [ "$count" -eq "$2" ] || fail "$count compilations so far, not $2"
}

mkdir 'dir with space'
cd 'dir with space' || exit 2
printf '#include <gofer.h>\n#include "a#$b c.h"\nint main(void) { return STATUS; }\n' >main.c
echo '#define STATUS 5' >'a#$b c.h'
cd ..
run 5 1
run 5 1
echo '#define STATUS 6' >'dir with space/a#$b c.h'
run 6 2
run 6 2
touch 'dir with space/a#$b c.h'
run 6 2
echo '// a comment' >>'dir with space/main.c'
run 6 3
CFLAGS=-DOTHER
export CFLAGS
run 6 4
unset CFLAGS
run 6 4
echo 'another version' >"$work/version"
run 6 5

# A program that vanished from the cache is made again; so is a manifest cut short.
rm "$work/cache/gofer/program/"*
run 6 6
for manifest in "$work/cache/gofer/manifest/"*; do
    head -c 70 "$manifest" >"$work/cut" && cp "$work/cut" "$manifest"
done
run 6 7
run 6 7
rm 'dir with space/a#$b c.h'
expect 1 "$gofer" run 'dir with space/main.c'

# What nobody used for long is removed, what is in use stays.
echo 'int main(void) { return 9; }' >old.c
expect 9 "$gofer" run old.c
mkdir "$work/cache/gofer/scratch-dead"
touch -d '40 days ago' "$work/cache/gofer/program/"* "$work/cache/gofer/trimmed" "$work/cache/gofer/scratch-dead"
expect 9 "$gofer" run old.c
echo 'int main(void) { return 8; }' >new.c
expect 8 "$gofer" run new.c
[ "$(ls "$work/cache/gofer/program" | wc -l)" -eq 2 ] || fail "old programs stay, or used ones go"
[ ! -e "$work/cache/gofer/scratch-dead" ] || fail "an old scratch directory stays"

# Ten at once in an empty cache all run, and leave one program.
rm -rf "$work/cache"
pids=
for _ in 1 2 3 4 5 6 7 8 9 10; do
    "$gofer" run new.c &
    pids="$pids $!"
done
for pid in $pids; do
    wait "$pid"
    [ $? -eq 8 ] || fail "one of ten concurrent runs fails"
done
[ "$(ls "$work/cache/gofer/program" | wc -l)" -eq 1 ] || fail "more than one program"
