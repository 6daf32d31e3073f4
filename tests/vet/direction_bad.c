// SPDX-License-Identifier: MIT
// Channels used against their direction. The operations do not compile, and neither do calls that would turn a direction
// round; a cast does, and is reported as well.
#include <gofer.h>

static void fill(send_chan(int) out)
{
    chan_send(out, 1);
}

static void drain(recv_chan(int) in)
{
    (void)chan_recv(in);
}

static void send_on_receive_only(recv_chan(int) in)
{
    chan_send(in, 1); // expect: sends on, or closes, a receive-only channel
}

static void close_of_receive_only(recv_chan(int) in)
{
    chan_close(in); // expect: sends on, or closes, a receive-only channel
}

static void try_send_on_receive_only(recv_chan(int) in)
{
    chan_try_send(in, 1); // expect: sends on, or closes, a receive-only channel
}

static int receive_from_send_only(send_chan(int) out)
{
    return chan_recv(out); // expect: receives from a send-only channel
}

static void in_a_select(recv_chan(int) in)
{
    go_select {
        case_send(in, 1) { // expect: sends on, or closes, a receive-only channel
        }
        case_default {}
    }
}

static void passed_on(recv_chan(int) in)
{
    fill(in); // expect: a channel of one direction is passed
}

static void passed_to_a_goroutine(send_chan(int) out)
{
    go(drain, out); // expect: a channel of one direction is passed
}

static void cast(recv_chan(int) in)
{
    chan_send((chan(int))in, 1); // expect: the cast allows to send on a receive-only channel
}

static void cast_of_done(go_context *ctx)
{
    chan(go_unit) done = (chan(go_unit))go_context_done(ctx); // expect: the cast allows to send
    chan_close(done);
}

static int cast_to_receive(send_chan(int) out)
{
    return chan_recv((recv_chan(int))out); // expect: the cast allows to receive from a
}

int main(void)
{
    chan(int) c = chan_make(int, 8);
    send_on_receive_only(c);
    close_of_receive_only(c);
    try_send_on_receive_only(c);
    receive_from_send_only(c);
    in_a_select(c);
    passed_on(c);
    passed_to_a_goroutine(c);
    cast(c);
    cast_of_done(go_context_background());
    cast_to_receive(c);
    return 0;
}
