// SPDX-License-Identifier: MIT
// Question: how do I share work among several goroutines?
// Answer:   let all of them receive from one channel. Each value goes to whichever is free, so the shares even out by
//           themselves. Close the channel when there is no more work.
// Watch:    the results come in any order. If order matters, send the index along.
#include <gofer.h>
#include <stdio.h>

static bool is_prime(int n)
{
    for (int d = 2; d * d <= n; d++)
        if (n % d == 0)
            return false;
    return n >= 2;
}

static void find_primes(recv_chan(int) numbers, int *found)
{
    chan_range(n, numbers) {
        *found += is_prime(n);
    }
}

int main(void)
{
    enum { WORKERS = 4 };
    int found[WORKERS] = {0}, total = 0;
    chan(int) numbers = chan_make(int, 64);
    go_waitgroup wg = {0};
    for (int i = 0; i < WORKERS; i++)
        go_waitgroup_go(&wg, find_primes, numbers, &found[i]);
    for (int n = 0; n < 10000; n++)
        chan_send(numbers, n);
    chan_close(numbers);
    go_waitgroup_wait(&wg);
    for (int i = 0; i < WORKERS; i++)
        total += found[i];
    printf("%d primes below 10000\n", total);
    chan_free(numbers);
    return 0;
}
