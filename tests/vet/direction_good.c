// SPDX-License-Identifier: MIT
// Channels that keep, or narrow, their direction, and casts that have nothing to do with it.
#include <gofer.h>

static void produce(send_chan(int) out)
{
    for (int i = 0; i < 3; i++)
        chan_send(out, i);
    chan_close(out);
}

static int consume(recv_chan(int) in)
{
    int sum = 0;
    chan_range(v, in) {
        sum += v;
    }
    return sum;
}

static int narrowed(chan(int) c)
{
    recv_chan(int) in = c;
    send_chan(int) out = c;
    go(produce, out);
    return consume(in);
}

static int narrowed_by_cast(chan(int) c)
{
    go(produce, (send_chan(int))c);
    return consume((recv_chan(int))c);
}

static void *as_a_pointer(recv_chan(int) in)
{
    return (void *)in;
}

static void to_null(void)
{
    chan(int) none = (chan(int))NULL;
    recv_chan(int) in = (recv_chan(int))NULL;
    go_select {
        case_recv(in) {}
        case_send(none, 1) {}
        case_default {}
    }
}

static void select_both(recv_chan(int) in, send_chan(int) out)
{
    int v;
    go_select {
        case_recv(in, &v) {}
        case_send(out, 1) {}
        case_default {}
    }
}

int main(void)
{
    chan(int) c = chan_make(int, 4), d = chan_make(int, 4);
    narrowed(c);
    narrowed_by_cast(d);
    to_null();
    select_both(c, c);
    chan_free((recv_chan(int))as_a_pointer(c));
    return 0;
}
