// SPDX-License-Identifier: MIT
// A panic leaves a function with the lock; who has caught it takes the lock again. The trace that the panic carried is made
// on a stack of the runtime's, which must not keep the way to the lock.
// leaks: 1
#include <gofer.h>
#include <stdlib.h>

struct account {
    go_mutex lock;
    int balance;
};

static void withdraw(struct account *a, int n)
{
    go_mutex_lock(&a->lock);
#ifdef FIXED
    defer(go_mutex_unlock, &a->lock);
#endif
    if (n > a->balance)
        go_panic("overdrawn");
    a->balance -= n;
}

static void try_twice(struct account *a)
{
    go_try {
        withdraw(a, 1);
    }
    go_catch(p) {
        (void)p;
    }
    go_mutex_lock(&a->lock);
    go_mutex_unlock(&a->lock);
}

static __attribute__((noinline)) void plant(void)
{
    struct account *a = calloc(1, sizeof *a);
    go(try_twice, a);
}

int main(void)
{
    plant();
    go_sleep(GO_MILLISECOND);
    return 0;
}
