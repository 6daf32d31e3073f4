// SPDX-License-Identifier: MIT
// go_read, go_write, go_fd_wait and go_close on pipes, sockets and files whose mode stays as it was: they park the
// goroutine, so that on one processor others run meanwhile; the order of events comes from test_settle.
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static void read_some(int fd, size_t n, chan(ssize_t) result)
{
    char buf[64];
    chan_send(result, go_read(fd, buf, n));
}

TEST(read_parks_until_something_is_written)
{
    int fds[2];
    test_one_processor();
    chan(ssize_t) result = chan_make(ssize_t, 1);
    CHECK_EQ(go_pipe(fds), 0);
    go(read_some, fds[0], 64, result);
    test_settle();
    CHECK_EQ(chan_len(result), 0);
    CHECK_EQ(go_write(fds[1], "abc", 3), 3);
    CHECK_EQ(chan_recv(result), 3);
    go_close(fds[0]);
    go_close(fds[1]);
    chan_free(result);
}

TEST(read_returns_zero_at_the_end)
{
    int fds[2];
    char c;
    CHECK_EQ(go_pipe(fds), 0);
    CHECK_EQ(go_close(fds[1]), 0);
    CHECK_EQ(go_read(fds[0], &c, 1), 0);
    CHECK_EQ(go_close(fds[0]), 0);
}

TEST(read_and_write_leave_the_mode_alone)
{
    int fds[2];
    char c;
    CHECK(pipe(fds) == 0);
    int before = fcntl(fds[0], F_GETFL);
    CHECK_EQ(go_write(fds[1], "x", 1), 1);
    CHECK_EQ(go_read(fds[0], &c, 1), 1);
    CHECK_EQ(fcntl(fds[0], F_GETFL), before);
    CHECK(!(before & O_NONBLOCK));
}

static void write_much(int fd, size_t n, chan(ssize_t) result)
{
    char *buf = calloc(1, n);
    chan_send(result, go_write(fd, buf, n));
    free(buf);
}

TEST(write_is_whole_however_small_the_pipe)
{
    enum { MUCH = 1 << 20 };
    int fds[2];
    char buf[5000];
    size_t got = 0;
    chan(ssize_t) result = chan_make(ssize_t, 1);
    CHECK_EQ(go_pipe(fds), 0);
    go(write_much, fds[1], MUCH, result);
    while (got < MUCH) {
        ssize_t n = go_read(fds[0], buf, sizeof buf);
        CHECK(n > 0);
        got += (size_t)n;
    }
    CHECK_EQ(chan_recv(result), MUCH);
    chan_free(result);
}

TEST(write_to_a_broken_pipe_is_an_error_without_a_signal)
{
    int fds[2];
    CHECK_EQ(go_pipe(fds), 0);
    go_close(fds[0]);
    CHECK_EQ(go_write(fds[1], "x", 1), -EPIPE);
    sigset_t pending;
    sigpending(&pending);
    CHECK(!sigismember(&pending, SIGPIPE));
}

static void write_to_broken_output(void)
{
    int fds[2];
    if (pipe(fds) == 0 && dup2(fds[1], STDOUT_FILENO) >= 0) {
        close(fds[0]);
        (void)go_write(STDOUT_FILENO, "x", 1);
    }
}

TEST(write_to_a_broken_standard_output_ends_the_process)
{
    CHECK_EQ(test_run_child(write_to_broken_output).status, 128 + SIGPIPE);
}

TEST(close_wakes_a_reader)
{
    int fds[2];
    test_one_processor();
    chan(ssize_t) result = chan_make(ssize_t, 1);
    CHECK_EQ(go_pipe(fds), 0);
    go(read_some, fds[0], 64, result);
    test_settle();
    CHECK_EQ(go_close(fds[0]), 0);
    CHECK_EQ(chan_recv(result), -ESHUTDOWN);
    test_settle();
    CHECK_EQ(fcntl(fds[0], F_GETFD), -1);
    chan_free(result);
}

TEST(close_of_what_is_not_open_says_so)
{
    int fds[2];
    CHECK_EQ(go_close(-1), -EBADF);
    CHECK_EQ(go_pipe(fds), 0);
    CHECK_EQ(go_close(fds[0]), 0);
    CHECK_EQ(go_close(fds[0]), -EBADF);
}

TEST(read_of_a_number_that_means_another_file_by_now_finds_it)
{
    int fds[2];
    test_one_processor();
    chan(ssize_t) result = chan_make(ssize_t, 1);
    for (int i = 0; i < 3; i++) {
        CHECK(pipe(fds) == 0); // the same numbers each time, closed behind the runtime's back
        go(read_some, fds[0], 64, result);
        test_settle();
        CHECK(write(fds[1], "new", 3) == 3);
        CHECK_EQ(chan_recv(result), 3);
        close(fds[0]);
        close(fds[1]);
    }
    chan_free(result);
}

TEST(read_of_a_plain_file_reads_it)
{
    char name[] = "/tmp/gofer-read-XXXXXX", buf[8];
    int fd = mkstemp(name);
    CHECK(fd >= 0);
    CHECK_EQ(go_write(fd, "content", 7), 7);
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    CHECK_EQ(go_read(fd, buf, sizeof buf), 7);
    CHECK_EQ(go_read(fd, buf, sizeof buf), 0);
    unlink(name);
}

TEST(fd_wait_returns_the_events_that_came)
{
    int s[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    CHECK_EQ(go_fd_wait(s[0], POLLOUT, -1), POLLOUT);
    CHECK(write(s[1], "x", 1) == 1);
    CHECK_EQ(go_fd_wait(s[0], POLLIN | POLLOUT, -1), POLLIN | POLLOUT);
}

TEST(fd_wait_ends_with_its_duration)
{
    int fds[2];
    CHECK_EQ(go_pipe(fds), 0);
    go_time start = go_now();
    CHECK_EQ(go_fd_wait(fds[0], POLLIN, 20 * GO_MILLISECOND), -ETIMEDOUT);
    CHECK(go_since(start) >= 20 * GO_MILLISECOND);
    CHECK_EQ(go_fd_wait(fds[0], POLLIN, 0), -ETIMEDOUT);
}

TEST(fd_wait_of_a_plain_file_is_ready_at_once)
{
    int fd = open("/proc/self/exe", O_RDONLY);
    CHECK(go_fd_wait(fd, POLLIN, -1) & POLLIN);
}

static void wait_for(int fd, int events, chan(int) result)
{
    chan_send(result, go_fd_wait(fd, events, -1));
}

TEST(several_wait_for_one_descriptor)
{
    enum { WAITERS = 5 };
    int fds[2];
    test_one_processor();
    chan(int) result = chan_make(int, WAITERS);
    CHECK_EQ(go_pipe(fds), 0);
    for (int i = 0; i < WAITERS; i++)
        go(wait_for, fds[0], POLLIN, result);
    test_settle();
    CHECK_EQ(chan_len(result), 0);
    CHECK_EQ(go_write(fds[1], "x", 1), 1);
    for (int i = 0; i < WAITERS; i++)
        CHECK_EQ(chan_recv(result), POLLIN);
    chan_free(result);
}

static void read_in_a_thread(void *arg)
{
    char c;
    CHECK_EQ(go_read(*(int *)arg, &c, 1), 1);
}

TEST(foreign_thread_reads_as_a_goroutine_does)
{
    int fds[2];
    CHECK_EQ(go_pipe(fds), 0);
    test_thread *t = test_thread_start(read_in_a_thread, &fds[0]);
    CHECK_EQ(go_write(fds[1], "x", 1), 1);
    test_thread_join(t);
}
