// SPDX-License-Identifier: MIT
// Question: how do many goroutines share a stack without a lock?
// Answer:   go_lfstack: a push or pop is one wide compare-and-swap, tried again if somebody was quicker. Somebody always
//           gets on, even if a goroutine is stopped in the middle of an operation.
// Watch:    lock-free is not the same as fast: under contention everybody swaps in vain. Use it for what must never wait,
//           and measure it against a mutex. aba.c shows what it takes to be right.
#include <gofer.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

enum { USERS = 4, EACH = 1000 };

static void push_and_pop(go_lfstack *s, int user, atomic_long *sum)
{
    for (int i = 0; i < EACH; i++) {
        void *p;
        go_lfstack_push(s, (void *)(intptr_t)(user * EACH + i + 1));
        if (i % 2 && go_lfstack_pop(s, &p))
            atomic_fetch_add(sum, (long)(intptr_t)p);
    }
}

int main(void)
{
    go_lfstack s = {0};
    atomic_long sum = 0;
    go_waitgroup wg = {0};
    for (int user = 0; user < USERS; user++)
        go_waitgroup_go(&wg, push_and_pop, &s, user, &sum);
    go_waitgroup_wait(&wg);

    int left = 0;
    for (void *p; go_lfstack_pop(&s, &p); left++)
        atomic_fetch_add(&sum, (long)(intptr_t)p);
    printf("%d left; each value came out once: %s\n", left,
           sum == (long)USERS * EACH * (USERS * EACH + 1) / 2 ? "yes" : "no");
    go_lfstack_free(&s);
    return 0;
}
