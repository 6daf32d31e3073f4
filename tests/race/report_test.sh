#!/bin/sh
# The reports of -race: their layout, what GORACE changes, and the exit status, for run, build and test. The programs order
# their accesses in time by a relaxed flag, which orders nothing in the detector's eyes. The flag fills a word, for the
# detector may lose an access while another one touches the same eight bytes.
. "$(dirname "$0")/../command/lib.sh" "$@"

cat >racy.c <<'EOF'
#include <gofer.h>
#include <stdatomic.h>
#include <stdlib.h>

static int shared;
static atomic_long counted; // a whole word

static void count(chan(go_unit) never)
{
    shared++;
    atomic_store_explicit(&counted, true, memory_order_relaxed);
    chan_recv(never);
}

int main(int argc, char **argv)
{
    chan(go_unit) never = chan_make(go_unit);
    go(count, never);
    while (!atomic_load_explicit(&counted, memory_order_relaxed))
        go_sleep(GO_MILLISECOND);
    shared++;
    if (argc > 1 && argv[1][0] == 'p')
        go_panic("no");
    return argc > 1 ? atoi(argv[1]) : 0;
}
EOF

# ---- The layout: two accesses, and where the goroutine was made ----
export GORACE=atexit_sleep_ms=0
expect 66 "$gofer" run -race racy.c
sed -E 's/0x[0-9a-f]{12}/ADDRESS/; s/\+0x[0-9a-f]+/+N/; s|/.*/racy|racy|' "$work/err" >"$work/got"
cat >"$work/wanted" <<'EOF'
==================
WARNING: DATA RACE
Read at ADDRESS by main goroutine:
  main()
      racy.c:21 +N

Previous write at ADDRESS by goroutine 2:
  count()
      racy.c:10 +N

Goroutine 2 (running) created at:
  main()
      racy.c:18 +N
==================
Found 1 data race(s)
EOF
diff -u "$work/wanted" "$work/got" || fail "the report looks different"

# ---- The status is the program's own if it is not 0 ----
expect 3 "$gofer" run -race racy.c 3
says err 'WARNING: DATA RACE'
expect 2 "$gofer" run -race racy.c p
says err 'WARNING: DATA RACE'
says err '^panic: no$'

# ---- GORACE ----
expect 0 "$gofer" build -race -o racy racy.c
[ "$(GORACE='atexit_sleep_ms=0 exitcode=9' ./racy 2>/dev/null; echo $?)" -eq 9 ] || fail "exitcode"
GORACE="atexit_sleep_ms=0 log_path=$work/log" ./racy 2>"$work/err"
[ ! -s "$work/err" ] || fail "a report on standard error, not in the file"
grep -q 'WARNING: DATA RACE' "$work"/log.* && grep -q '^Found 1' "$work"/log.* || fail "log_path"
GORACE="atexit_sleep_ms=0 log_path=stdout" ./racy 2>"$work/err" | grep -q 'DATA RACE' || fail "log_path=stdout"
GORACE="atexit_sleep_ms=0 strip_path_prefix=$PWD/" ./racy 2>"$work/err"
says err '^      racy.c:21 '
expect 66 env GORACE='atexit_sleep_ms=0 halt_on_error=1' ./racy 5
begin=$(date +%s%N)
GORACE=atexit_sleep_ms=700 ./racy 2>/dev/null # a goroutine is left, which may race yet
[ $((($(date +%s%N) - begin) / 1000000)) -ge 700 ] || fail "atexit_sleep_ms"
unset GORACE

# ---- Channels are variables too: the functions that touch them are named ----
cat >channel.c <<'EOF'
#include <gofer.h>
#include <stdatomic.h>

static atomic_bool sent;

static void produce(chan(int) c)
{
    chan_send(c, 1);
    atomic_store_explicit(&sent, true, memory_order_relaxed);
}

int main(void)
{
    chan(int) c = chan_make(int, 1);
    go(produce, c);
    while (!atomic_load_explicit(&sent, memory_order_relaxed))
        go_sleep(GO_MILLISECOND);
    chan_close(c);
    return 0;
}
EOF
expect 66 "$gofer" run -race channel.c
says err '^Write at 0x[0-9a-f]{12} by main goroutine:$'
says err '^  go_chan_close\(\)$'
says err '^  go_chan_send\(\)$'
says err '^      .*/channel.c:8 '

# ---- A thread of the program's own ----
cat >thread.c <<'EOF'
#include <gofer.h>
#include <pthread.h>
#include <stdatomic.h>

static int shared;
static atomic_long counted; // a whole word

static void *count(void *c)
{
    shared++;
    atomic_store_explicit(&counted, true, memory_order_relaxed);
    chan_recv((chan(int))c);
    return NULL;
}

int main(void)
{
    pthread_t t;
    chan(int) c = chan_make(int);
    pthread_create(&t, NULL, count, c);
    while (!atomic_load_explicit(&counted, memory_order_relaxed))
        go_sleep(GO_MILLISECOND);
    shared++;
    chan_close(c);
    pthread_join(t, NULL);
    return 0;
}
EOF
expect 66 "$gofer" run -race thread.c
says err '^Previous write at 0x[0-9a-f]{12} by thread T[0-9]+:$'
says err '^Thread T[0-9]+ \(running\) created at:$'

# ---- errno and thread-locals are the thread's, whoever runs on it ----
cat >errno.c <<'EOF'
#include <errno.h>
#include <gofer.h>
#include <stdio.h>

static _Thread_local int own;

static void work(void)
{
    for (int i = 0; i < 100; i++) {
        errno = 0;
        own++;
        go_yield();
    }
}

int main(void)
{
    go_waitgroup wg = {0};
    for (int i = 0; i < 4; i++)
        go_waitgroup_go(&wg, work);
    go_waitgroup_wait(&wg);
    printf("%d\n", own < 1000);
    return 0;
}
EOF
expect 0 "$gofer" run -race errno.c

# ---- The cookbook's transcript ----
# Lines of the program's head that begin with seven blanks after the slashes are what it prints; dots stand for anything.
program=$source/examples/cookbook/data_race.c
sed -n 's|^//               ||p' "$program" | sed 's/ at … by/ at ADDRESS by/; s/^ *[^ ]*data_race/data_race/; s/oroutine [0-9]*/oroutine N/' >"$work/wanted"
expect 66 env GOFER_MAXPROCS=1 "$gofer" run -race "$program" racy
sed -E 's/0x[0-9a-f]{12}/ADDRESS/; s/ \+0x[0-9a-f]+//; s|^ *[^ ]*/data_race|data_race|; s/oroutine [0-9]+/oroutine N/; /^$/d' "$work/err" >"$work/got"
[ "$(wc -l <"$work/wanted")" -gt 10 ] || fail "no transcript in $program"
diff -u "$work/wanted" "$work/got" || fail "not as $program says"

# ---- What it sees and what it does not, as the cookbook says ----
program=$source/examples/cookbook/race_detector.c
expect 66 "$gofer" run -race "$program" by_luck
says out '^the answer is 42$'
says err '^      .*/race_detector.c:32 '
expect 0 "$gofer" run -race "$program"

# ---- Loops that call nothing do not hold up the others ----
cat >hogs.c <<'EOF'
#include <gofer.h>
#include <stdio.h>

static int count;

static void count_for_ever(void)
{
    for (;;)
        count++;
}

static void do_nothing_for_ever(void)
{
    for (;;)
        continue;
}

int main(void)
{
    go(count_for_ever);
    go(do_nothing_for_ever);
    for (int i = 0; i < 5; i++)
        go_sleep(GO_MILLISECOND);
    puts("ended");
    return 0;
}
EOF
for p in 1 2; do
    expect 0 env GOFER_MAXPROCS=$p GORACE=atexit_sleep_ms=0 "$gofer" run -race hogs.c
    says out '^ended$'
done

# ---- gofer test -race ----
mkdir tests
cat >tests/count_test.c <<'EOF'
#include <gofer/test.h>

static int shared;
static go_mutex mutex;

static void count(bool locked)
{
    if (locked)
        go_mutex_lock(&mutex);
    shared++;
    if (locked)
        go_mutex_unlock(&mutex);
}

static void count_twice(bool locked)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, count, locked);
    go_waitgroup_go(&wg, count, locked);
    go_waitgroup_wait(&wg);
}

GO_TEST(locked)
{
    (void)t;
    count_twice(true);
}

GO_TEST(unlocked)
{
    (void)t;
    count_twice(false);
}
EOF
expect 0 "$gofer" test -race -run '^locked' tests
says out '^ok'
expect 1 "$gofer" test -race -run unlocked tests
says err 'WARNING: DATA RACE'
says out '^--- FAIL: unlocked '
says out 'race detected during execution of test$'
says err '^      .*/count_test.c:10 '
says out '^FAIL'
expect 0 "$gofer" test -asan -run '^locked' tests
