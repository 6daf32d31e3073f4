// SPDX-License-Identifier: MIT
// A receiver selects over four channels, each with a sender of its own; an operation is a value received.
// Unbuffered, the select mostly finds a waiting sender; with buffers it mostly finds a value, and parks
// once in many. Which of the ready cases is taken must be random in both languages.
#include "bench.h"

static void produce(send_chan(long) ch, long n)
{
    for (long i = 0; i < n; i++)
        chan_send(ch, i);
}

static long receive(long n, recv_chan(long) a, recv_chan(long) b, recv_chan(long) c,
                    recv_chan(long) d)
{
    long sum = 0, v;
    for (long i = 0; i < n; i++) {
        go_select {
            case_recv(a, &v) {
                sum += v;
            }
            case_recv(b, &v) {
                sum += v;
            }
            case_recv(c, &v) {
                sum += v;
            }
            case_recv(d, &v) {
                sum += v;
            }
        }
    }
    return sum;
}

static void select4(long n, long capacity)
{
    long share = n / 4 + 1;
    chan(long) ch[4];
    for (int i = 0; i < 4; i++) {
        ch[i] = chan_make(long, capacity);
        go(produce, ch[i], share);
    }
    long sum = receive(4 * share, ch[0], ch[1], ch[2], ch[3]);
    bench_check(sum == 4 * (share * (share - 1) / 2), "wrong sum");
    for (int i = 0; i < 4; i++)
        chan_free(ch[i]);
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1), capacity = bench_arg(argc, argv, 2);
    bench_timed(n, select4, capacity);
    return 0;
}
