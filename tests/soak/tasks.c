// SPDX-License-Identifier: MIT
// The work of the soak: each kind uses one part of gofer, starts goroutines of its own, and knows what must come out.
// Whatever else happens in the process meanwhile must not change that.
#include "soak.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// --- Channels ---

static void pass(chan(long) in, chan(long) out)
{
    chan_range(v, in)
        chan_send(out, v + 1);
    chan_close(out);
}

static void feed(chan(long) to, long n)
{
    for (long i = 0; i < n; i++)
        chan_send(to, i);
    chan_close(to);
}

static void pipeline(struct soak_task *t)
{
    enum { MOST_STAGES = 12 };
    chan(long) stage[MOST_STAGES + 1];
    long stages = 1 + soak_random(t, MOST_STAGES), n = 1 + soak_random(t, 300), seen = 0, sum = 0;
    for (long i = 0; i <= stages; i++)
        stage[i] = chan_make(long, soak_random(t, 4));
    for (long i = 0; i < stages; i++)
        go(pass, stage[i], stage[i + 1]);
    go(feed, stage[0], n);
    chan_range(v, stage[stages]) {
        sum += v;
        seen++;
    }
    SOAK_CHECK(seen == n && sum == n * (n - 1) / 2 + n * stages);
    for (long i = 0; i <= stages; i++)
        chan_free(stage[i]);
}

// --- Select ---

static void fan_in(struct soak_task *t)
{
    long n = 1 + soak_random(t, 200), seen = 0;
    bool a_open = true, b_open = true, ok;
    chan(long) a = chan_make(long, soak_random(t, 3)), b = chan_make(long), v_a = a, v_b = b;
    long v = 0;
    go(feed, a, n);
    go(feed, b, n);
    while (a_open || b_open) {
        go_select {
            case_recv(v_a, &v, &ok) {
                seen += ok;
                a_open = ok;
                v_a = ok ? a : NULL;
            }
            case_recv(v_b, &v, &ok) {
                seen += ok;
                b_open = ok;
                v_b = ok ? b : NULL;
            }
            case_timeout(20 * GO_MICROSECOND) {}
        }
    }
    SOAK_CHECK(seen == 2 * n);
    chan_free(a);
    chan_free(b);
}

// --- Time ---

static void count_up(atomic_int *n)
{
    atomic_fetch_add(n, 1);
}

static void timers(struct soak_task *t)
{
    enum { TIMERS = 30 };
    go_timer *timer[TIMERS];
    atomic_int fired = 0;
    int stopped = 0;
    for (int i = 0; i < TIMERS; i++)
        timer[i] = go_after_func(soak_random(t, 2000) * GO_MICROSECOND, count_up, &fired);
    go_sleep(soak_random(t, 1000) * GO_MICROSECOND);
    for (int i = 0; i < TIMERS; i++)
        stopped += go_timer_stop(timer[i]);
    // A stop that came too late does not wait for the function.
    for (int i = 0; atomic_load(&fired) + stopped < TIMERS; i++) {
        SOAK_CHECK(i < 100000);
        go_sleep(100 * GO_MICROSECOND);
    }
    SOAK_CHECK(atomic_load(&fired) + stopped == TIMERS);
    for (int i = 0; i < TIMERS; i++)
        go_timer_free(timer[i]);
}

static void sleeper(struct soak_task *t)
{
    go_duration d = soak_random(t, 3000) * GO_MICROSECOND;
    go_time begin = go_now();
    go_sleep(d);
    SOAK_CHECK(go_since(begin) >= d);
}

// --- Panics ---

__attribute__((no_sanitize("undefined"))) static int fall(volatile int *p, atomic_int *deferred,
                                                          int depth)
{
    defer(count_up, deferred);
    if (depth > 0)
        return fall(p, deferred, depth - 1);
    return *p;
}

static void panics(struct soak_task *t)
{
    for (int i = 0; i < 20; i++) {
        atomic_int deferred = 0;
        volatile int caught = 0, depth = (int)soak_random(t, 8);
        bool by_fault = soak_random(t, 2);
        go_try {
            defer(count_up, &deferred);
            if (by_fault)
                fall(NULL, &deferred, depth);
            go_panic("soak %d", i);
        }
        go_catch(p) {
            caught = 1 + p->runtime_error;
        }
        SOAK_CHECK(caught == 1 + by_fault);
        SOAK_CHECK(atomic_load(&deferred) == (by_fault ? depth + 2 : 1));
    }
}

// --- Contexts ---

static void until_done(go_context *ctx, go_waitgroup *wg)
{
    chan_recv(go_context_done(ctx));
    SOAK_CHECK(go_context_err(ctx) != 0);
    go_waitgroup_done(wg);
}

static void contexts(struct soak_task *t)
{
    enum { NODES = 12 };
    go_context *node[NODES];
    go_waitgroup wg = {0};
    node[0] = go_context_with_cancel(go_context_background());
    for (int i = 1; i < NODES; i++) {
        go_context *parent = node[soak_random(t, (uint32_t)i)];
        node[i] = soak_random(t, 3)
                      ? go_context_with_cancel(parent)
                      : go_context_with_timeout(parent, soak_random(t, 500) * GO_MICROSECOND);
    }
    go_waitgroup_add(&wg, NODES);
    for (int i = 0; i < NODES; i++)
        go(until_done, node[i], &wg);
    go_context_cancel(node[1 + soak_random(t, NODES - 1)]);
    go_context_cancel(node[0]);
    go_waitgroup_wait(&wg);
    for (int i = 0; i < NODES; i++)
        go_context_free(node[i]);
}

// --- Locks ---

struct guarded {
    go_mutex mutex;
    go_rwmutex rw;
    go_waitgroup wg;
    long a, b, c;
};

static void change(struct guarded *g, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        go_mutex_lock(&g->mutex);
        g->a++;
        go_mutex_unlock(&g->mutex);
        go_rwmutex_lock(&g->rw);
        g->b++;
        g->c++;
        go_rwmutex_unlock(&g->rw);
        go_rwmutex_rlock(&g->rw);
        SOAK_CHECK(g->b == g->c);
        go_rwmutex_runlock(&g->rw);
    }
    go_waitgroup_done(&g->wg);
}

static void locks(struct soak_task *t)
{
    struct guarded *g = calloc(1, sizeof *g);
    int n = 2 + (int)soak_random(t, 6), rounds = 20 + (int)soak_random(t, 200);
    go_waitgroup_add(&g->wg, n);
    for (int i = 0; i < n; i++)
        go(change, g, rounds);
    go_waitgroup_wait(&g->wg);
    SOAK_CHECK(g->a == (long)n * rounds && g->b == g->a && g->c == g->a);
    free(g);
}

static void maps(struct soak_task *t)
{
    go_map map = {0};
    char key[24];
    uintptr_t n = 1 + soak_random(t, 400);
    for (uintptr_t i = 0; i < n; i++) {
        snprintf(key, sizeof key, "%zu", (size_t)i);
        go_map_store(&map, key, (void *)(i + 1));
    }
    for (uintptr_t i = 0; i < n; i++) {
        void *value = NULL;
        snprintf(key, sizeof key, "%zu", (size_t)i);
        SOAK_CHECK(go_map_load(&map, key, &value) && value == (void *)(i + 1));
    }
    SOAK_CHECK(go_map_len(&map) == n);
    go_map_free(&map);
}

// --- Descriptors, stacks, threads ---

static void write_all(int fd, size_t n)
{
    char block[512];
    for (size_t at = 0; at < n;) {
        size_t some = n - at < sizeof block ? n - at : sizeof block;
        for (size_t i = 0; i < some; i++)
            block[i] = (char)(at + i);
        ssize_t done = go_write(fd, block, some);
        SOAK_CHECK(done > 0);
        at += (size_t)done;
    }
    close(fd);
}

static void pipes(struct soak_task *t)
{
    int fds[2];
    char block[777];
    size_t n = 1 + soak_random(t, 100000), at = 0;
    if (pipe(fds) != 0)
        return; // somebody has taken the last descriptor
    go(write_all, fds[1], n);
    for (ssize_t some; (some = go_read(fds[0], block, 1 + soak_random(t, sizeof block))) != 0;) {
        SOAK_CHECK(some > 0);
        for (ssize_t i = 0; i < some; i++)
            SOAK_CHECK(block[i] == (char)(at + (size_t)i));
        at += (size_t)some;
    }
    SOAK_CHECK(at == n);
    close(fds[0]);
}

static unsigned __attribute__((noinline)) dig(unsigned depth)
{
    volatile unsigned char frame[256];
    memset((unsigned char *)frame, (int)depth, sizeof frame);
    unsigned below = depth ? dig(depth - 1) : 0;
    return below + (frame[7] == (unsigned char)depth);
}

static void deep_stack(struct soak_task *t)
{
    unsigned depth = soak_random(t, 150);
    SOAK_CHECK(dig(depth) == depth + 1);
    go_yield();
    SOAK_CHECK(dig(depth) == depth + 1);
}

static void block_in_the_kernel(struct soak_task *t)
{
    useconds_t us = 50 + soak_random(t, 500);
    if (soak_random(t, 2))
        usleep(us);
    else
        go_blocking(usleep, us);
}

static void compute(struct soak_task *t)
{
    volatile unsigned long x = 0;
    unsigned long n = soak_random(t, 3000000);
    for (unsigned long i = 0; i < n; i++)
        x = x + 1;
    SOAK_CHECK(x == n);
}

static void spawn_many(struct soak_task *t)
{
    atomic_int n = 0;
    int count = 1 + (int)soak_random(t, 500);
    for (int i = 0; i < count; i++)
        go(count_up, &n);
    while (atomic_load(&n) < count)
        go_yield();
}

static void malloc_some(struct soak_task *t)
{
    for (int i = 0; i < 200; i++) {
        size_t size = 1 + soak_random(t, 20000);
        unsigned char *p = malloc(size);
        memset(p, i, size);
        SOAK_CHECK(p[0] == (unsigned char)i && p[size - 1] == (unsigned char)i);
        free(p);
    }
}

const struct soak_kind soak_work[] = {
    {"pipeline", pipeline},
    {"fan_in", fan_in},
    {"timers", timers},
    {"sleeper", sleeper},
    {"panics", panics},
    {"contexts", contexts},
    {"locks", locks},
    {"maps", maps},
    {"pipes", pipes},
    {"deep_stack", deep_stack},
    {"block", block_in_the_kernel},
    {"compute", compute},
    {"spawn_many", spawn_many},
    {"malloc", malloc_some},
};
const int soak_work_count = sizeof soak_work / sizeof *soak_work;
