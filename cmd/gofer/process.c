// SPDX-License-Identifier: MIT
// Starting children and waiting for them. Goroutines call process_run at the same time; each waits inside
// go_blocking, so the others go on. The children's pids stand in a small table that the signal handler
// walks: it may only touch lock-free atomics and call kill(2). A slot is taken before the child exists
// (value -1) and given back before its pid is reaped, so that a recycled pid is never signalled: the
// waiter looks with WNOWAIT first, clears the slot, and reaps then.
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <gofer.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { MAX_CHILDREN = 256 };
static _Atomic pid_t children[MAX_CHILDREN]; // 0: free, -1: taken, no child yet
static _Atomic int remembered;

static void on_signal(int sig)
{
    atomic_store(&remembered, sig);
    for (int i = 0; i < MAX_CHILDREN; i++) {
        pid_t pid = atomic_load(&children[i]);
        if (pid > 0)
            kill(pid, sig);
    }
}

void process_guard(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct sigaction now,
            guard = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
        // What the parent had ignored (nohup) stays ignored.
        if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaction(signals[i], &guard, NULL);
    }
}

int process_signal(void)
{
    return atomic_load(&remembered);
}

void process_exit(int status)
{
    int sig = process_signal();
    if (sig) {
        signal(sig, SIG_DFL);
        raise(sig);
    }
    exit(status);
}

static _Atomic pid_t *slot_take(void)
{
    for (;;) {
        for (int i = 0; i < MAX_CHILDREN; i++) {
            pid_t none = 0;
            if (atomic_compare_exchange_strong(&children[i], &none, -1))
                return &children[i];
        }
        go_yield();
    }
}

// The environment with words put over it: an array to be freed, whose texts are borrowed.
static char **env_with(const struct words *words)
{
    size_t count = 0, n = 0;
    while (environ[count])
        count++;
    char **env = calloc(count + words->count + 1, sizeof(*env));
    if (!env)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        bool replaced = false;
        for (size_t j = 0; j < words->count; j++) {
            size_t name = strcspn(words->at[j], "=") + 1;
            replaced |= strncmp(environ[i], words->at[j], name) == 0;
        }
        if (!replaced)
            env[n++] = environ[i];
    }
    for (size_t j = 0; j < words->count; j++)
        env[n++] = words->at[j];
    return env;
}

// Starts argv with its output on out (-1: inherited). Returns the pid or a negative errno.
static pid_t start(char *const argv[], const struct process_options *options, int out)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (out >= 0) {
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
        if (options->merge)
            posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
    }
    char **env = options->env ? env_with(options->env) : environ;
    pid_t pid;
    int err = env ? posix_spawnp(&pid, argv[0], &actions, NULL, argv, env) : ENOMEM;
    posix_spawn_file_actions_destroy(&actions);
    if (env != environ)
        free(env);
    return err ? -err : pid;
}

static void drain(int fd, struct text *output)
{
    char block[16384];
    ssize_t n;
    while ((n = read(fd, block, sizeof(block))) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            text_add(output, block, (size_t)n);
    close(fd);
}

static int reap(_Atomic pid_t *slot, pid_t pid)
{
    siginfo_t info;
    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
    atomic_store(slot, 0);
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int run_with(char *const argv[], const struct process_options *options, int out[2])
{
    _Atomic pid_t *slot = slot_take();
    pid_t pid = start(argv, options, out[1]);
    if (out[1] >= 0)
        close(out[1]);
    if (pid < 0) {
        atomic_store(slot, 0);
        if (out[0] >= 0)
            close(out[0]);
        return pid;
    }
    atomic_store(slot, pid);
    // A signal that came while the slot still said -1 has missed this child.
    if (process_signal())
        kill(pid, process_signal());
    if (out[0] >= 0)
        drain(out[0], options->output);
    return reap(slot, pid);
}

int process_run(char *const argv[], const struct process_options *options)
{
    static const struct process_options inherited;
    if (!options)
        options = &inherited;
    if (process_signal())
        return 128 + process_signal();
    int out[2] = {-1, -1};
    if (options->output && pipe2(out, O_CLOEXEC) < 0)
        return -errno;
    return go_blocking(run_with, argv, options, out);
}
