// SPDX-License-Identifier: MIT
// Hoare's and McIlroy's prime sieve, the classic of communicating processes: every prime adds a
// goroutine to the chain that lets through only what it does not divide. Not a fast way to primes,
// but hundreds of goroutines that do little else but send and receive. The chain ends when main
// does.
#include <gofer.h>
#include <stdio.h>

static void generate(send_chan(int) out)
{
    for (int i = 2;; i++)
        chan_send(out, i);
}

static void filter(recv_chan(int) in, send_chan(int) out, int prime)
{
    chan_range(i, in) {
        if (i % prime != 0)
            chan_send(out, i);
    }
}

int main(void)
{
    enum { PRIMES = 500 };
    chan(int) candidates = chan_make(int);
    go(generate, candidates);
    for (int i = 1; i <= PRIMES; i++) {
        int prime = chan_recv(candidates);
        if (i % 100 == 0)
            printf("prime %d is %d\n", i, prime);
        chan(int) rest = chan_make(int);
        go(filter, candidates, rest, prime);
        candidates = rest;
    }
    return 0;
}
