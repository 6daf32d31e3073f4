// SPDX-License-Identifier: MIT
// Processors: their number changes under load without losing anything, the affinity and the quota that the system grants
// are read as they are, and a goroutine that ends locked to its thread takes it along.
#include "support/test.h"

#include "os/os.h"

#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int ended;
static atomic_bool stop;

// --- Changing their number ---

static void pass_on(chan(long) in, chan(long) out)
{
    chan_range(v, in)
        chan_send(out, v);
    chan_close(out);
    atomic_fetch_add(&ended, 1);
}

static void compute_and_sleep(void)
{
    while (!atomic_load(&stop)) {
        for (volatile int i = 0; i < 20000; i++)
            ;
        go_sleep(50 * GO_MICROSECOND);
    }
    atomic_fetch_add(&ended, 1);
}

static void block_and_yield(void)
{
    while (!atomic_load(&stop)) {
        go_blocking(usleep, 30);
        usleep(30);
        go_yield();
    }
    atomic_fetch_add(&ended, 1);
}

TEST_LONG(number_of_processors_goes_up_and_down_under_load_and_nothing_is_lost, 300)
{
    enum { PAIRS = 4, OTHERS = 6 };
    long rounds = (long)test_rounds(300), sum = 0;
    chan(long) in[PAIRS], out[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        in[i] = chan_make(long);
        out[i] = chan_make(long, 1);
        go(pass_on, in[i], out[i]);
    }
    for (int i = 0; i < OTHERS; i++) {
        go(compute_and_sleep);
        go(block_and_yield);
    }
    for (long r = 0; r < rounds; r++) {
        CHECK(go_maxprocs(1 + (int)(r * 7 % 9)) >= 1);
        for (int i = 0; i < PAIRS; i++)
            chan_send(in[i], r);
        for (int i = 0; i < PAIRS; i++)
            sum += chan_recv(out[i]);
    }
    CHECK_EQ(sum, PAIRS * rounds * (rounds - 1) / 2);
    atomic_store(&stop, true);
    for (int i = 0; i < PAIRS; i++)
        chan_close(in[i]);
    WAIT_UNTIL(atomic_load(&ended) == PAIRS + 2 * OTHERS);
    WAIT_UNTIL(go_num_goroutine() == 1);
}

// --- Threads ---

static atomic_int locked_thread;

static void end_locked(void)
{
    go_lock_os_thread();
    go_lock_os_thread();
    go_unlock_os_thread(); // still locked
    go_yield();
    atomic_store(&locked_thread, (int)syscall(SYS_gettid));
}

static bool thread_exists(int tid)
{
    return syscall(SYS_tgkill, getpid(), tid, 0) == 0;
}

TEST(locked_goroutine_that_ends_takes_its_thread_with_it)
{
    // Main keeps its own thread, which cannot end.
    go_lock_os_thread();
    for (int i = 0; i < 10; i++) {
        atomic_store(&locked_thread, 0);
        go(end_locked);
        WAIT_UNTIL(atomic_load(&locked_thread) != 0);
        WAIT_UNTIL(!thread_exists(atomic_load(&locked_thread)));
    }
    go_unlock_os_thread();
}

// --- What the system grants ---

TEST(affinity_at_the_start_bounds_the_processors)
{
    cpu_set_t all, one;
    CHECK(sched_getaffinity(0, sizeof all, &all) == 0);
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &one);
    CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
    unsetenv("GOFER_MAXPROCS");
    CHECK_EQ(go_num_cpu(), 1);
    CHECK_EQ(go_maxprocs(0), 1);
}

static char root[] = "/tmp/gofer-cgroup-XXXXXX";

static const char *in_root(const char *name)
{
    static char path[2][256];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", root, name);
    return path[turn];
}

static void plant(const char *name, const char *text)
{
    FILE *f = fopen(in_root(name), "w");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void make_directories(const char *const *names)
{
    CHECK(mkdtemp(root) != NULL);
    for (; *names; names++)
        CHECK(mkdir(in_root(*names), 0700) == 0);
}

static double quota(void)
{
    return gf_os_cgroup_quota(in_root("groups"), in_root("mount"));
}

static void remove_root(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", root);
    CHECK(system(command) == 0);
}

TEST(quota_of_cgroup_version_2_is_the_smallest_on_the_way_up)
{
    make_directories((const char *const[]){"mount", "mount/a", "mount/a/b", NULL});
    plant("groups", "0::/a/b\n");
    CHECK(quota() == 0);
    plant("mount/a/b/cpu.max", "max 100000\n");
    CHECK(quota() == 0);
    plant("mount/a/b/cpu.max", "250000 100000\n");
    CHECK(quota() == 2.5);
    plant("mount/a/cpu.max", "50000 100000\n");
    CHECK(quota() == 0.5);
    plant("mount/a/cpu.max", "400000 100000\n");
    CHECK(quota() == 2.5);
    remove_root();
}

TEST(quota_of_cgroup_version_1_is_found_among_other_hierarchies)
{
    make_directories((const char *const[]){"mount", "mount/cpu", "mount/cpu/job", NULL});
    plant("groups",
          "12:cpuset:/elsewhere\n11:memory:/job\n4:cpu,cpuacct:/job\n1:name=systemd:/x\n");
    plant("mount/cpu/job/cpu.cfs_quota_us", "-1\n");
    plant("mount/cpu/job/cpu.cfs_period_us", "100000\n");
    CHECK(quota() == 0);
    plant("mount/cpu/job/cpu.cfs_quota_us", "300000\n");
    CHECK(quota() == 3);
    remove_root();
}

TEST(quota_that_cannot_be_read_is_none)
{
    make_directories((const char *const[]){"mount", NULL});
    CHECK(quota() == 0);
    plant("groups", "nonsense\n0::\n");
    plant("mount/cpu.max", "much of it\n");
    CHECK(quota() == 0);
    plant("mount/cpu.max", "100000 0\n");
    CHECK(quota() == 0);
    remove_root();
}
