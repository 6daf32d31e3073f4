// SPDX-License-Identifier: MIT
// Shared memory, when a channel is not the right shape: a mutex that parks goroutines instead of
// threads, and a wait group that knows when the last has finished. Both need no initialisation, and
// may live on the stack of the one who waits: once go_waitgroup_wait returns nobody touches them
// any more.
#include <gofer.h>
#include <stdio.h>

struct histogram {
    go_mutex lock; // guards counts
    int counts[10];
};

static void add_digits(struct histogram *h, int from, int to)
{
    for (int i = from; i < to; i++) {
        go_mutex_lock(&h->lock);
        for (int n = i; n > 0; n /= 10)
            h->counts[n % 10]++;
        go_mutex_unlock(&h->lock);
    }
}

int main(void)
{
    enum { GOROUTINES = 100, EACH = 100 };
    struct histogram h = {0};
    go_waitgroup all = {0};
    for (int i = 0; i < GOROUTINES; i++)
        go_waitgroup_go(&all, add_digits, &h, i * EACH, (i + 1) * EACH);
    go_waitgroup_wait(&all);
    puts("digits in the numbers below 10000:");
    for (int digit = 0; digit < 10; digit++)
        printf("%d: %d\n", digit, h.counts[digit]);
    return 0;
}
