// SPDX-License-Identifier: MIT
// What a program costs while it has nothing to do, or little. A thread that the kernel has not scheduled has made no
// system call and burnt no processor, so the kernel's counts of context switches, summed over all threads but the one
// that reads them, say both. They are read by a thread that gofer does not know. GOFER_TEST_SCALE lengthens the look.
#include "sched/view.h"
#include "support/test.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long field(const char *path, const char *name)
{
    char line[256];
    long value = 0;
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtol(line + strlen(name), NULL, 10);
    if (f)
        fclose(f);
    return value;
}

// Context switches of all threads but the caller's: those that went to sleep, or all.
static long switches_of_others(bool all)
{
    long sum = 0;
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    for (struct dirent *t; (t = readdir(tasks));) {
        char path[300];
        if (atoi(t->d_name) == 0 || atoi(t->d_name) == (int)syscall(SYS_gettid))
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%s/status", t->d_name);
        sum += field(path, "voluntary_ctxt_switches:\t");
        sum += all ? field(path, "nonvoluntary_ctxt_switches:\t") : 0;
    }
    closedir(tasks);
    return sum;
}

static void nap(long milliseconds)
{
    struct timespec t = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&t, NULL);
}

// Waits until no other thread has been scheduled for a while: the monitor has gone to sleep too. For good, it does so some
// seconds after the last goroutine has parked, when it has looked for stacks to give back.
static void wait_until_all_sleep(long milliseconds)
{
    long seen = -1, now;
    for (int i = 0; i < 200 && (now = switches_of_others(true)) != seen; i++) {
        seen = now;
        nap(milliseconds);
    }
    CHECK_EQ(switches_of_others(true), seen);
}

static void need_all_threads_known(void)
{
    if (test_under_tsan())
        test_skip("thread sanitizer has a thread of its own, which never sleeps for long");
}

static int wake_up[2];

static void *watch_the_idle(void *arg)
{
    (void)arg;
    wait_until_all_sleep(2500);
    long before = switches_of_others(true);
    nap((long)test_rounds(3000));
    long after = switches_of_others(true);
    CHECK_EQ(after - before, 0);
    CHECK(write(wake_up[1], "x", 1) == 1);
    return NULL;
}

static void wait_at(chan(go_unit) gate)
{
    chan_recv(gate);
}

static void wait_for_a_connection(go_listener *l)
{
    int err = 0;
    CHECK(go_accept(l, &err) == NULL);
}

TEST_LONG(idle_program_makes_no_system_calls_and_burns_no_processor, 300)
{
    need_all_threads_known();
    pthread_t watcher;
    chan(go_unit) gate = chan_make(go_unit);
    chan(int) signals = chan_make(int, 1);
    CHECK(pipe(wake_up) == 0);
    int err = 0;
    go_listener *l = go_listen("tcp", "127.0.0.1:0", &err);
    CHECK_EQ(err, 0);
    go_signal_notify(signals, SIGUSR1);
    go(wait_for_a_connection, l);
    for (int i = 0; i < 1000; i++)
        go(wait_at, gate);
    CHECK(pthread_create(&watcher, NULL, watch_the_idle, NULL) == 0);
    char c;
    CHECK_EQ(go_read(wake_up[0], &c, 1), 1);
    pthread_join(watcher, NULL);
    go_signal_stop(signals);
    go_listener_close(l);
    chan_close(gate);
}

static void *write_when_all_sleep(void *arg)
{
    (void)arg;
    wait_until_all_sleep(100);
    CHECK(write(wake_up[1], "x", 1) == 1);
    return NULL;
}

static bool mains_thread_sleeps(void)
{
    char path[64], line[128];
    snprintf(path, sizeof path, "/proc/self/task/%d/status", (int)getpid());
    FILE *f = fopen(path, "r");
    bool sleeps = false;
    while (f && fgets(line, sizeof line, f))
        sleeps |= strncmp(line, "State:\tS", 8) == 0;
    if (f)
        fclose(f);
    return sleeps;
}

// Main's thread gives main to another one and goes to sleep; it is the one that watches the clock, and there is no
// poller yet. Then main, which has the only processor, registers the first descriptor.
TEST(first_descriptor_is_served_though_the_watcher_slept_before_there_was_a_poller)
{
    need_all_threads_known();
    pthread_t writer;
    test_add_debug("migrate=1");
    test_setenv("GOFER_MAXPROCS", "1");
    go_yield();
    CHECK((pid_t)syscall(SYS_gettid) != getpid());
    while (!mains_thread_sleeps())
        nap(1);
    CHECK(pipe(wake_up) == 0);
    CHECK(pthread_create(&writer, NULL, write_when_all_sleep, NULL) == 0);
    char c = 0;
    CHECK_EQ(go_read(wake_up[0], &c, 1), 1);
    CHECK_EQ(c, 'x');
    pthread_join(writer, NULL);
}

static void pong(chan(int) in, chan(int) out)
{
    chan_range(i, in)
        chan_send(out, i);
}

TEST(ping_pong_wakes_no_second_thread)
{
    need_all_threads_known();
    test_setenv("GOFER_DEBUG", ""); // forced migration is a wake-up a park
    int rounds = (int)test_rounds(200000);
    chan(int) ping = chan_make(int), answer = chan_make(int);
    go_maxprocs(4);
    go(pong, ping, answer);
    // A while, for the runtime to see that this thread serves what it queues.
    for (int i = 0; i < 1000; i++) {
        chan_send(ping, i);
        chan_recv(answer);
    }
    long sleeps = switches_of_others(false);
    uint64_t steals = go_stats().steals;
    for (int i = 0; i < rounds; i++) {
        chan_send(ping, i);
        CHECK_EQ(chan_recv(answer), i);
    }
    // Each thread that were woken for one of them would go to sleep again.
    CHECK(switches_of_others(false) - sleeps < 50 + rounds / 100);
    CHECK(go_stats().steals - steals < 50 + (uint64_t)rounds / 100);
    chan_close(ping);
}

// The monitor looks at the clock once a round: what it says changes as often. One that slept for good in each pause of the
// program, and began with its shortest rounds at each end of one, would come by some thousand times a second.
TEST(monitor_hardly_comes_by_while_a_program_is_idle_for_microseconds_at_a_time)
{
    test_setenv("GOFER_DEBUG", ""); // a slice of microseconds keeps rounds short
    go_maxprocs(1);
    chan(go_unit) gate = chan_make(go_unit);
    go(wait_at, gate); // a second goroutine starts the monitor
    int rounds = 0;
    int64_t seen = 0, span = go_now().monotonic;
    while (go_now().monotonic - span < GO_SECOND) {
        go_sleep(50 * GO_MICROSECOND);
        int64_t clock = gf_load_relaxed(&gf_sched.clock);
        rounds += clock != seen;
        seen = clock;
    }
    span = go_now().monotonic - span;
    // The first rounds are short, as they should be.
    CHECK(rounds < 100 + 500 * (span / GO_MILLISECOND) / 1000);
    chan_close(gate);
}

static int64_t processor_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * GO_SECOND + t.tv_nsec;
}

// A timer that is stopped leaves its moment behind for who watches the clock, which is to come by once for it.
TEST(moment_of_a_stopped_timer_burns_no_processor_once_it_is_over)
{
    go_maxprocs(2);
    go_timer *t = go_timer_new(GO_MILLISECOND);
    CHECK(go_timer_stop(t));
    int64_t used = processor_time();
    go_sleep(400 * GO_MILLISECOND);
    CHECK(processor_time() - used < 200 * GO_MILLISECOND);
    go_timer_free(t);
}

static void wait_for_later_timers(int rounds)
{
    go_timer *t = go_timer_new(GO_HOUR);
    for (int i = 0; i < rounds; i++) {
        go_timer_reset(t, i % 8 * 20 * GO_MICROSECOND);
        go_timer_stop(t);
        go_duration d = (i % 8 + i % 3) * 20 * GO_MICROSECOND;
        go_time start = go_now();
        go_timer_reset(t, d);
        chan_recv(go_timer_chan(t));
        CHECK(go_since(start) >= d);
    }
    go_timer_free(t);
}

// Nobody is told of a timer that is set for later than one that was stopped: whoever sleeps for that one must see it.
TEST(timers_set_for_later_than_a_stopped_one_fire)
{
    go_waitgroup wg = {0};
    go_maxprocs(4);
    for (int i = 0; i < 3; i++)
        go_waitgroup_go(&wg, wait_for_later_timers, (int)test_rounds(1000));
    go_waitgroup_wait(&wg);
}
