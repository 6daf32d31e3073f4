// SPDX-License-Identifier: MIT
// Contexts that a signal ends: the first one does, the cause names it, later ones are taken in until the program cancels
// or frees the context, and then a second Ctrl-C kills. The other ways to end are those of any context.
#include "support/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

TEST(first_signal_ends_the_context_and_the_cause_names_it)
{
    go_context *ctx = go_signal_context(go_context_background(), SIGINT, SIGTERM);
    go_context *child = go_context_with_cancel(ctx);
    CHECK_EQ(go_context_err(ctx), 0);
    kill(getpid(), SIGTERM);
    chan_recv(go_context_done(child));
    CHECK_EQ(go_context_err(ctx), -ECANCELED);
    CHECK_EQ(go_context_cause(ctx), GO_ESIGNAL(SIGTERM));
    CHECK_EQ(go_context_cause(child), GO_ESIGNAL(SIGTERM));
    CHECK_STR(go_strerror(go_context_cause(ctx)), "terminated signal received");
    go_context_free(child);
    go_context_free(ctx);
}

TEST(signal_context_ends_with_its_parent_and_inherits_values)
{
    int value = 1;
    go_context *parent = go_context_with_value(go_context_background(), &value, &value);
    go_context *ctx = go_signal_context(parent, SIGUSR1);
    CHECK(go_context_value(ctx, &value) == &value);
    go_context_cancel_cause(parent, -EIO);
    CHECK_EQ(go_context_cause(ctx), -EIO);
    go_context_free(ctx);
    go_context_free(parent);
}

TEST(signal_context_of_no_parent_panics)
{
    EXPECT_RUNTIME_PANIC("cannot create context from nil parent",
                         (void)go_signal_context(NULL, SIGUSR1));
}

// A second listener shows when a signal has come, for its handler may run on another thread, later. It stops first.
TEST(later_signals_are_taken_in_until_the_context_is_freed)
{
    chan(int) seen = chan_make(int, 1);
    go_context *ctx = go_signal_context(go_context_background(), SIGUSR1);
    go_signal_notify(seen, SIGUSR1);
    for (int i = 0; i < 5; i++) {
        kill(getpid(), SIGUSR1);
        CHECK_EQ(chan_recv(seen), SIGUSR1);
    }
    go_signal_stop(seen);
    CHECK(!go_signal_ignored(SIGUSR1));
    CHECK(!chan_recv(go_context_done(ctx), NULL));
    CHECK_EQ(go_context_cause(ctx), GO_ESIGNAL(SIGUSR1));
    go_context_free(ctx);
}

// The child says ready each time that it is, and gets a signal.
static int child_ending(void (*f)(int to_parent), int signals)
{
    int pipes[2], status;
    char byte;
    test_needs_signals();
    CHECK_EQ(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) {
        f(pipes[1]);
        _exit(99);
    }
    close(pipes[1]);
    for (int i = 0; i < signals; i++) {
        CHECK_EQ(read(pipes[0], &byte, 1), 1);
        kill(pid, SIGINT);
    }
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    close(pipes[0]);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void ready(int to_parent)
{
    CHECK_EQ(write(to_parent, "", 1), 1);
}

static void shut_down(int to_parent, void (*end)(go_context *))
{
    go_context *ctx = go_signal_context(go_context_background(), SIGINT);
    ready(to_parent);
    chan_recv(go_context_done(ctx));
    end(ctx);
    ready(to_parent);
    go_sleep(GO_MINUTE);
}

static void shut_down_after_free(int to_parent)
{
    shut_down(to_parent, go_context_free);
}

static void shut_down_after_cancel(int to_parent)
{
    shut_down(to_parent, go_context_cancel);
}

TEST(second_ctrl_c_during_a_graceful_shutdown_kills_once_the_context_is_freed_or_cancelled)
{
    CHECK_EQ(child_ending(shut_down_after_free, 2), -SIGINT);
    CHECK_EQ(child_ending(shut_down_after_cancel, 2), -SIGINT);
}

static void survive(int to_parent)
{
    go_context *ctx = go_signal_context(go_context_background(), SIGINT);
    ready(to_parent);
    chan_recv(go_context_done(ctx));
    ready(to_parent);
    ready(to_parent);
    go_sleep(20 * GO_MILLISECOND);
    _exit(7);
}

TEST(second_ctrl_c_before_that_is_taken_in)
{
    CHECK_EQ(child_ending(survive, 3), 7);
}

static void free_one(go_context *ctx)
{
    go_context_cancel(ctx);
    go_context_free(ctx);
}

TEST(context_may_be_cancelled_and_freed_by_several_at_once)
{
    signal(SIGUSR1, SIG_IGN); // its effect once nobody listens any more
    go_maxprocs(4);
    for (size_t i = 0; i < test_rounds(200); i++) {
        go_context *ctx = go_signal_context(go_context_background(), SIGUSR1);
        go(free_one, go_context_ref(ctx));
        go(free_one, go_context_ref(ctx));
        kill(getpid(), SIGUSR1);
        chan_recv(go_context_done(ctx));
        go_context_free(ctx);
        WAIT_UNTIL(go_num_goroutine() == 1);
    }
}
