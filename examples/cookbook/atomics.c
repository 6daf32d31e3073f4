// SPDX-License-Identifier: MIT
// Question: when is an atomic enough, and how do I write one?
// Answer:   for one number or pointer that stands for itself: C11's <stdatomic.h>. Go's AddInt64 is atomic_fetch_add
//           (which returns the value before), CompareAndSwap is atomic_compare_exchange_strong.
// Watch:    two atomics are not one: between them anybody can come. What belongs together needs a mutex, or one word.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

struct stats {
    atomic_long hits;
    atomic_long largest;
    atomic_bool closed;
};

static void raise_to(atomic_long *largest, long v)
{
    long seen = atomic_load(largest);
    while (seen < v && !atomic_compare_exchange_weak(largest, &seen, v)) {
        // seen now holds what somebody else has stored: look again
    }
}

static void record(struct stats *s, long from, long to)
{
    for (long v = from; v < to && !atomic_load(&s->closed); v++) {
        atomic_fetch_add(&s->hits, 1);
        raise_to(&s->largest, v);
    }
}

int main(void)
{
    struct stats s = {0};
    go_waitgroup wg = {0};
    for (int i = 0; i < 8; i++)
        go_waitgroup_go(&wg, record, &s, i * 1000L, (i + 1) * 1000L);
    go_waitgroup_wait(&wg);
    printf("%ld hits, the largest %ld\n", s.hits, s.largest);
    printf("first to close: %s\n", atomic_exchange(&s.closed, true) ? "no" : "yes");
    record(&s, 0, 10);
    printf("%ld hits\n", s.hits);
    return 0;
}
