// SPDX-License-Identifier: MIT
// Request handlers add to statistics fields, "for it need not be exact", while a printer reads them. Fixed: atomic
// counters.
#include <gofer.h>
#include <stdio.h>

#ifdef FIXED
#define COUNTER _Atomic(long)
#else
#define COUNTER long
#endif

static struct {
    COUNTER requests, bytes;
} stats;

static void handle(int n)
{
    stats.requests++;
    stats.bytes += n;
}

static void print(void)
{
    printf("%ld %ld\n", (long)stats.requests, (long)stats.bytes);
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, handle, 100);
    go_waitgroup_go(&wg, print);
    go_waitgroup_wait(&wg);
    return 0;
}
