// SPDX-License-Identifier: MIT
// A free list that no goroutine waits for: connections that are not in use lie on a lock-free stack, the one used last on
// top, for it is the most likely to be alive.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

enum { CONNECTIONS = 4, REQUESTS = 1000, WORKERS = 4 };

struct connection {
    atomic_int users;
    int requests;
};

static struct connection connections[CONNECTIONS];
static go_lfstack idle;
static atomic_int clashes;

static void serve(int requests)
{
    for (int i = 0; i < requests; i++) {
        void *taken;
        while (!go_lfstack_pop(&idle, &taken))
            go_yield();
        struct connection *c = taken;
        if (atomic_fetch_add(&c->users, 1) != 0)
            atomic_fetch_add(&clashes, 1);
        c->requests++;
        atomic_fetch_sub(&c->users, 1);
        go_lfstack_push(&idle, c);
    }
}

int main(void)
{
    go_waitgroup wg = {0};
    int requests = 0;
    for (int i = 0; i < CONNECTIONS; i++)
        go_lfstack_push(&idle, &connections[i]);
    for (int i = 0; i < WORKERS; i++)
        go_waitgroup_go(&wg, serve, REQUESTS);
    go_waitgroup_wait(&wg);
    for (int i = 0; i < CONNECTIONS; i++)
        requests += connections[i].requests;
    printf("%d requests, %d clashes\n", requests, atomic_load(&clashes));
    go_lfstack_free(&idle);
    return 0;
}
