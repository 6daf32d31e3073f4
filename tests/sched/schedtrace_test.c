// SPDX-License-Identifier: MIT
// GOFER_DEBUG=schedtrace=MS prints Go's line, scheddetail=1 Go's lines about every P, M and G. Programs of their own
// print, for the key is read when the runtime starts.
#include "support/test.h"

static void hold(chan(go_unit) release)
{
    chan_recv(release);
}

static void live_a_while(void)
{
    chan(go_unit) release = chan_make(go_unit);
    go_maxprocs(2);
    go(hold, release);
    go_sleep(300 * GO_MILLISECOND);
    chan_close(release);
}

static void run_traced(void)
{
    test_add_debug("schedtrace=50");
    live_a_while();
}

static void run_traced_in_detail(void)
{
    test_add_debug("schedtrace=50,scheddetail=1");
    live_a_while();
}

// Each line says when it was printed: each in another period, though on a busy machine anywhere in it.
static void check_period(const char *text, int period)
{
    int lines = 0, at_ms, last = -1;
    for (const char *at = text; (at = strstr(at, "SCHED ")); at++, lines++) {
        CHECK(sscanf(at, "SCHED %dms", &at_ms) == 1);
        CHECK(at_ms / period > last);
        last = at_ms / period;
    }
    CHECK(lines >= 2);
}

TEST(schedtrace_prints_a_line_of_gos_each_period)
{
    struct outcome o = test_run_child(run_traced);
    CHECK_EQ(o.status, 0);
    CHECK_MATCH(
        o.err,
        "^SCHED [0-9]+ms: gomaxprocs=2 idleprocs=[0-2] threads=[0-9]+ spinningthreads=[0-9]+ "
        "needspinning=0 idlethreads=[0-9]+ runqueue=[0-9]+ \\[ [0-9]+ [0-9]+ \\] "
        "schedticks=\\[ [0-9]+ [0-9]+ \\]\n");
    check_period(o.err, 50);
}

TEST(scheddetail_adds_every_processor_thread_and_goroutine)
{
    struct outcome o = test_run_child(run_traced_in_detail);
    CHECK_EQ(o.status, 0);
    CHECK_MATCH(o.err, " gcwaiting=false nmidlelocked=0 stopwait=0 sysmonwait=false\n");
    CHECK_MATCH(o.err, "\n  P1: status=[0-4] schedtick=[0-9]+ syscalltick=[0-9]+ m=([0-9]+|nil) "
                       "runqsize=[0-9]+ gfreecnt=[0-9]+ timerslen=[0-9]+\n");
    CHECK_MATCH(
        o.err,
        "\n  M0: p=([0-9]+|nil) curg=([0-9]+|nil) mallocing=0 throwing=0 preemptoff= locks=[0-9]+ "
        "dying=0 spinning=(true|false) blocked=(true|false) lockedg=nil\n");
    CHECK_MATCH(o.err, "\n  G1: status=4\\(sleep\\) m=nil lockedm=nil\n");
    CHECK_MATCH(o.err, "\n  G[0-9]+: status=4\\(chan receive\\) m=nil lockedm=nil\n");
}

TEST(without_the_key_nothing_is_printed)
{
    struct outcome o = test_run_child(live_a_while);
    CHECK_EQ(o.status, 0);
    CHECK_STR(o.err, "");
}
