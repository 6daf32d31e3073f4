// SPDX-License-Identifier: MIT
// Subprocesses. Started by posix_spawn, which needs no copy of this process, in a marked region; from then on known by a
// pidfd: readable once it has ended, and the address of signals. The end of the context sends SIGKILL.
#include "base/atomic.h"
#include "io/blocking.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <gofer/exec.h>
#include <gofer/io.h>
#include <gofer/sync.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>

enum { STREAMS = 3, ABOVE_STREAMS = 3 };

struct go_command {
    go_context *ctx;      // [const] its memory is there as long as the guard
    int pidfd;            // [const]
    int pipes[STREAMS];   // [owner] the caller: this end, or -1
    go_after_stop *guard; // [const] kills it
    go_waitgroup killing; // the guard's function may still run
    _Atomic(bool) killed; // by the end of the context; relaxed: read after its function has ended
    _Atomic(bool) ended;  // relaxed: a hint for signals
    go_mutex waiting;
    bool reaped; // [lock waiting]
    int status;  // [lock waiting] if reaped
};

// --- Descriptors ---

// What the child gets as 0, 1 and 2, each a copy out of the way of these numbers; -1: inherited.
struct streams {
    int child[STREAMS];
    int mine[STREAMS];
};

static void close_all(int fds[STREAMS])
{
    for (int i = 0; i < STREAMS; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
        fds[i] = -1;
    }
}

static int copy_above(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, ABOVE_STREAMS);
    return copy < 0 ? -errno : copy;
}

static int copy_and_close(int fd)
{
    int copy = copy_above(fd);
    close(fd);
    return copy;
}

static int open_pipe(struct streams *s, int which)
{
    int fds[2], error = go_pipe(fds);
    if (error)
        return error;
    int theirs = which == STDIN_FILENO ? 0 : 1;
    s->mine[which] = fds[!theirs];
    return copy_and_close(fds[theirs]);
}

// The child's descriptor, -1 for its inheritance, or a negative errno below that.
enum { INHERITED = -1 };

static int open_stream(struct streams *s, int which, int wanted, int *error)
{
    int fd = INHERITED;
    if (wanted == GO_COMMAND_INHERIT)
        return INHERITED;
    if (wanted == GO_COMMAND_NULL) {
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        fd = fd < 0 ? -errno : copy_and_close(fd);
    } else if (wanted == GO_COMMAND_PIPE) {
        fd = open_pipe(s, which);
    } else if (wanted == GO_COMMAND_MERGE && which == STDERR_FILENO) {
        fd = copy_above(s->child[STDOUT_FILENO] >= 0 ? s->child[STDOUT_FILENO] : STDOUT_FILENO);
    } else {
        fd = wanted > 0 ? copy_above(wanted) : -EINVAL;
    }
    *error = fd < 0 ? fd : 0;
    return fd < 0 ? INHERITED : fd;
}

static int open_streams(struct streams *s, const go_command_options *o)
{
    const int wanted[STREAMS] = {o->in, o->out, o->err};
    int error = 0;
    *s = (struct streams){{-1, -1, -1}, {-1, -1, -1}};
    for (int i = 0; i < STREAMS && !error; i++)
        s->child[i] = open_stream(s, i, wanted[i], &error);
    if (error) {
        close_all(s->child);
        close_all(s->mine);
    }
    return error;
}

// --- Starting ---

static int set_up(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes,
                  const struct streams *s, const char *dir)
{
    sigset_t none;
    int error = 0;
    sigemptyset(&none);
    for (int i = 0; i < STREAMS && !error; i++)
        if (s->child[i] >= 0)
            error = posix_spawn_file_actions_adddup2(actions, s->child[i], i);
    if (!error && dir)
        error = posix_spawn_file_actions_addchdir_np(actions, dir);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK);
    return error;
}

// The pidfd of a started child, or a negative errno.
static int spawn(char *const argv[], const go_command_options *o, const struct streams *s)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t pid;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    int error = set_up(&actions, &attributes, s, o->dir);
    if (!error)
        error = posix_spawnp(&pid, argv[0], &actions, &attributes, argv, o->env ? o->env : environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error)
        return -error;
    return gf_os_pidfd_open(pid);
}

static void kill_with_context(go_command *c)
{
    gf_store_relaxed(&c->killed, true);
    gf_os_pidfd_signal(c->pidfd, SIGKILL);
    go_waitgroup_done(&c->killing);
}

static int start(go_command *c, char *const argv[], const go_command_options *o)
{
    struct streams s;
    int error = go_context_err(c->ctx);
    if (error || (error = open_streams(&s, o)))
        return error;
    c->pidfd = gf_blocking_call(spawn(argv, o, &s));
    close_all(s.child);
    if (c->pidfd < 0) {
        close_all(s.mine);
        return c->pidfd;
    }
    for (int i = 0; i < STREAMS; i++)
        c->pipes[i] = s.mine[i];
    go_waitgroup_add(&c->killing, 1);
    c->guard = go_context_after_func(c->ctx, kill_with_context, c);
    return 0;
}

go_command *go_command_start(go_context *ctx, char *const argv[], go_command_options options,
                             int *err)
{
    go_command *c = calloc(1, sizeof *c);
    int error = -ENOMEM;
    if (c) {
        c->ctx = ctx;
        error = argv[0] ? start(c, argv, &options) : -EINVAL;
    }
    if (err)
        *err = error;
    if (error) {
        free(c);
        c = NULL;
    }
    return c;
}

// --- Pipes and signals ---

int go_command_pipe(go_command *c, int which)
{
    return which >= 0 && which < STREAMS && c->pipes[which] >= 0 ? c->pipes[which] : -EINVAL;
}

int go_command_close_pipe(go_command *c, int which)
{
    int fd = go_command_pipe(c, which);
    if (fd < 0)
        return fd;
    c->pipes[which] = -1;
    return go_close(fd);
}

int go_command_kill(go_command *c, int sig)
{
    return gf_load_relaxed(&c->ended) ? -ESRCH : gf_os_pidfd_signal(c->pidfd, sig);
}

// --- The end ---

// The caller has the lock.
static int reap(go_command *c)
{
    int ready = go_fd_wait(c->pidfd, POLLIN, -1);
    int status = ready < 0 ? ready : gf_os_pidfd_reap(c->pidfd);
    gf_store_relaxed(&c->ended, true);
    if (!go_after_stop_call(c->guard))
        go_waitgroup_wait(&c->killing);
    // A context that ended just after the command did changes nothing.
    if (gf_load_relaxed(&c->killed) && status == 128 + SIGKILL)
        status = go_context_err(c->ctx);
    return status;
}

int go_command_wait(go_command *c)
{
    go_mutex_lock(&c->waiting);
    if (!c->reaped) {
        c->status = reap(c);
        c->reaped = true;
    }
    int status = c->status;
    go_mutex_unlock(&c->waiting);
    return status;
}

void go_command_free(go_command *c)
{
    if (!c)
        return;
    go_command_kill(c, SIGKILL);
    go_command_wait(c);
    for (int i = 0; i < STREAMS; i++)
        go_command_close_pipe(c, i);
    go_close(c->pidfd);
    go_after_stop_free(c->guard);
    free(c);
}

int go_command_run(go_context *ctx, char *const argv[], go_command_options options)
{
    int err;
    go_command *c = go_command_start(ctx, argv, options, &err);
    if (!c)
        return err;
    int status = go_command_wait(c);
    go_command_free(c);
    return status;
}
