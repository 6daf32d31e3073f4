// SPDX-License-Identifier: MIT
// A pipeline: each stage is a loop over its input that ends when the stage before it closes the
// channel between them. The parameter's type says what a stage may do with a channel: sending on
// `in` or receiving from `out` does not compile. Values arrive in the order in which they were
// sent.
#include <gofer.h>
#include <stdio.h>

static void count(int n, send_chan(int) out)
{
    for (int i = 1; i <= n; i++)
        chan_send(out, i);
    chan_close(out);
}

static void square(recv_chan(int) in, send_chan(long) out)
{
    chan_range(n, in) {
        chan_send(out, (long)n * n);
    }
    chan_close(out);
}

int main(void)
{
    chan(int) numbers = chan_make(int);
    chan(long) squares = chan_make(long, 4); // the squarer may be four values ahead
    go(count, 10, numbers);
    go(square, numbers, squares);
    long sum = 0;
    chan_range(s, squares) {
        printf("%ld ", s);
        sum += s;
    }
    printf("= %ld\n", sum);
    chan_free(numbers);
    chan_free(squares);
    return 0;
}
