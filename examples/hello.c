// SPDX-License-Identifier: MIT
// The smallest program: go starts a function with its arguments in a goroutine of its own, checked
// by the compiler as any call is; the channel says when it is done. Without it main would return,
// and the process end, too soon.
#include <gofer.h>
#include <stdio.h>

static void greet(const char *whom, send_chan(go_unit) done)
{
    printf("Hello, %s!\n", whom);
    chan_send(done, GO_UNIT);
}

int main(void)
{
    chan(go_unit) done = chan_make(go_unit);
    go(greet, "gofer", done);
    chan_recv(done);
    chan_free(done);
    return 0;
}
