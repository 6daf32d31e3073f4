#!/bin/sh
# The planted races of tests/race/programs: each program is built with -race as it is and, by -DFIXED, as its fixed twin.
# The race has to be reported, with status 66, in one of three runs, for two accesses at the very same moment can hide each
# other; the twin has to end with 0 in three runs of three. A sample is run unless RACE_SET=all, which `gofer test -all`
# sets; the counts are printed either way.
. "$(dirname "$0")/../command/lib.sh" "$@"
export GORACE=atexit_sleep_ms=0
step=6
[ "${RACE_SET:-}" != all ] || step=1

# run NAME FLAG: builds it into $work/NAME.
build() {
    CFLAGS="-Wall -Wextra -Werror $2" "$gofer" build -race -o "$work/program" "$source/tests/race/programs/$1.c" \
        >"$work/out" 2>"$work/err" || fail "$1 does not build"
}

# What is wrong with the report of a race, if anything.
check_report() {
    for line in '^WARNING: DATA RACE$' '^(Read|Write) at 0x[0-9a-f]{12} by (main goroutine|goroutine [0-9]+):$' \
        '^Previous (read|write) at 0x[0-9a-f]{12} by (main goroutine|goroutine [0-9]+):$' \
        '^Found [0-9]+ data race\(s\)$'; do
        says err "$line"
    done
}

planted=0 found=0 at_once=0 false=0 number=0
for program in "$source"/tests/race/programs/*.c; do
    number=$((number + 1))
    [ $((number % step)) -eq 0 ] || continue
    name=$(basename "$program" .c)
    planted=$((planted + 1))
    build "$name" ''
    for try in 1 2 3; do
        "$work/program" >"$work/out" 2>"$work/err"
        [ $? -eq 66 ] || continue
        check_report
        found=$((found + 1))
        [ "$try" -ne 1 ] || at_once=$((at_once + 1))
        break
    done
    [ "$try" -lt 3 ] || [ -s "$work/err" ] || echo "not found: $name"
    build "$name" -DFIXED
    for try in 1 2 3; do
        "$work/program" >"$work/out" 2>"$work/err" && continue
        false=$((false + 1))
        echo "false report, or worse: $name"
        sed 's/^/  /' "$work/err"
        break
    done
done
echo "$planted planted, $found found ($at_once of them in the first run), $false false reports on the fixed twins"
[ "$planted" -ge 12 ] && [ "$found" -eq "$planted" ] && [ "$false" -eq 0 ] || exit 1
