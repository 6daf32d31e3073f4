// SPDX-License-Identifier: MIT
// Question: how do I tell everybody who wants to know, without waiting for the slowest?
// Answer:   go_pubsub: each subscriber has a channel of its own, with room. Publishing never waits; who is full misses
//           that message, alone, and the publisher is told how many did.
// Watch:    unsubscribe closes the channel; its subscriber frees it. Do not close it yourself.
#include <gofer.h>
#include <stdio.h>

struct price {
    const char *what;
    int cents;
};

static void follow(chan(struct price) prices, int *sum)
{
    chan_range(p, prices) {
        *sum += p.cents;
    }
    chan_free(prices);
}

int main(void)
{
    int sum = 0, missed = 0;
    go_waitgroup wg = {0};
    go_pubsub *ps = go_pubsub_new();
    chan(struct price) all = go_pubsub_subscribe(ps, "prices", struct price, 16);
    chan(struct price) slow = go_pubsub_subscribe(ps, "prices", struct price, 2);
    go_waitgroup_go(&wg, follow, all, &sum);

    for (int i = 1; i <= 10; i++)
        missed += go_pubsub_publish(ps, "prices", (&(struct price){"tea", i * 10}));
    go_pubsub_publish(ps, "weather", &missed); // nobody listens to that
    go_pubsub_unsubscribe(ps, "prices", all);
    go_waitgroup_wait(&wg);
    printf("the quick one saw %d cents\n", sum);
    printf("the slow one kept %zu and missed %d\n", chan_len(slow), missed);

    go_pubsub_free(ps);
    chan_free(slow);
    return 0;
}
