// SPDX-License-Identifier: MIT
// Calls that block in the kernel without a word to gofer: a read of a slow pipe, sleep(3), getaddrinfo while the name
// server is silent, flock, a pthread mutex that another thread holds. On one processor, each lets the others go on
// meanwhile, and returns what it would have returned in a thread. The calls last until the test lets them return, or
// so long that others must have run before.
#include "support/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <resolv.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static atomic_bool entered, returned;
static int pipe_ends[2];

// Starts f in a goroutine, waits until it blocks, and has others go on meanwhile: they wait for each other.
static void pass_on(chan(int) in, chan(int) out)
{
    chan_range(i, in)
        chan_send(out, i);
    chan_close(out);
}

static void start_and_check_that_others_run(void (*f)(void))
{
    test_one_processor();
    chan(int) in = chan_make(int), out = chan_make(int);
    go(pass_on, in, out);
    go(f);
    WAIT_UNTIL(atomic_load(&entered));
    for (int i = 0; i < 100; i++) {
        chan_send(in, i);
        CHECK_EQ(chan_recv(out), i);
        go_yield();
    }
    CHECK(!atomic_load(&returned));
    chan_close(in);
    chan_recv(out);
    chan_free(in);
    chan_free(out);
}

static void read_slow_pipe(void)
{
    char c = 0;
    atomic_store(&entered, true);
    CHECK_EQ(read(pipe_ends[0], &c, 1), 1);
    CHECK_EQ(c, 'x');
    atomic_store(&returned, true);
}

TEST(unmarked_read_of_a_slow_pipe_does_not_stop_the_others)
{
    CHECK(pipe(pipe_ends) == 0);
    start_and_check_that_others_run(read_slow_pipe);
    CHECK(write(pipe_ends[1], "x", 1) == 1);
    WAIT_UNTIL(atomic_load(&returned));
}

static void sleep_a_second(void)
{
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    atomic_store(&entered, true);
    CHECK_EQ(sleep(1), 0); // not cut short by a signal of ours
    atomic_store(&returned, true);
    clock_gettime(CLOCK_MONOTONIC, &after);
    CHECK(after.tv_sec - before.tv_sec + (after.tv_nsec >= before.tv_nsec ? 0 : -1) >= 1);
}

TEST(unmarked_sleep_of_libc_does_not_stop_the_others_and_is_not_cut_short)
{
    start_and_check_that_others_run(sleep_a_second);
    WAIT_UNTIL(atomic_load(&returned));
}

// A name server that never answers.
static int silent_server(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    CHECK(bind(fd, (struct sockaddr *)address, sizeof *address) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)address, &size) == 0);
    return fd;
}

// The resolver's state is the thread's; nothing parks between its setting and its use.
static void look_up(void)
{
    struct sockaddr_in server;
    struct addrinfo hints = {.ai_family = AF_INET}, *found = NULL;
    int fd = silent_server(&server);
    CHECK(res_init() == 0);
    _res.nsaddr_list[0] = server;
    _res.nscount = 1;
    _res.retrans = 1;
    _res.retry = 1;
    atomic_store(&entered, true);
    CHECK(getaddrinfo("nobody.example", NULL, &hints, &found) != 0);
    atomic_store(&returned, true);
    close(fd);
}

TEST(unmarked_getaddrinfo_without_an_answer_does_not_stop_the_others)
{
    start_and_check_that_others_run(look_up);
    WAIT_UNTIL(atomic_load(&returned));
}

static char lock_path[] = "/tmp/gofer-flock-XXXXXX";

static void lock_file(void)
{
    int fd = open(lock_path, O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0);
    atomic_store(&entered, true);
    CHECK_EQ(flock(fd, LOCK_EX), 0);
    atomic_store(&returned, true);
    close(fd);
}

TEST(unmarked_flock_does_not_stop_the_others)
{
    int fd = mkstemp(lock_path);
    CHECK(fd >= 0 && flock(fd, LOCK_EX) == 0);
    start_and_check_that_others_run(lock_file);
    CHECK_EQ(flock(fd, LOCK_UN), 0);
    WAIT_UNTIL(atomic_load(&returned));
    close(fd);
    unlink(lock_path);
}

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool is_held;

// A thread that gofer does not know; pipes are its way to wait.
static void *hold_until_told(void *arg)
{
    char c;
    (void)arg;
    pthread_mutex_lock(&held);
    atomic_store(&is_held, true);
    CHECK_EQ(read(pipe_ends[0], &c, 1), 1);
    pthread_mutex_unlock(&held);
    return NULL;
}

static void lock_mutex(void)
{
    atomic_store(&entered, true);
    CHECK_EQ(pthread_mutex_lock(&held), 0);
    atomic_store(&returned, true);
    pthread_mutex_unlock(&held);
}

TEST(unmarked_pthread_mutex_held_elsewhere_does_not_stop_the_others)
{
    pthread_t holder;
    CHECK(pipe(pipe_ends) == 0);
    CHECK(pthread_create(&holder, NULL, hold_until_told, NULL) == 0);
    WAIT_UNTIL(atomic_load(&is_held));
    start_and_check_that_others_run(lock_mutex);
    CHECK(write(pipe_ends[1], "x", 1) == 1);
    WAIT_UNTIL(atomic_load(&returned));
    pthread_join(holder, NULL);
}

static void read_and_count(int fd, go_waitgroup *wg)
{
    char c;
    CHECK_EQ(read(fd, &c, 1), 1);
    go_waitgroup_done(wg);
}

// A thread that has given its processor away and is not listed as idle yet cannot be found by who needs one; that may be
// some at a time, where each park moves a goroutine to another thread. Threads that are not used anew would be hundreds.
TEST(unmarked_calls_in_rounds_keep_the_number_of_threads_bounded)
{
    enum { CALLS = 10, MOST_THREADS = 3 * CALLS };
    go_maxprocs(2);
    CHECK(pipe(pipe_ends) == 0);
    for (int round = 0; round < 30; round++) {
        go_waitgroup wg = {0};
        go_waitgroup_add(&wg, CALLS);
        for (int i = 0; i < CALLS; i++)
            go(read_and_count, pipe_ends[0], &wg);
        for (int i = 0; i < CALLS; i++)
            CHECK_EQ(write(pipe_ends[1], "x", 1), 1);
        go_waitgroup_wait(&wg);
        CHECK(go_stats().threads <= MOST_THREADS);
    }
}
