// SPDX-License-Identifier: MIT
// Two flags that are neighbours in one word are bit-fields, so that writing the one rewrites the other: C has this
// race, Go does not. Fixed: each flag has a byte of its own.
#include <gofer.h>

struct flags {
#ifdef FIXED
    unsigned char seen, done;
#else
    unsigned seen : 1, done : 1;
#endif
};

static struct flags flags;

static void see(void)
{
    flags.seen = 1;
}

static void finish(void)
{
    flags.done = 1;
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, see);
    go_waitgroup_go(&wg, finish);
    go_waitgroup_wait(&wg);
    return 0;
}
