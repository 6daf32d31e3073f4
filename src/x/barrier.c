// SPDX-License-Identifier: MIT
// The barrier on the parking lot: who comes counts and queues under its bucket's lock, and the last one takes the whole
// queue in the same section in which it begins the next round. So all have left a round before anybody can be in the next
// one, and whoever wakes knows its round from before and touches the barrier no more.
#include "sched/sema.h"
#include "x/alloc.h"

#include <gofer/x/barrier.h>

// [lock] the bucket's, but for n.
struct go_barrier {
    uint32_t n; // [const]
    uint32_t arrived;
    uint64_t round;
};

go_barrier *go_barrier_new(int n)
{
    if (n < 1)
        return NULL;
    go_barrier *b = gf_x_alloc(sizeof *b);
    b->n = (uint32_t)n;
    return b;
}

uint64_t go_barrier_wait(go_barrier *b)
{
    struct gf_sema_waiter w;
    struct m *m = gf_enter();
    gf_race_release(b);
    struct gf_sema_bucket *bucket = gf_sema_lock(b);
    uint64_t round = b->round;
    if (++b->arrived < b->n) {
        m = gf_sema_park(m, bucket, b, &w, false, GF_WAIT_SEMACQUIRE);
    } else {
        b->arrived = 0;
        b->round++;
        struct g *others = gf_sema_take_all(bucket, b, 0);
        gf_sema_unlock(bucket);
        if (others)
            gf_ready_all(m, others);
    }
    gf_race_acquire(b); // by the address only
    gf_leave(m);
    return round;
}

void go_barrier_free(go_barrier *b)
{
    free(b);
}
