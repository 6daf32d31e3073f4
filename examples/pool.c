// SPDX-License-Identifier: MIT
// Buffers that are used again: many short requests, each of which needs 64 KiB for a moment. The pool makes as many as
// are in use at the same time, not one for each request.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REQUESTS = 10000, WORKERS = 4, BUFFER = 64 << 10 };

static atomic_int made, freed, total;

static void *make_buffer(void)
{
    atomic_fetch_add(&made, 1);
    return malloc(BUFFER);
}

static void free_buffer(void *buffer)
{
    atomic_fetch_add(&freed, 1);
    free(buffer);
}

static go_pool buffers = GO_POOL(.make = make_buffer, .free = free_buffer);

static void serve(int request)
{
    char *buffer = go_pool_get(&buffers);
    defer(go_pool_put, &buffers, buffer);
    int n = snprintf(buffer, BUFFER, "response to request %d", request);
    atomic_fetch_add(&total, n);
}

static void work(recv_chan(int) requests)
{
    chan_range(request, requests) {
        serve(request);
    }
}

int main(void)
{
    chan(int) requests = chan_make(int, 64);
    go_waitgroup wg = {0};
    for (int i = 0; i < WORKERS; i++)
        go_waitgroup_go(&wg, work, requests);
    for (int i = 0; i < REQUESTS; i++)
        chan_send(requests, i);
    chan_close(requests);
    go_waitgroup_wait(&wg);
    go_pool_drain(&buffers);
    printf("%d bytes of responses\n", atomic_load(&total));
    printf("few buffers: %s\n", atomic_load(&made) < 100 ? "yes" : "no");
    printf("all freed: %s\n", atomic_load(&made) == atomic_load(&freed) ? "yes" : "no");
    chan_free(requests);
    return 0;
}
