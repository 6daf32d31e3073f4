// SPDX-License-Identifier: MIT
// Crossbeam's select_both: four senders and four receivers, each of which selects over the same four channels; an
// operation is a value that went over. Whoever comes queues in four places and has to leave three of them again.
#include "bench.h"

enum { CHANNELS = 4 };

struct channels {
    chan(long) at[CHANNELS];
};

static void send_any(const struct channels *c, long n, go_waitgroup *wg)
{
    for (long i = 0; i < n; i++)
        go_select {
            case_send(c->at[0], i) {}
            case_send(c->at[1], i) {}
            case_send(c->at[2], i) {}
            case_send(c->at[3], i) {}
        }
    go_waitgroup_done(wg);
}

static void receive_any(const struct channels *c, long n, send_chan(long) sums)
{
    long sum = 0, v;
    for (long i = 0; i < n; i++)
        go_select {
            case_recv(c->at[0], &v) {
                sum += v;
            }
            case_recv(c->at[1], &v) {
                sum += v;
            }
            case_recv(c->at[2], &v) {
                sum += v;
            }
            case_recv(c->at[3], &v) {
                sum += v;
            }
        }
    chan_send(sums, sum);
}

static void select_both(long n, long capacity)
{
    struct channels c;
    chan(long) sums = chan_make(long, CHANNELS);
    long share = n / CHANNELS + 1, sum = 0;
    go_waitgroup senders = {0};
    for (int i = 0; i < CHANNELS; i++)
        c.at[i] = chan_make(long, capacity);
    for (int i = 0; i < CHANNELS; i++) {
        go_waitgroup_add(&senders, 1);
        go(send_any, &c, share, &senders);
        go(receive_any, &c, share, sums);
    }
    for (int i = 0; i < CHANNELS; i++)
        sum += chan_recv(sums);
    go_waitgroup_wait(&senders);
    bench_check(sum == CHANNELS * (share * (share - 1) / 2), "wrong sum");
    for (int i = 0; i < CHANNELS; i++)
        chan_free(c.at[i]);
    chan_free(sums);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), capacity = bench_arg(argc, argv, 2);
    bench_timed(n, select_both, capacity);
    return 0;
}
