// SPDX-License-Identifier: MIT
// Question: write a bounded queue for many producers and consumers (go_ring is the finished one, and a channel is one).
// Answer:   an array, the index of the oldest, and a count, under one mutex; two conditions, "not full" and "not empty".
//           Each side waits for one and signals the other.
// Watch:    wait in a loop: by the time a waiter has the mutex again, another may have been quicker.
#include <gofer.h>
#include <stdio.h>

enum { CAPACITY = 4 };

struct ring {
    go_mutex mutex;
    go_cond not_full, not_empty;
    int items[CAPACITY], first, count;
};

static void ring_init(struct ring *r)
{
    *r = (struct ring){0};
    go_cond_init(&r->not_full, &r->mutex);
    go_cond_init(&r->not_empty, &r->mutex);
}

static void put(struct ring *r, int v)
{
    go_mutex_lock(&r->mutex);
    while (r->count == CAPACITY)
        go_cond_wait(&r->not_full);
    r->items[(r->first + r->count++) % CAPACITY] = v;
    go_cond_signal(&r->not_empty);
    go_mutex_unlock(&r->mutex);
}

static int get(struct ring *r)
{
    go_mutex_lock(&r->mutex);
    while (r->count == 0)
        go_cond_wait(&r->not_empty);
    int v = r->items[r->first];
    r->first = (r->first + 1) % CAPACITY;
    r->count--;
    go_cond_signal(&r->not_full);
    go_mutex_unlock(&r->mutex);
    return v;
}

static void produce(struct ring *r, int from, int n)
{
    for (int i = 0; i < n; i++)
        put(r, from + i);
}

static void consume(struct ring *r, int n, long *sum)
{
    for (int i = 0; i < n; i++)
        *sum += get(r);
}

int main(void)
{
    enum { SIDES = 3, EACH = 1000 };
    struct ring r;
    long sums[SIDES] = {0}, sum = 0;
    go_waitgroup wg = {0};
    ring_init(&r);
    for (int i = 0; i < SIDES; i++) {
        go_waitgroup_go(&wg, produce, &r, i * EACH, EACH);
        go_waitgroup_go(&wg, consume, &r, EACH, &sums[i]);
    }
    go_waitgroup_wait(&wg);
    for (int i = 0; i < SIDES; i++)
        sum += sums[i];
    printf("sum %ld, %d left\n", sum, r.count);
    for (int i = 0; i < CAPACITY; i++)
        put(&r, i);
    for (int i = 0; i < CAPACITY; i++)
        printf("%d\n", get(&r)); // first in, first out
    return 0;
}
