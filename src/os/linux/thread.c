// SPDX-License-Identifier: MIT
// Threads, made by pthread_create so that libc knows them: thread-locals, malloc arenas and destructors work
// as in any other thread. Signals to one of them go by thread id (tgkill). membarrier is the far side of
// protocols whose near side, on the hot path, is two plain accesses.
#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int gf_os_thread_start(void *(*f)(void *arg), void *arg, size_t stack_bytes)
{
    pthread_t id;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (stack_bytes)
        pthread_attr_setstacksize(&attr, stack_bytes);
    int error = pthread_create(&id, &attr, f, arg);
    pthread_attr_destroy(&attr);
    return -error;
}

int gf_os_tid(void)
{
    return (int)syscall(SYS_gettid);
}

int gf_os_pid(void)
{
    return getpid();
}

int gf_os_thread_signal(int tid, int sig)
{
    return syscall(SYS_tgkill, getpid(), tid, sig) == 0 ? 0 : -errno;
}

void gf_os_thread_yield(void)
{
    sched_yield();
}

void gf_os_sleep(int64_t nanoseconds)
{
    struct timespec t = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    nanosleep(&t, NULL);
}

void gf_os_thread_stack(void **low, size_t *bytes)
{
    pthread_attr_t attr;
    *low = NULL;
    *bytes = 0;
    if (pthread_getattr_np(pthread_self(), &attr) != 0)
        return;
    pthread_attr_getstack(&attr, low, bytes);
    pthread_attr_destroy(&attr);
}

// One field of a stat file of /proc, counted from 1; NULL if it is not there. The second one is the program's name in
// parentheses, which may hold anything, so the others are counted from its end.
static const char *stat_field(const char *path, int wanted, char *text, size_t size)
{
    enum { NAME_FIELD = 2 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    ssize_t n = read(fd, text, size - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *at = strrchr(text, ')');
    for (int field = NAME_FIELD; at && field < wanted; field++)
        at = strchr(at + 1, ' ');
    return at ? at + 1 : NULL;
}

// The kernel's own count: walking /proc/self/task stops short at a thread that ends under the walk.
int gf_os_thread_count(void)
{
    enum { COUNT_FIELD = 20 };
    char text[1024];
    const char *at = stat_field("/proc/self/stat", COUNT_FIELD, text, sizeof text);
    return at ? atoi(at) : -1;
}

// Whether the status file of a thread says that every signal is blocked: all but KILL and STOP, libc's own two, and SYS,
// which sandboxes need.
static bool is_masked(const char *path)
{
    const uint64_t exempt = 1ULL << (SIGKILL - 1) | 1ULL << (SIGSTOP - 1) | 1ULL << (SIGSYS - 1) |
                            1ULL << 31 | 1ULL << 32;
    char text[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *blocked = strstr(text, "SigBlk:");
    return blocked && (strtoull(blocked + sizeof "SigBlk:" - 1, NULL, 16) | exempt) == UINT64_MAX;
}

int gf_os_masked_thread_count(void)
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (const struct dirent *t; tasks && (t = readdir(tasks));) {
        char path[sizeof "/proc/self/task//status" + sizeof t->d_name];
        snprintf(path, sizeof path, "/proc/self/task/%s/status", t->d_name);
        count += t->d_name[0] != '.' && is_masked(path);
    }
    if (tasks)
        closedir(tasks);
    return count;
}

enum gf_os_thread_state gf_os_thread_state(int tid)
{
    enum { STATE_FIELD = 3 };
    char text[1024], path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    const char *at = stat_field(path, STATE_FIELD, text, sizeof text);
    return !at ? GF_OS_UNKNOWN : *at == 'R' ? GF_OS_RUNNABLE : GF_OS_SLEEPS;
}

bool gf_os_membarrier_init(void)
{
    return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

void gf_os_membarrier(void)
{
    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

bool gf_os_membarrier_rseq_init(void)
{
    return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ, 0, 0) == 0;
}

void gf_os_membarrier_rseq(void)
{
    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 0, 0);
}

void gf_os_exact_timers(void)
{
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}

void gf_os_exit_process(int status)
{
    _exit(status);
}
