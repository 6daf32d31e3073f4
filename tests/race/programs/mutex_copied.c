// SPDX-License-Identifier: MIT
// The struct with its mutex is passed by value, so each goroutine locks a copy of its own: the mutex by value of
// Uber's study. Fixed: the pointer is passed.
#include <gofer.h>

struct counter {
    go_mutex mutex;
    int *n;
};

static void bump(struct counter *c)
{
    go_mutex_lock(&c->mutex);
    ++*c->n;
    go_mutex_unlock(&c->mutex);
}

__attribute__((unused)) static void work(struct counter c)
{
    bump(&c);
}

int main(void)
{
    int n = 0;
    struct counter c = {.n = &n};
    go_waitgroup wg = {0};
    for (int i = 0; i < 2; i++) {
#ifdef FIXED
        go_waitgroup_go(&wg, bump, &c);
#else
        go_waitgroup_go(&wg, work, c);
#endif
    }
    go_waitgroup_wait(&wg);
    return 0;
}
