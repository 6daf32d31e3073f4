// SPDX-License-Identifier: MIT
// Profiles: what each contains, that `go tool pprof` opens it, and what start and stop refuse. The profiles are written
// to files in a directory of the test's own.
#include "support/pprof.h"
#include "support/test.h"

#include <fcntl.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

static volatile long turns;
static atomic_bool enough;

static NOINLINE void burn_the_processor(void)
{
    for (int i = 0; i < 1000; i++)
        turns++;
}

static void compute(void)
{
    while (!atomic_load(&enough))
        burn_the_processor();
}

static void receive(chan(int) c)
{
    chan_recv(c);
}

static char *text_of(const char *name, int debug)
{
    size_t n;
    int error;
    char *bytes = go_profile_bytes(name, debug, &n, &error);
    CHECK_EQ(error, 0);
    char *text = malloc(n + 1);
    memcpy(text, bytes, n);
    text[n] = '\0';
    free(bytes);
    return text;
}

TEST(goroutine_profile_groups_equal_stacks)
{
    test_one_processor();
    chan(int) c = chan_make(int);
    for (int i = 0; i < 3; i++)
        go(receive, c);
    test_settle();
    char *text = text_of("goroutine", 1);
    CHECK_MATCH(text, "^goroutine profile: total [0-9]+\n3 @( 0x[0-9a-f]+)+\n"
                      "#\t0x[0-9a-f]+\tgo_chan_recv_\t[^\n]*\n#\t0x[0-9a-f]+\treceive\t[^\n]*"
                      "profile_test\\.c:[0-9]+\n");
    free(text);
}

TEST(goroutine_profile_at_level_2_shows_each_as_a_crash_does)
{
    test_one_processor();
    go_with(GO_ATTR(.name = "taker"), receive, chan_make(int));
    test_settle();
    char *text = text_of("goroutine", 2);
    CHECK_MATCH(text, "goroutine 1 \\[running\\]:\n");
    CHECK_MATCH(
        text, "\ngoroutine [0-9]+ \"taker\" \\[chan receive\\]:\nreceive\\(\\.\\.\\.\\)\n\t[^\n]*\n"
              "created by test_goroutine_profile_at_level_2[a-z_]* in goroutine 1\n");
    free(text);
}

TEST(goroutines_that_compute_are_in_the_profile)
{
    test_needs_signals();
    go_maxprocs(2);
    go(compute);
    WAIT_UNTIL(turns > 0);
    char *text = text_of("goroutine", 1);
    CHECK_CONTAINS(text, "\tcompute\t");
    atomic_store(&enough, true);
    free(text);
}

// In a goroutine, whose stack no search looks at when it has ended: a word that its caller's frames have left
// unwritten would keep the channel.
static void lose_a_channel(void)
{
    go(receive, chan_make(int));
}

TEST_EXIT(leak_profile_contains_what_can_never_wake_only, 3)
{
    if (test_under_other_malloc())
        test_skip("a conservative search finds the pointer in the allocator's own records");
    test_add_debug("leak=1");
    test_one_processor();
    static chan(int) volatile kept;
    kept = chan_make(int);
    go(receive, kept);
    go(lose_a_channel);
    test_settle();
    char *text = text_of("goroutineleak", 1);
    CHECK_MATCH(text, "^goroutineleak profile: total 1\n");
    free(text);
    text = text_of("goroutineleak", 2);
    CHECK_MATCH(text, "^goroutine [0-9]+ \\[chan receive \\(leaked\\)\\]:\n");
    free(text);
}

TEST(cpu_profile_names_the_function_that_computes)
{
    test_needs_signals();
    CHECK_EQ(go_profile_start("cpu", 1000), 0);
    go_with(GO_ATTR(.name = "burner"), compute);
    char *text = NULL;
    struct deadline deadline = test_deadline();
    while (!text || !strstr(text, "\tburn_the_processor\t")) {
        if (!test_wait_more(&deadline))
            FAIL("no sample of the loop");
        free(text);
        text = text_of("cpu", 1);
    }
    CHECK_CONTAINS(text, "# labels: {\"goroutine\":\"burner\"}\n");
    CHECK_EQ(go_profile_stop("cpu"), 0);
    atomic_store(&enough, true);
    free(text);
}

static go_mutex contended;

static NOINLINE void hold_for_a_while(void)
{
    go_mutex_lock(&contended);
    go_sleep(2 * GO_MILLISECOND);
    go_mutex_unlock(&contended);
}

static void collect_waits(void)
{
    go_waitgroup wg = {0};
    CHECK_EQ(go_profile_start("block", 1), 0);
    CHECK_EQ(go_profile_start("mutex", 1), 0);
    go_mutex_lock(&contended);
    for (int i = 0; i < 4; i++)
        go_waitgroup_go(&wg, hold_for_a_while);
    WAIT_UNTIL(test_count_waiters(&contended, sizeof contended) == 4);
    go_mutex_unlock(&contended);
    go_waitgroup_wait(&wg);
    CHECK_EQ(go_profile_stop("mutex"), 0);
    CHECK_EQ(go_profile_stop("block"), 0);
}

TEST(waits_for_a_mutex_are_charged_to_who_waits_and_to_who_unlocks)
{
    collect_waits();
    char *block = text_of("block", 1), *mutex = text_of("mutex", 1);
    CHECK_MATCH(block,
                "\tgo_mutex_lock_slow_\t[^\n]*\n(#[^\n]*\n)*#\t0x[0-9a-f]+\thold_for_a_while\t");
    CHECK_MATCH(mutex,
                "\tgo_mutex_unlock_slow_\t[^\n]*\n(#[^\n]*\n)*#\t0x[0-9a-f]+\thold_for_a_while\t");
    free(block);
    free(mutex);
}

TEST(nothing_is_collected_after_the_stop)
{
    collect_waits();
    char *before = text_of("block", 1);
    hold_for_a_while();
    char *after = text_of("block", 1);
    CHECK_STR(after, before);
    free(before);
    free(after);
}

TEST(start_and_stop_refuse_what_makes_no_sense)
{
    CHECK_EQ(go_profile_start("goroutine", 0), -EINVAL);
    CHECK_EQ(go_profile_start("nosuch", 0), -EINVAL);
    CHECK_EQ(go_profile_stop("mutex"), -ESRCH);
    CHECK_EQ(go_profile_start("mutex", 0), 0);
    CHECK_EQ(go_profile_start("mutex", 0), -EBUSY);
    CHECK_EQ(go_profile_stop("mutex"), 0);
    CHECK_EQ(go_profile_write("nosuch", STDOUT_FILENO, 0), -EINVAL);
    CHECK_EQ(go_profile_write("threadcreate", -1, 0), -EBADF);
}

// ---- go tool pprof ----

static void write_to(const char *directory, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    CHECK(fd >= 0);
    CHECK_EQ(go_profile_write(name, fd, 0), 0);
    close(fd);
}

// What pprof says about a profile, NULL if there is no pprof.
TEST_LONG(go_tool_pprof_opens_each_profile, 120)
{
    static const char *const names[] = {"goroutine", "goroutineleak", "threadcreate",
                                        "block",     "mutex",         "cpu"};
    char directory[] = "/tmp/gofer-profile-XXXXXX", path[256];
    CHECK(mkdtemp(directory));
    CHECK_EQ(go_profile_start("cpu", 0), 0);
    collect_waits();
    CHECK_EQ(go_profile_stop("cpu"), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        write_to(directory, names[i]);
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        char *text = test_pprof("-top", path);
        unlink(path);
        if (!text)
            test_skip("go is not installed");
        CHECK_MATCH(text, "(^|\n)Type: (goroutine|goroutineleak|threadcreate|delay|cpu)\n");
        CHECK_MATCH(text, "flat +flat% +sum% +cum +cum%");
    }
    snprintf(path, sizeof path, "rm -rf %s", directory);
    CHECK_EQ(system(path), 0);
}
