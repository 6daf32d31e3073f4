// SPDX-License-Identifier: MIT
// Question: how deep may a goroutine recurse, and what does its stack cost?
// Answer:   256 KiB by default, more with go_with(GO_ATTR(.stack_size = …)). Only pages that have been touched cost
//           memory, so a shallow goroutine has a page or two, however large the stack might get.
// Watch:    a stack does not move, so pointers into it stay good, but it cannot grow beyond its size either: the program
//           ends with "stack overflow" and a trace.
#include <gofer.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

// How many KiB of the `bytes` below p are in memory.
static long resident_below(const char *p, size_t bytes)
{
    unsigned char pages[512] = {0};
    size_t page = (size_t)sysconf(_SC_PAGESIZE), n = bytes / page;
    char *low = (char *)((uintptr_t)p / page * page) - n * page;
    long resident = 0;
    if (mincore(low, n * page, pages) == 0)
        for (size_t i = 0; i < n; i++)
            resident += pages[i] & 1;
    return resident * (long)page / 1024;
}

// Takes a kilobyte a level, and looks at it before and after, so that no compiler makes a loop of it.
static int dig(int depth)
{
    volatile char frame[1024];
    frame[depth % 1024] = (char)depth;
    int deeper = depth > 0 ? dig(depth - 1) + 1 : 0;
    frame[(depth + 1) % 1024] = frame[depth % 1024];
    return deeper;
}

static void measure(send_chan(go_unit) done)
{
    char here = 0;
    enum { LOOK = 512 * 1024 };
    long before = resident_below(&here, LOOK);
    int depth = dig(700);
    long after = resident_below(&here, LOOK);
    printf("shallow: less than 100 KiB: %s\n", before < 100 ? "yes" : "no");
    printf("recursed %d deep\n", depth);
    printf("deep: more than 400 KiB: %s\n", after > 400 ? "yes" : "no");
    chan_send(done, GO_UNIT);
}

int main(void)
{
    chan(go_unit) done = chan_make(go_unit);
    go_with(GO_ATTR(.name = "digger", .stack_size = 1 << 20), measure, done);
    chan_recv(done);
    chan_free(done);
    return 0;
}
