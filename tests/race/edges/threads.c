// SPDX-License-Identifier: MIT
// Edges of foreign threads, the ways to be on a thread, and the stack that a goroutine leaves to another one: what
// orders two uses of one variable, and what does not.
#include "edges.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static chan(int) c;

enum { PAGE = 4096 };

static void *write_in_a_thread(void *a)
{
    write_cell();
    (void)a;
    return NULL;
}

ORDERED(pthread_join_ordered)
{
    pthread_t t;
    write_cell();
    pthread_create(&t, NULL, write_in_a_thread, NULL);
    pthread_join(t, NULL);
    read_cell();
}

static void *write_and_send_in_a_thread(void *a)
{
    (void)a;
    write_cell();
    chan_send(c, 1);
    return NULL;
}

ORDERED(foreign_send_ordered)
{
    c = chan_make(int);
    pthread_t t;
    pthread_create(&t, NULL, write_and_send_in_a_thread, NULL);
    chan_recv(c);
    read_cell();
    pthread_join(t, NULL);
}

RACES(foreign_race)
{
    c = chan_make(int);
    pthread_t t;
    pthread_create(&t, NULL, write_in_a_thread, NULL);
    nap();
    read_cell();
    pthread_join(t, NULL);
}

static void write_on_a_locked_thread(void)
{
    go_lock_os_thread();
    write_cell();
}

RACES(locked_thread_orders_nothing)
{
    go(write_on_a_locked_thread);
    nap();
    read_cell();
}

RACES(maxprocs_orders_nothing)
{
    go(write_cell);
    nap();
    go_maxprocs(1);
    read_cell();
}

RACES(blocking_orders_nothing)
{
    go(write_cell);
    nap();
    go_blocking(write_cell);
}

static __attribute__((noinline)) void fill(char *page)
{
    memset(page, 1, PAGE);
}

static void go_deep(int calls)
{
    char page[PAGE];
    fill(page);
    if (calls > 0)
        go_deep(calls - 1);
    fill(page);
}

static void go_deep_and_stay(void)
{
    go_deep(10);
    chan_recv(c);
}

ORDERED(stack_that_was_trimmed_has_no_past)
{
    enum { STACKS = 8 };
    setenv("GOFER_DEBUG", "trim=10", 1);
    go_maxprocs(1);
    c = chan_make(int);
    for (int i = 0; i < STACKS; i++)
        go(go_deep_and_stay);
    while (go_stats().stacks_trimmed < STACKS)
        go_sleep(10 * GO_MILLISECOND);
    chan_close(c);
    while (go_num_goroutine() > 1)
        go_sleep(GO_MILLISECOND);
    for (int i = 0; i < STACKS; i++)
        go(go_deep_and_stay);
    nap();
}

static void go_deep_and_end(void)
{
    go_deep(100);
}

ORDERED(stack_of_a_size_of_its_own_has_no_past)
{
    enum { BYTES = 1 << 20, ROUNDS = 3 };
    go_maxprocs(1);
    for (int i = 0; i < ROUNDS; i++) {
        go_with(GO_ATTR(.stack_size = BYTES), go_deep_and_end);
        while (go_num_goroutine() > 1)
            go_sleep(GO_MILLISECOND);
    }
}
