// SPDX-License-Identifier: MIT
// A bank account whose deposit is a plain addition, called by two goroutines: the missing lock, the largest class in
// both studies. Fixed: a mutex.
#include <gofer.h>

struct account {
    go_mutex mutex;
    long balance;
};

static void deposit(struct account *a, long amount)
{
#ifdef FIXED
    go_mutex_lock(&a->mutex);
    defer(go_mutex_unlock, &a->mutex);
#endif
    a->balance += amount;
}

int main(void)
{
    struct account a = {0};
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, deposit, &a, 5);
    go_waitgroup_go(&wg, deposit, &a, 7);
    go_waitgroup_wait(&wg);
    return 0;
}
