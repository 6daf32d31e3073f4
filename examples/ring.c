// SPDX-License-Identifier: MIT
// A ring between a fast producer and slower consumers: it holds eight samples at most, so the producer waits when the
// consumers are behind, and a sample that must not wait is dropped and counted.
#include <gofer.h>
#include <stdio.h>

typedef struct {
    int number;
    double value;
} sample;

enum { SAMPLES = 1000, LAST = -1 };

static void add_up(go_ring(sample) ring, chan(double) sums)
{
    double sum = 0;
    for (;;) {
        sample s = go_ring_get(ring);
        if (s.number == LAST)
            break;
        sum += s.value;
    }
    chan_send(sums, sum);
}

int main(void)
{
    go_ring(sample) ring = go_ring_new(sample, 8);
    int dropped = 0;
    for (int i = 0; i < 10; i++)
        dropped += !go_ring_try_put(ring, (sample){i, 100});
    printf("dropped %d of 10\n", dropped);

    chan(double) sums = chan_make(double);
    go(add_up, ring, sums);
    go(add_up, ring, sums);
    for (int i = 0; i < SAMPLES; i++)
        go_ring_put(ring, (sample){i, i});
    for (int i = 0; i < 2; i++)
        go_ring_put(ring, (sample){LAST, 0});
    double sum = chan_recv(sums);
    sum += chan_recv(sums);
    printf("sum %.0f\n", sum);
    chan_free(sums);
    go_ring_free(ring);
    return 0;
}
