// SPDX-License-Identifier: MIT
// Messages of 16 bytes are published on one of a hundred topics, which has some subscribers, in bursts for which each has
// room; then the publisher waits until all have read theirs. One operation is a message: found topic, and a send and a
// receive for each subscriber.
#include "bench.h"

#include <gofer/x/pubsub.h>

enum { TOPICS = 100, BURST = 64 };

struct message {
    long number;
    bool last; // of its burst
};

static go_pubsub *ps;
static char topics[TOPICS][16];
static go_waitgroup reading;

static void read_all(chan(struct message) c, go_waitgroup *ended)
{
    long expected = 0;
    chan_range(m, c) {
        bench_check(m.number == expected++, "a message is missing");
        if (m.last)
            go_waitgroup_done(&reading);
    }
    chan_free(c);
    go_waitgroup_done(ended);
}

static void publish_all(const char *topic, long n, int subscribers)
{
    for (long i = 0; i < n; i++) {
        struct message m = {i, i % BURST == BURST - 1 || i == n - 1};
        if (i % BURST == 0)
            go_waitgroup_add(&reading, subscribers);
        bench_check(go_pubsub_publish(ps, topic, &m) == 0, "somebody has missed it");
        if (m.last)
            go_waitgroup_wait(&reading);
    }
}

static void run(long n, int subscribers)
{
    go_waitgroup ended = {0};
    ps = go_pubsub_new();
    for (int i = 0; i < TOPICS; i++) {
        snprintf(topics[i], sizeof topics[i], "topic-%d", i);
        chan(struct message) c = go_pubsub_subscribe(ps, topics[i], struct message, BURST);
        go_waitgroup_add(&ended, 1);
        go(read_all, c, &ended);
    }
    const char *topic = topics[TOPICS / 2];
    for (int i = 1; i < subscribers; i++) {
        go_waitgroup_add(&ended, 1);
        go(read_all, go_pubsub_subscribe(ps, topic, struct message, BURST), &ended);
    }
    publish_all(topic, n, subscribers);
    go_pubsub_free(ps);
    go_waitgroup_wait(&ended);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), subscribers = bench_arg(argc, argv, 2);
    bench_timed(n, run, (int)subscribers);
    return 0;
}
