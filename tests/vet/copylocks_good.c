// SPDX-License-Identifier: MIT
// What looks like a copy of a lock and is none: the first value of one, pointers to one, sizes, channels of pointers, and
// copies of what merely stands beside a lock.
#include <gofer.h>
#include <stdlib.h>
#include <string.h>

struct counter {
    go_mutex mutex;
    int count;
};

struct plain {
    int count;
    go_mutex *mutex;
};

static struct counter fresh(int count)
{
    return (struct counter){.count = count};
}

static struct counter filled(int count)
{
    struct counter c = {0};
    c.count = count;
    return c; // its lock has never been used
}

static void fresh_values(void)
{
    struct counter a = {0}, b = fresh(1), c = (struct counter){.count = 2};
    a = (struct counter){0};
    b = filled(3);
    c.count = a.count + b.count;
}

static int by_pointer(struct counter *c)
{
    struct counter *same = c;
    go_mutex_lock(&same->mutex);
    int n = same->count;
    go_mutex_unlock(&same->mutex);
    return n;
}

static struct counter *on_the_heap(void)
{
    struct counter *c = malloc(sizeof *c);
    if (c)
        *c = (struct counter){0};
    return c;
}

static int beside(struct counter *c)
{
    int count = c->count;
    struct plain p = {count, &c->mutex}, q = p;
    p = q;
    return p.count;
}

static void cleared(struct counter *c)
{
    memset(c, 0, sizeof *c);
}

static int range_over_pointers(chan(struct counter *) c)
{
    int sum = 0;
    chan_range(each, c) {
        sum += each->count;
    }
    return sum;
}

static void copied_bytes(struct counter *c, int *to)
{
    memcpy(to, &c->count, sizeof *to);
}

static go_pool buffers = {.size = 64};

#define LATER(a, b) ((a).at > (b).at ? (a) : (b))

struct stamp {
    long at;
};

static struct stamp structs_without_a_lock_by_a_macro(struct stamp a, struct stamp b)
{
    a = LATER(a, b);
    return a;
}

int main(void)
{
    struct counter *c = on_the_heap(), local = {0};
    chan(struct counter *) all = chan_make(struct counter *, 2);
    fresh_values();
    by_pointer(&local);
    beside(&local);
    cleared(&local);
    chan_send(all, &local);
    chan_close(all);
    range_over_pointers(all);
    copied_bytes(&local, &(int){0});
    go_pool_put(&buffers, go_pool_get(&buffers));
    free(c);
    structs_without_a_lock_by_a_macro((struct stamp){1}, (struct stamp){2});
    return 0;
}
