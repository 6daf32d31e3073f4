// SPDX-License-Identifier: MIT
// The sieve that Go's own examples made known: one goroutine a prime, chained by unbuffered channels, each
// passing on what its prime does not divide. The first 2,500 primes; an operation is a prime, and takes
// about a thousand hand-offs through an ever longer chain of stacks.
#include "bench.h"

static void generate(send_chan(long) out, long limit)
{
    for (long i = 2; i <= limit; i++)
        chan_send(out, i);
    chan_close(out);
}

static void filter(chan(long) in, send_chan(long) out, long prime)
{
    chan_range(v, in) {
        if (v % prime != 0)
            chan_send(out, v);
    }
    chan_close(out);
    chan_free(in);
}

// Counts the primes up to limit.
static long sieve(long limit)
{
    chan(long) ch = chan_make(long);
    go(generate, ch, limit);
    long prime, primes = 0;
    while (chan_recv(ch, &prime)) {
        primes++;
        chan(long) next = chan_make(long);
        go(filter, ch, next, prime);
        ch = next;
    }
    chan_free(ch);
    return primes;
}

int main(int argc, char **argv)
{
    long limit = bench_arg(argc, argv, 1), count = bench_arg(argc, argv, 2);
    sieve(limit / 10);
    int64_t start = bench_now();
    bench_check(sieve(limit) == count, "wrong number of primes");
    bench_report("ns", bench_per_op(start, count));
    return 0;
}
