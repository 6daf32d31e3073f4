// SPDX-License-Identifier: MIT
// Question: I start everything from one goroutine. Why does it run on all processors?
// Answer:   each processor has a queue of its own. One that finds its queue empty steals half of another's. So work
//           spreads by itself, and nobody assigns it.
// Watch:    a goroutine may run on another thread after each park; what belongs to a thread (thread-local variables,
//           pthread locks) must not be held across one.
#include <gofer.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

struct seen {
    go_mutex mutex;
    pthread_t first; // guarded by mutex
    bool any, two;
};

// Notes the thread that it runs on, and keeps it busy for a while.
static void work(struct seen *s, atomic_bool *enough)
{
    go_mutex_lock(&s->mutex);
    if (!s->any)
        s->first = pthread_self();
    s->any = true;
    if (!pthread_equal(s->first, pthread_self()))
        s->two = true;
    if (s->two)
        atomic_store(enough, true);
    go_mutex_unlock(&s->mutex);
    for (go_time begin = go_now(); go_since(begin) < GO_MILLISECOND && !atomic_load(enough);) {}
}

int main(void)
{
    struct seen s = {0};
    atomic_bool enough = false;
    go_waitgroup wg = {0};
    go_maxprocs(2);
    while (!atomic_load(&enough)) {
        for (int i = 0; i < 100; i++) // all into the queue of this processor
            go_waitgroup_go(&wg, work, &s, &enough);
        go_waitgroup_wait(&wg);
    }
    printf("started on one processor, run on more than one thread\n");
    return 0;
}
