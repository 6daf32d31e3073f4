// SPDX-License-Identifier: MIT
// What disturbs the work of the soak: the number of processors changes, signals rain on all threads, descriptors run out,
// threads come that gofer does not know, goroutines take their threads with them. One at a time; each puts back what it
// has changed.
#include "soak.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static void change_processors(struct soak_task *t)
{
    for (int i = 0; i < 8; i++) {
        go_maxprocs(1 + (int)soak_random(t, 6));
        go_sleep(soak_random(t, 500) * GO_MICROSECOND);
    }
    go_maxprocs(go_num_cpu());
}

static void on_signal(int sig)
{
    (void)sig;
}

// SIGURG is gofer's own, SIGUSR2 the program's; both may come at any time, to any thread.
static void rain_signals(struct soak_task *t)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
    sigaction(SIGUSR2, &action, NULL);
    for (int i = 0; i < 20; i++) {
        DIR *tasks = opendir("/proc/self/task");
        if (!tasks)
            return;
        for (struct dirent *d; (d = readdir(tasks));)
            if (atoi(d->d_name) > 0)
                syscall(SYS_tgkill, getpid(), atoi(d->d_name),
                        soak_random(t, 2) ? SIGURG : SIGUSR2);
        closedir(tasks);
        go_sleep(100 * GO_MICROSECOND);
    }
}

static void run_out_of_descriptors(struct soak_task *t)
{
    struct rlimit former, none;
    getrlimit(RLIMIT_NOFILE, &former);
    none = former;
    none.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &none);
    go_sleep(soak_random(t, 2000) * GO_MICROSECOND);
    SOAK_CHECK(open("/dev/null", O_RDONLY) < 0);
    int err = 0;
    SOAK_CHECK(!go_listen("tcp", "127.0.0.1:0", &err) && err != 0);
    setrlimit(RLIMIT_NOFILE, &former);
}

static void *foreign(void *arg)
{
    chan(int) c = arg;
    for (int i = 0; i < 20; i++)
        chan_send(c, i);
    return NULL;
}

static void bring_foreign_threads(struct soak_task *t)
{
    enum { MOST = 4 };
    pthread_t id[MOST];
    int n = 1 + (int)soak_random(t, MOST), sum = 0;
    chan(int) c = chan_make(int, soak_random(t, 2));
    for (int i = 0; i < n; i++)
        SOAK_CHECK(pthread_create(&id[i], NULL, foreign, c) == 0);
    for (int i = 0; i < 20 * n; i++)
        sum += chan_recv(c);
    for (int i = 0; i < n; i++)
        go_blocking(pthread_join, id[i], NULL);
    SOAK_CHECK(sum == 190 * n);
    chan_free(c);
}

static void die_locked(chan(go_unit) done)
{
    go_lock_os_thread();
    go_yield();
    chan_send(done, GO_UNIT);
}

static void take_threads_away(struct soak_task *t)
{
    int n = 1 + (int)soak_random(t, 5);
    chan(go_unit) done = chan_make(go_unit, 8);
    for (int i = 0; i < n; i++)
        go(die_locked, done);
    for (int i = 0; i < n; i++)
        chan_recv(done);
    chan_free(done);
}

const struct soak_kind soak_disturbances[] = {
    {"processors", change_processors},       {"signals", rain_signals},
    {"descriptors", run_out_of_descriptors}, {"foreign threads", bring_foreign_threads},
    {"locked ends", take_threads_away},
};
const int soak_disturbance_count = sizeof soak_disturbances / sizeof *soak_disturbances;
