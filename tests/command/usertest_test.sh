#!/bin/sh
# gofer test on users' files: what is compiled together, the options, the statuses, leaks, subtests and time-outs.
. "$(dirname "$0")/lib.sh" "$@"

mkdir sums
cat >sums/sum.c <<'C'
int sum(int a, int b) { return a + b; }
C
cat >sums/main.c <<'C'
int main(void) { return 9; }
C
cat >sums/sum_test.c <<'C'
#include <gofer/test.h>
int sum(int a, int b);
GO_TEST(adds)
{
    if (sum(1, 2) != 3)
        go_test_errorf(t, "sum is %d", sum(1, 2));
}
static void in_parallel(go_test *t, void *arg)
{
    go_test_parallel(t);
    go_test_logf(t, "runs %s", (const char *)arg);
}
GO_TEST(has_subtests)
{
    go_test_run(t, "first", in_parallel, "one");
    go_test_run(t, "second", in_parallel, "two");
}
GO_TEST(is_skipped)
{
    go_test_skipf(t, "not here");
}
C
expect 0 "$gofer" test sums
says out '^PASS$'
says out '^ok	sums	[0-9.]+s$'

# The same by its files, one test of it, with names.
expect 0 "$gofer" test -v -run 'has_subtests/second' sums/sum.c sums/sum_test.c
says out '^=== RUN   has_subtests/second$'
says out '^--- PASS: has_subtests/second \([0-9.]+s\)$'
says out '^    sum_test.c:[0-9]+: runs two$'
grep -q first "$work/out" && fail "runs what was not asked for"
grep -q adds "$work/out" && fail "runs what was not asked for"
expect 0 "$gofer" test -v -count 3 -run adds sums
[ "$(grep -c '^--- PASS: adds' "$work/out")" -eq 3 ] || fail "does not run three times"

# A failure: the message with its place, status 1.
cat >bad_test.c <<'C'
#include <gofer/test.h>
GO_TEST(fails)
{
    go_test_errorf(t, "got %d", 3);
    go_test_fatalf(t, "stops here");
    go_test_errorf(t, "never said");
}
C
expect 1 "$gofer" test bad_test.c
says out '^--- FAIL: fails '
says out '^    bad_test.c:4: got 3$'
says out '^    bad_test.c:5: stops here$'
says out '^FAIL	bad_test.c'
grep -q 'never said' "$work/out" && fail "goes on after a fatal failure"

# A goroutine left behind fails the test that did it.
cat >leak_test.c <<'C'
#include <gofer/test.h>
static void wait_for_it(chan(int) c)
{
    chan_recv(c);
}
GO_TEST(leaves_one_behind)
{
    go(wait_for_it, chan_make(int));
}
GO_TEST(is_clean)
{
    chan(int) c = chan_make(int);
    go(wait_for_it, c);
    chan_send(c, 1);
    chan_free(c);
}
C
expect 1 "$gofer" test leak_test.c
says out '^--- FAIL: leaves_one_behind: left 1 goroutine behind that can never wake$'
says err '^goroutine [0-9]+ \[chan receive \(leaked\)\]:$'
says err '^wait_for_it\(\.\.\.\)$'
grep -q 'FAIL: is_clean' "$work/out" && fail "reports a leak twice"

# -seed: what hangs on chance is the same again. Forty choices between two are alike by themselves once in 10^12 times.
cat >seed_test.c <<'C'
#include <gofer/test.h>
GO_TEST(chooses)
{
    char choices[41] = "";
    chan(int) c = chan_make(int);
    chan_close(c);
    for (int i = 0; i < 40; i++) {
        go_select {
            case_recv(c) choices[i] = 'a';
            case_recv(c) choices[i] = 'b';
        }
    }
    go_test_logf(t, "choices %s", choices);
    chan_free(c);
}
C
chosen() {
    expect 0 env GOFER_MAXPROCS=1 "$gofer" test -v -seed "$1" seed_test.c
    grep -oE '[ab]{40}' "$work/out"
}
first=$(chosen 7)
[ -n "$first" ] && [ "$(chosen 7)" = "$first" ] || fail "a seed does not repeat the choices"
[ "$(chosen 8)" != "$first" ] || fail "another seed makes the same choices"
expect 2 "$gofer" test -seed soon seed_test.c
says err '-seed needs a number, not soon'

# A test that hangs: all goroutines are shown.
cat >hang_test.c <<'C'
#include <gofer/test.h>
GO_TEST(hangs)
{
    for (;;)
        go_sleep(GO_HOUR);
}
C
expect 2 "$gofer" test -timeout 200ms hang_test.c
says err '^panic: test timed out after 0.2s$'
says err '^go_test_body_hangs\(\.\.\.\)$'

expect 2 "$gofer" test -timeout soon hang_test.c
says err 'needs a duration'
mkdir empty
expect 1 "$gofer" test empty
says err 'no test files'
expect 1 "$gofer" test nosuch_test.c
nothing_left sums empty bad_test.c leak_test.c seed_test.c hang_test.c
