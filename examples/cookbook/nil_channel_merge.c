// SPDX-License-Identifier: MIT
// Question: one of the channels in my select is closed, and the loop spins on it. How do I take it out?
// Answer:   set the variable to NULL. A NULL channel is never ready, so its case is out; when all are NULL, stop.
// Watch:    a closed channel is always ready: without this it would win every other round with zero values.
#include <gofer.h>
#include <stdio.h>

static void count(int from, int to, send_chan(int) out)
{
    for (int i = from; i <= to; i++)
        chan_send(out, i);
    chan_close(out);
}

int main(void)
{
    chan(int) a = chan_make(int), b = chan_make(int);
    go(count, 1, 10, a);
    go(count, 101, 120, b);

    recv_chan(int) left = a, right = b; // so that a and b can still be freed
    int values = 0, sum = 0;
    while (left || right) {
        int v;
        bool ok;
        go_select {
            case_recv(left, &v, &ok) {
                left = ok ? left : NULL;
            }
            case_recv(right, &v, &ok) {
                right = ok ? right : NULL;
            }
        }
        values += ok;
        sum += ok ? v : 0;
    }
    printf("%d values, sum %d\n", values, sum);
    chan_free(a);
    chan_free(b);
    return 0;
}
