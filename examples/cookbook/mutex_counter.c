// SPDX-License-Identifier: MIT
// Question: several goroutines change the same variable. How do they not lose updates?
// Answer:   lock a go_mutex around each access. The zero value is ready to use. defer unlocks on every way out.
// Watch:    c->value++ is three steps, load, add and store; without the lock two goroutines do them at the same time and
//           one of the additions is lost. Keep the locked part short, and never block in it.
#include <gofer.h>
#include <stdio.h>

struct counter {
    go_mutex mutex;
    long value; // guarded by mutex
};

static void count(struct counter *c, int times)
{
    for (int i = 0; i < times; i++) {
        go_mutex_lock(&c->mutex);
        defer(go_mutex_unlock, &c->mutex); // at the end of this block, each time round
        c->value++;
    }
}

int main(void)
{
    struct counter c = {0};
    go_waitgroup wg = {0};
    for (int i = 0; i < 100; i++)
        go_waitgroup_go(&wg, count, &c, 1000);
    go_waitgroup_wait(&wg);
    printf("%ld\n", c.value);
    return 0;
}
