// SPDX-License-Identifier: MIT
// A ring with a head and a tail works without a lock, its author believes, for each index has one writer; but the
// other side reads it. Fixed: the indices are atomic.
#include "observe.h"

#include <gofer.h>

enum { ROOM = 8 };
#ifdef FIXED
#define INDEX _Atomic(unsigned)
#else
#define INDEX unsigned
#endif

static int ring[ROOM];
static INDEX head, tail;

static void produce(void)
{
    for (int i = 0; i < ROOM; i++) {
        ring[tail % ROOM] = i;
        tail++;
    }
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, produce);
    for (int tries = 0; head < ROOM && tries < 1000; tries++) {
        if (head != tail) {
            OBSERVE(ring[head % ROOM]);
            head++;
        }
        go_yield();
    }
    go_waitgroup_wait(&wg);
    return 0;
}
