// SPDX-License-Identifier: MIT
// Question: write a barrier: n goroutines wait for each other, again and again (go_barrier is the finished one).
// Answer:   count who has come; the last one starts the next round and wakes all. The others wait for the round to
//           change, not for the count: that is already counting the next round.
// Watch:    with the count alone a quick goroutine could come round again and be counted twice while slow ones still
//           leave.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

struct barrier {
    go_mutex mutex;
    go_cond turned;
    int n, here;
    unsigned round;
};

static void barrier_wait(struct barrier *b)
{
    go_mutex_lock(&b->mutex);
    unsigned round = b->round;
    if (++b->here == b->n) {
        b->here = 0;
        b->round++;
        go_cond_broadcast(&b->turned);
    }
    while (b->round == round)
        go_cond_wait(&b->turned);
    go_mutex_unlock(&b->mutex);
}

static void run(struct barrier *b, atomic_int done[], int rounds, atomic_int *early)
{
    for (int r = 0; r < rounds; r++) {
        atomic_fetch_add(&done[r], 1);
        barrier_wait(b);
        if (atomic_load(&done[r]) != b->n)
            atomic_fetch_add(early, 1); // somebody got through before all had come
    }
}

int main(void)
{
    enum { N = 5, ROUNDS = 100 };
    struct barrier b = {.n = N};
    atomic_int done[ROUNDS] = {0}, early = 0;
    go_waitgroup wg = {0};
    go_cond_init(&b.turned, &b.mutex);
    for (int i = 0; i < N; i++)
        go_waitgroup_go(&wg, run, &b, done, ROUNDS, &early);
    go_waitgroup_wait(&wg);
    printf("%u rounds, %d early\n", b.round, early);
    return 0;
}
