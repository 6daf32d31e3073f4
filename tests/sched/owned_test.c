// SPDX-License-Identifier: MIT
// What belongs to the thread or the process and is not gofer's: children by posix_spawn and fork, the flags of descriptors
// 0 to 2, threads that are cancelled, libraries loaded while goroutines run. Each stays as the program has it.
#include "support/test.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static atomic_int ended;

// --- Children ---

// Runs a shell command and returns its status.
static int spawn_and_wait(const char *command)
{
    char *argv[] = {"sh", "-c", (char *)command, NULL};
    pid_t child;
    int status = -1;
    CHECK_EQ(posix_spawn(&child, "/bin/sh", NULL, NULL, argv, environ), 0);
    CHECK(go_blocking(waitpid, child, &status, 0) == child);
    return WEXITSTATUS(status);
}

static void spawn_some(int n)
{
    for (int i = 0; i < n; i++) {
        char command[32];
        snprintf(command, sizeof command, "exit %d", i);
        CHECK_EQ(spawn_and_wait(command), i);
    }
    atomic_fetch_add(&ended, 1);
}

TEST(goroutines_may_spawn_children)
{
    test_add_debug("preempt=1000");
    for (int i = 0; i < 4; i++)
        go(spawn_some, 5);
    WAIT_UNTIL(atomic_load(&ended) == 4);
}

TEST(children_spawned_by_a_goroutine_have_no_signal_blocked)
{
    sigset_t none;
    sigemptyset(&none);
    CHECK(sigprocmask(SIG_SETMASK, &none, NULL) == 0);
    test_add_debug("migrate=1");
    go_yield(); // to a worker's thread
    CHECK_EQ(spawn_and_wait("grep -q 'SigBlk:.0000000000000000' /proc/self/status"), 0);
}

static int fork_and(void (*f)(void))
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        f();
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void exec_something(void)
{
    execl("/bin/true", "true", (char *)NULL);
}

TEST(child_of_a_fork_may_exec)
{
    go(spawn_some, 1);
    WAIT_UNTIL(atomic_load(&ended) == 1);
    CHECK_EQ(fork_and(exec_something), 0);
}

static void use_gofer(void)
{
    go_yield();
}

static void fork_and_use_gofer(void)
{
    go(spawn_some, 1);
    WAIT_UNTIL(atomic_load(&ended) == 1);
    exit(fork_and(use_gofer));
}

TEST(child_of_a_fork_that_calls_gofer_ends_with_a_clear_fatal_error)
{
    struct outcome o = test_run_child(fork_and_use_gofer);
    CHECK_STR(o.err, "fatal error: a process forked from one with goroutines calls gofer before an "
                     "exec\n");
    CHECK_EQ(o.status, 2);
}

static void fault(void)
{
    *(volatile int *)NULL = 1;
}

TEST(child_of_a_fork_that_faults_dies_of_the_signal)
{
    if (test_under_asan() || test_under_tsan())
        test_skip("the sanitizers report it");
    go_yield();
    CHECK_EQ(fork_and(fault), 128 + SIGSEGV);
}

// --- Descriptors ---

static void write_soon(int fd)
{
    go_sleep(GO_MILLISECOND);
    CHECK_EQ(go_write(fd, "x", 1), 1);
}

TEST(descriptors_0_1_and_2_keep_their_flags)
{
    int in[2], out[2];
    char c;
    int err = dup(2);
    CHECK(pipe(in) == 0 && pipe(out) == 0 && dup2(in[0], 0) == 0);
    int saved_out = dup(1);
    CHECK(dup2(out[1], 1) == 1);
    int flags[3] = {fcntl(0, F_GETFL), fcntl(1, F_GETFL), fcntl(2, F_GETFL)};
    go(write_soon, in[1]);
    CHECK_EQ(go_read(0, &c, 1), 1); // parks
    CHECK_EQ(go_write(1, "y", 1), 1);
    CHECK_EQ(go_write(2, "", 0), 0);
    for (int fd = 0; fd < 3; fd++)
        CHECK_EQ(fcntl(fd, F_GETFL), flags[fd]);
    CHECK(dup2(saved_out, 1) == 1 && close(err) == 0);
}

// --- Threads and libraries ---

static atomic_bool cleaned;

static void clean(void *arg)
{
    (void)arg;
    atomic_store(&cleaned, true);
}

static void *read_for_ever(void *arg)
{
    int *fds = arg;
    char c;
    go_yield(); // it is known to gofer
    pthread_cleanup_push(clean, NULL);
    atomic_fetch_add(&ended, 1);
    CHECK(read(fds[0], &c, 1) < 0);
    pthread_cleanup_pop(0);
    return NULL;
}

TEST(foreign_thread_may_be_cancelled_in_a_call_that_blocks)
{
    for (int i = 0; i < 10; i++) {
        int fds[2];
        pthread_t id;
        void *result;
        atomic_store(&ended, 0);
        atomic_store(&cleaned, false);
        CHECK(pipe(fds) == 0 && pthread_create(&id, NULL, read_for_ever, fds) == 0);
        WAIT_UNTIL(atomic_load(&ended) == 1);
        CHECK_EQ(pthread_cancel(id), 0);
        CHECK_EQ(go_blocking(pthread_join, id, &result), 0);
        CHECK(result == PTHREAD_CANCELED && atomic_load(&cleaned));
        close(fds[0]);
        close(fds[1]);
    }
}

static void call_into(double (*cosine)(double), int rounds)
{
    for (int i = 0; i < rounds; i++) {
        CHECK(cosine(0) == 1.0);
        go_yield();
    }
    atomic_fetch_add(&ended, 1);
}

TEST(library_may_be_loaded_by_a_goroutine_and_used_by_others)
{
    test_add_debug("migrate=1");
    go_yield();
    void *library = dlopen("libm.so.6", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        test_skip("no shared libraries here: %s", dlerror());
    double (*cosine)(double) = (double (*)(double))dlsym(library, "cos");
    CHECK(cosine != NULL);
    for (int i = 0; i < 8; i++)
        go(call_into, cosine, 50);
    WAIT_UNTIL(atomic_load(&ended) == 8);
    CHECK_EQ(dlclose(library), 0);
}
