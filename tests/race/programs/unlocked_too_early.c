// SPDX-License-Identifier: MIT
// The critical section computes with a copy and writes the sum back after the unlock. Fixed: the write is inside.
#include <gofer.h>

static go_mutex mutex;
static int total;

static void add(int n)
{
    go_mutex_lock(&mutex);
    int sum = total + n;
#ifdef FIXED
    total = sum;
    go_mutex_unlock(&mutex);
#else
    go_mutex_unlock(&mutex);
    total = sum;
#endif
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, add, 1);
    go_waitgroup_go(&wg, add, 2);
    go_waitgroup_wait(&wg);
    return 0;
}
