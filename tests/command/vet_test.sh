#!/bin/sh
# gofer vet. Its command line and statuses; every check both ways: tests/vet/*.c, in which each line that is to be reported
# ends in `// expect: REGEX`, no other line may be, and `// miss: why` stands at a mistake that is known to be overlooked;
# and that nothing is reported in this tree. docs/vet.md says how many mistakes are planted and found, and shows a
# transcript.
. "$(dirname "$0")/lib.sh" "$@"

has_libclang || exit 77

# ---- The command line ----
cat >clean.c <<'C'
#include <gofer.h>
int main(void)
{
    go_mutex m = {0};
    go_mutex_lock(&m);
    go_mutex_unlock(&m);
    return 0;
}
C
cat >wrong.c <<'C'
#include <gofer.h>
int main(void)
{
    go_mutex m = {0}, copy = m;
    go_mutex_lock(&copy);
    go_errgroup_wait(NULL);
    return 0;
}
C
echo 'int main(void) { return nothing; }' >broken.c
expect 0 "$gofer" vet clean.c
[ ! -s "$work/out" ] && [ ! -s "$work/err" ] || fail "speaks about a clean file"
expect 1 "$gofer" vet clean.c wrong.c
says out '^wrong.c:4:23: the initialisation copies a go_mutex: .* \(copylocks\)$'
says out '^wrong.c:6:5: the result of go_errgroup_wait .* \(errors\)$'
[ "$(wc -l <"$work/out")" -eq 2 ] || fail "not two findings"
expect 1 "$gofer" vet -errors=false wrong.c
[ "$(wc -l <"$work/out")" -eq 1 ] || fail "-errors=false does not leave errors out"
expect 1 "$gofer" vet -errors wrong.c
says out '\(errors\)$'
[ "$(wc -l <"$work/out")" -eq 1 ] || fail "-errors does not choose errors alone"
expect 0 "$gofer" vet -defers wrong.c
expect 1 "$gofer" vet -json wrong.c
says out '^\{"file":"wrong.c","line":4,"column":23,"check":"copylocks","text":"the init.*"\}$'
expect 2 "$gofer" vet broken.c clean.c
says err 'broken.c:1:25: error: use of undeclared identifier'
says err '^gofer vet: broken.c does not compile$'
expect 0 "$gofer" vet -list
for check in blocking breakloop copylocks deadframe defers direction errors loopvar lostcancel threadlocal trylocal waitgroup; do
    says out "^$check +[a-z]"
    grep -q "^### $check" "$source/docs/vet.md" || fail "docs/vet.md does not explain $check"
done
[ "$(wc -l <"$work/out")" -eq 12 ] || fail "not twelve checks"
for wrong in "" "nosuch.c" "-frob clean.c" "-errors=perhaps clean.c" "broken.o"; do
    # Words by intent.
    # shellcheck disable=SC2086
    expect 2 "$gofer" vet $wrong
    [ "$(wc -l <"$work/err")" -eq 1 ] || fail "not one line: vet $wrong"
    says err '^gofer vet: '
done
mkdir some none
cp wrong.c some
expect 1 "$gofer" vet some
says out '^some/wrong.c:4'
expect 1 "$gofer" vet none
sed 's|copy = m;|& // vet: allow copylocks: a test|; s|^    go_err|    // vet: allow errors: a test\n&|' wrong.c >allowed.c
expect 0 "$gofer" vet allowed.c
cat >flags.c <<'C'
#include <gofer.h>
#include "mine.h"
int main(void)
{
    return MINE;
}
C
mkdir include
echo '#define MINE 0' >include/mine.h
expect 0 env CFLAGS=-Iinclude "$gofer" vet flags.c

# ---- Every check both ways ----
planted=0 found=0
cd "$source/tests/vet" || exit 2
for file in *.c; do
    "$gofer" vet "$file" >"$work/out" 2>"$work/err"
    status=$?
    case $file in
        *_bad.c) [ $status -eq 1 ] ;;
        *) [ $status -eq 0 ] ;;
    esac || fail "status $status: vet tests/vet/$file"
    counts=$(awk -v out="$work/out" '
        BEGIN { while ((getline line < out) > 0) { split(line, at, ":"); got[at[2]] = got[at[2]] line "\n" } }
        / \/\/ expect: / { sub(/.* \/\/ expect: /, ""); planted++; want[FNR] = $0 }
        / \/\/ miss: / { planted++ }
        END {
            for (l in want)
                if (got[l] !~ want[l]) { print "line " l " is not reported as /" want[l] "/"; bad = 1 } else found++
            for (l in got)
                if (!(l in want)) { print "a false report: " got[l]; bad = 1 }
            if (!bad) print planted + 0, found + 0
            exit bad
        }' "$file") || fail "tests/vet/$file: $counts"
    planted=$((planted + ${counts% *}))
    found=$((found + ${counts#* }))
done
clean=$(grep -c '^static [^=;]*)$' ./*_good.c | awk -F: '{ n += $2 } END { print n }')
line="| $planted | $found | 0 in $clean functions |"
grep -qF "$line" "$source/docs/vet.md" || fail "docs/vet.md does not say: $line"

# ---- This tree ----
cd "$source" || exit 2
expect 0 env CFLAGS=-D_GNU_SOURCE "$gofer" vet examples bench
# The checklists have their mistakes on board, some of which can be seen without running them.
for program in examples/cookbook/*.c; do
    case $program in
        */race_checklist.c | */lifecycle_checklist.c) ;;
        *) set -- "$@" "$program" ;;
    esac
done
shift 3
expect 0 "$gofer" vet "$@"
expect 1 "$gofer" vet examples/cookbook/lifecycle_checklist.c
says out ' name, a local of without_wait.*\(deadframe\)$'
says out ' go_errgroup_wait .*\(errors\)$'
says out 'go_context_with_timeout is lost.*\(lostcancel\)$'
[ "$(wc -l <"$work/out")" -eq 3 ] || fail "not the three mistakes of lifecycle_checklist.c"
expect 0 env GOFER_DEBUG=leak=1 "$gofer" run examples/cookbook/lifecycle_checklist.c
expect 3 env GOFER_DEBUG=leak=1 "$gofer" run examples/cookbook/lifecycle_checklist.c 1
expect 2 "$gofer" run examples/cookbook/lifecycle_checklist.c 4
expect 1 "$gofer" vet examples/cookbook/race_checklist.c
says out ' i, which the loop goes on to change.*\(loopvar\)$'
says out 'in the goroutine that it counts.*\(waitgroup\)$'
[ "$(wc -l <"$work/out")" -eq 2 ] || fail "not the two mistakes of race_checklist.c"
own="-D_GNU_SOURCE -DGF_DEBUG=0 -Itests -Isrc -isystem $build/generated -isystem /usr/share/include/llhttp"
for room in tests/*/; do
    case $room in
        tests/vet/ | tests/compile_fail/) continue ;;
    esac
    ls "$room"*.c >/dev/null 2>&1 || continue
    # What blocks threads is what the scheduler is tested with.
    case $room in
        tests/sched/ | tests/stress/) expect 0 env CFLAGS="$own" "$gofer" vet -blocking=false "$room" ;;
        *) expect 0 env CFLAGS="$own" "$gofer" vet "$room" ;;
    esac
done
