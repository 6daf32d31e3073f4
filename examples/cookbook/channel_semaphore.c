// SPDX-License-Identifier: MIT
// Question: how do I let at most n goroutines do something at the same time?
// Answer:   a channel with room for n: send to come in, receive to go out. go_semaphore does the same with weights, with
//           a context, and in strict order.
// Watch:    take the place before starting the goroutine, or a million of them wait for it.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

static void leave(chan(go_unit) places)
{
    chan_recv(places);
}

static void fetch(chan(go_unit) places, atomic_int *inside, atomic_int *most)
{
    defer(leave, places);
    int now = atomic_fetch_add(inside, 1) + 1, seen = atomic_load(most);
    while (seen < now && !atomic_compare_exchange_weak(most, &seen, now)) {}
    go_yield();
    atomic_fetch_sub(inside, 1);
}

int main(void)
{
    atomic_int inside = 0, most = 0;
    chan(go_unit) places = chan_make(go_unit, 3);
    go_waitgroup wg = {0};
    for (int i = 0; i < 100; i++) {
        chan_send(places, GO_UNIT);
        go_waitgroup_go(&wg, fetch, places, &inside, &most);
    }
    go_waitgroup_wait(&wg);
    printf("never more than 3 at once: %s\n", most <= 3 ? "yes" : "no");
    chan_free(places);

    go_semaphore *memory = go_semaphore_new(100); // megabytes, say
    go_semaphore_acquire(memory, NULL, 60);
    printf("another 60: %s\n", go_semaphore_try_acquire(memory, 60) ? "yes" : "no");
    printf("another 40: %s\n", go_semaphore_try_acquire(memory, 40) ? "yes" : "no");
    go_semaphore_free(memory);
    return 0;
}
