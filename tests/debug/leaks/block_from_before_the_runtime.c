// SPDX-License-Identifier: MIT
// The only way to the channel leads through a block so large that malloc maps it by itself, made before the first call of
// gofer's. Nobody has the block any more.
// leaks: 2
#include <gofer.h>
#include <stdlib.h>

struct large {
    char before[1 << 20];
    chan(int) c;
    char after[1 << 20];
};

static void receive(struct large *l)
{
    chan_recv(l->c);
}

static __attribute__((noinline)) void plant(void)
{
    struct large *l = calloc(1, sizeof *l);
    l->c = chan_make(int);
    go(receive, l);
    go(receive, l);
    go_sleep(GO_MILLISECOND);
#ifdef FIXED
    chan_close(l->c);
#endif
}

int main(void)
{
    plant();
    go_sleep(GO_MILLISECOND);
    return 0;
}
