// SPDX-License-Identifier: MIT
// A program that ends badly, on purpose: nobody catches the panic, so the deferred calls run, then
// the message and the trace of every goroutine go to stderr, and the process ends with status 2.
// Run it to see what a crash looks like.
// expect-status: 2
#include <gofer.h>
#include <stdio.h>

static void wait_for_ever(recv_chan(int) c, send_chan(go_unit) ready)
{
    chan_send(ready, GO_UNIT);
    chan_recv(c);
}

static void save(const char *file)
{
    defer(printf, "giving up on %s\n", file);
    go_panic("cannot save %s", file);
}

int main(void)
{
    setbuf(stdout, NULL); // a crash does not flush what stdio still holds
    chan(int) c = chan_make(int);
    chan(go_unit) ready = chan_make(go_unit);
    go_with(GO_ATTR(.name = "waiter"), wait_for_ever, c, ready);
    chan_recv(ready);
    save("the day");
    return 0;
}
