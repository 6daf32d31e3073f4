// SPDX-License-Identifier: MIT
// Question: can a goroutine that never calls anything starve the others?
// Answer:   no. One that computes for more than 10 ms while others wait is preempted, between any two instructions.
// Watch:    preemption can come anywhere, as with threads: what goroutines share needs a lock or an atomic, even on one
//           processor. A long computation needs no go_yield.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

static void spin(atomic_bool *stop, long *turns)
{
    while (!atomic_load_explicit(stop, memory_order_relaxed))
        ++*turns; // no call, no channel, nothing
}

int main(void)
{
    atomic_bool stop = false;
    long turns = 0;
    go_waitgroup wg = {0};
    go_maxprocs(1); // one processor: the loop has it all to itself
    go_waitgroup_go(&wg, spin, &stop, &turns);
    for (int i = 1; i <= 3; i++) {
        go_sleep(20 * GO_MILLISECOND);
        printf("main ran, %d\n", i);
    }
    atomic_store(&stop, true);
    go_waitgroup_wait(&wg);
    printf("the loop turned: %s\n", turns > 0 ? "yes" : "no");
    return 0;
}
