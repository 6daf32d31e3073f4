// SPDX-License-Identifier: MIT
// Runs a function as the main of a child process and keeps what it writes. The caller is a test's own
// process, which has one thread and has not started the runtime, so that fork is sound; the child then
// starts it afresh. Both pipes are drained together, or a child that fills one of them would never end.
// The runner's timeout kills the whole process group, so a child that hangs needs no watch here.
#include "support/harness.h"

#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct capture {
    int fd;
    char *text;
    size_t length;
};

static void fail_errno(const char *call)
{
    perror(call);
    test_fail(__FILE__, __LINE__, "%s failed", call);
}

static _Noreturn void become_child(void (*body)(void), int out, int err)
{
    if (dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
        _exit(125);
    close(out);
    close(err);
    body();
    exit(0);
}

// Reads what is there; returns false at the end of the stream.
static bool capture_some(struct capture *c)
{
    char chunk[4096];
    ssize_t n = read(c->fd, chunk, sizeof chunk);
    if (n <= 0) {
        close(c->fd);
        c->fd = -1;
        return false;
    }
    c->text = realloc(c->text, c->length + (size_t)n + 1);
    memcpy(c->text + c->length, chunk, (size_t)n);
    c->length += (size_t)n;
    c->text[c->length] = '\0';
    return true;
}

// Until both streams have ended, or the second one says what was to be waited for.
static void drain(struct capture c[2], const regex_t *awaited)
{
    int open = 2;
    while (open > 0 && !(awaited && regexec(awaited, c[1].text, 0, NULL, 0) == 0)) {
        struct pollfd p[2] = {{c[0].fd, POLLIN, 0}, {c[1].fd, POLLIN, 0}};
        if (poll(p, 2, -1) < 0)
            continue;
        for (int i = 0; i < 2; i++)
            if (p[i].revents && !capture_some(&c[i]))
                open--;
    }
}

static int wait_status(pid_t child)
{
    int status;
    if (waitpid(child, &status, 0) != child)
        fail_errno("waitpid");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static struct outcome run_child(void (*body)(void), const regex_t *awaited)
{
    int out[2], err[2];
    if (pipe(out) || pipe(err))
        fail_errno("pipe");
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        fail_errno("fork");
    if (child == 0) {
        close(out[0]);
        close(err[0]);
        become_child(body, out[1], err[1]);
    }
    close(out[1]);
    close(err[1]);
    struct capture c[2] = {{out[0], calloc(1, 1), 0}, {err[0], calloc(1, 1), 0}};
    drain(c, awaited);
    if (awaited)
        kill(child, SIGKILL);
    for (int i = 0; i < 2; i++)
        if (c[i].fd >= 0)
            close(c[i].fd);
    return (struct outcome){.status = wait_status(child), .out = c[0].text, .err = c[1].text};
}

struct outcome test_run_child(void (*body)(void))
{
    return run_child(body, NULL);
}

struct outcome test_watch_child(void (*body)(void), const char *regex)
{
    regex_t awaited;
    if (regcomp(&awaited, regex, REG_EXTENDED | REG_NOSUB) != 0)
        test_fail(__FILE__, __LINE__, "bad regular expression: %s", regex);
    struct outcome o = run_child(body, &awaited);
    regfree(&awaited);
    return o;
}

struct outcome test_expect_fatal(const char *file, int line, void (*body)(void), const char *text)
{
    struct outcome o = test_run_child(body);
    test_check_contains(file, line, "stderr", o.err, text);
    if (o.status != 2)
        test_fail(file, line, "exit status %d, expected 2:\n%.1500s", o.status, o.err);
    return o;
}
