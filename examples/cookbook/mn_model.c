// SPDX-License-Identifier: MIT
// Question: what is a goroutine to the operating system?
// Answer:   nothing. M:N means that any number of goroutines (N) run on a few threads (M), at most GOFER_MAXPROCS at a
//           time. A parked goroutine costs its stack's touched pages and no thread. The scheduler shows itself: with
//           GOFER_DEBUG=schedtrace=1000 it prints a line a second on standard error, and this program has it every 2 ms:
//
//               SCHED 12ms: gomaxprocs=2 idleprocs=0 threads=3 spinningthreads=0 needspinning=0 idlethreads=0 runqueue=3472
//                   [ 226 98 ] schedticks=[ 1 1202 ]
//
//           which is the number of processors and how many are idle, the threads, the goroutines that wait for their turn,
//           in the common queue and in each processor's own, and how many turns each processor has given.
// Watch:    a call that blocks in the kernel does take a thread; the runtime gives its processor to another one.
#include <dirent.h>
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>

static int thread_count(void)
{
    int n = -2; // "." and ".."
    DIR *tasks = opendir("/proc/self/task");
    while (tasks && readdir(tasks))
        n++;
    if (tasks)
        closedir(tasks);
    return n;
}

static void wait_at(go_waitgroup *there, recv_chan(go_unit) gate)
{
    go_waitgroup_done(there);
    chan_recv(gate);
}

int main(void)
{
    enum { N = 5000 };
    setenv("GOFER_DEBUG", "schedtrace=2", 0); // before the first call into gofer
    chan(go_unit) gate = chan_make(go_unit);
    go_waitgroup there = {0};
    go_maxprocs(2);
    go_waitgroup_add(&there, N);
    for (int i = 0; i < N; i++)
        go(wait_at, &there, gate);
    go_waitgroup_wait(&there);
    printf("%d goroutines\n", go_num_goroutine());
    printf("fewer than 30 threads: %s\n", thread_count() < 30 ? "yes" : "no");
    chan_close(gate);
    while (go_num_goroutine() > 1)
        go_yield();
    printf("%d goroutine\n", go_num_goroutine());
    chan_free(gate);
    return 0;
}
