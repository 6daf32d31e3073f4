// SPDX-License-Identifier: MIT
// Subprocesses: how they end, what they are given, their pipes, and that their context kills them.
#include "support/test.h"

#include <errno.h>
#include <gofer/exec.h>
#include <signal.h>
#include <unistd.h>

static int shell_with(go_context *ctx, const char *script, go_command_options options)
{
    return go_command_run(ctx, (char *[]){"sh", "-c", (char *)script, NULL}, options);
}

static int shell(const char *script)
{
    return shell_with(go_context_background(), script, (go_command_options){0});
}

TEST(status_is_the_programs_or_tells_the_signal)
{
    CHECK_EQ(shell("exit 0"), 0);
    CHECK_EQ(shell("exit 7"), 7);
    CHECK_EQ(shell("kill -TERM $$"), 128 + SIGTERM);
}

TEST(program_that_is_not_there_is_an_error)
{
    char *argv[] = {"no-such-program-anywhere", NULL}, *none[] = {NULL};
    CHECK_EQ(go_command_run(go_context_background(), argv, (go_command_options){0}), -ENOENT);
    CHECK_EQ(go_command_run(go_context_background(), none, (go_command_options){0}), -EINVAL);
    CHECK_EQ(
        shell_with(go_context_background(), "exit 0", (go_command_options){.dir = "/nonexistent"}),
        -ENOENT);
}

// What a script prints, with these options but for .out.
static char *output(const char *script, go_command_options options)
{
    static char buf[4096];
    size_t n = 0;
    ssize_t got;
    options.out = GO_COMMAND_PIPE;
    char *argv[] = {"sh", "-c", (char *)script, NULL};
    go_command *c = go_command_start(go_context_background(), argv, options, NULL);
    CHECK(c);
    while ((got = go_read(go_command_pipe(c, 1), buf + n, sizeof buf - 1 - n)) > 0)
        n += (size_t)got;
    buf[n] = '\0';
    CHECK_EQ(go_command_wait(c), 0);
    go_command_free(c);
    return buf;
}

TEST(program_gets_its_directory_environment_and_streams)
{
    char *env[] = {"WORD=given", NULL};
    CHECK_STR(output("pwd", (go_command_options){.dir = "/usr"}), "/usr\n");
    CHECK_STR(output("echo $WORD $HOME", (go_command_options){.env = env}), "given\n");
    CHECK_STR(output("echo to error >&2", (go_command_options){.err = GO_COMMAND_MERGE}),
              "to error\n");
    CHECK_STR(output("wc -c", (go_command_options){.in = GO_COMMAND_NULL}), "0\n");
}

TEST(descriptor_of_the_callers_is_lent)
{
    int fds[2];
    char buf[16] = "";
    CHECK_EQ(go_pipe(fds), 0);
    CHECK_EQ(
        shell_with(go_context_background(), "printf lent", (go_command_options){.out = fds[1]}), 0);
    go_close(fds[1]);
    CHECK_EQ(go_read(fds[0], buf, sizeof buf), 4);
    CHECK_STR(buf, "lent");
    CHECK_EQ(go_read(fds[0], buf, sizeof buf), 0);
    go_close(fds[0]);
}

TEST(pipes_both_ways_carry_a_conversation)
{
    char buf[16] = "";
    char *argv[] = {"cat", NULL};
    go_command *c =
        go_command_start(go_context_background(), argv,
                         (go_command_options){.in = GO_COMMAND_PIPE, .out = GO_COMMAND_PIPE}, NULL);
    CHECK(c);
    CHECK_EQ(go_write(go_command_pipe(c, 0), "hello", 5), 5);
    CHECK_EQ(go_read(go_command_pipe(c, 1), buf, sizeof buf), 5);
    CHECK_STR(buf, "hello");
    CHECK_EQ(go_command_pipe(c, 2), -EINVAL);
    CHECK_EQ(go_command_close_pipe(c, 0), 0);
    CHECK_EQ(go_command_close_pipe(c, 0), -EINVAL);
    CHECK_EQ(go_read(go_command_pipe(c, 1), buf, sizeof buf), 0);
    CHECK_EQ(go_command_wait(c), 0);
    CHECK_EQ(go_command_wait(c), 0);
    CHECK_EQ(go_command_kill(c, SIGTERM), -ESRCH);
    go_command_free(c);
}

static void run_into(go_context *ctx, const char *script, chan(int) result)
{
    chan_send(result, shell_with(ctx, script, (go_command_options){0}));
}

TEST(context_kills_the_program)
{
    go_context *ctx = go_context_with_cancel(go_context_background());
    chan(int) result = chan_make(int, 1);
    go(run_into, ctx, "exec sleep 1000", result);
    go_sleep(20 * GO_MILLISECOND);
    CHECK_EQ(chan_len(result), 0);
    go_context_cancel(ctx);
    CHECK_EQ(chan_recv(result), -ECANCELED);
    go(run_into, ctx, "exit 0", result);
    CHECK_EQ(chan_recv(result), -ECANCELED);
    go_context_free(ctx);
    go_context *brief = go_context_with_timeout(go_context_background(), 30 * GO_MILLISECOND);
    CHECK_EQ(shell_with(brief, "exec sleep 1000", (go_command_options){0}), -ETIMEDOUT);
    go_context_free(brief);
    chan_free(result);
}

TEST(kill_and_free_end_it)
{
    char *argv[] = {"sleep", "1000", NULL};
    go_command *c = go_command_start(go_context_background(), argv, (go_command_options){0}, NULL);
    CHECK_EQ(go_command_kill(c, SIGTERM), 0);
    CHECK_EQ(go_command_wait(c), 128 + SIGTERM);
    go_command_free(c);
    c = go_command_start(go_context_background(), argv, (go_command_options){0}, NULL);
    go_command_free(c);
    go_command_free(NULL);
}

// The runtime's monitor opens files in /proc for a moment now and then.
static int lowest_free_descriptor(void)
{
    int fd = dup(0);
    close(fd);
    return fd;
}

TEST(many_run_at_the_same_time_and_leave_no_descriptor)
{
    enum { COMMANDS = 40 };
    shell("sleep 0.2"); // long enough to be waited for, which opens the poller
    int before = lowest_free_descriptor();
    chan(int) result = chan_make(int, COMMANDS);
    for (int i = 0; i < COMMANDS; i++)
        go(run_into, go_context_background(), "exit 3", result);
    for (int i = 0; i < COMMANDS; i++)
        CHECK_EQ(chan_recv(result), 3);
    WAIT_UNTIL(lowest_free_descriptor() <= before);
    chan_free(result);
}
