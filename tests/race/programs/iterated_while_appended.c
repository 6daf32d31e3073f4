// SPDX-License-Identifier: MIT
// One goroutine walks a list's elements by index while another appends: the bound and the new elements race. Fixed:
// the walk is over a snapshot of the length, taken under the lock, for elements never change.
#include "observe.h"

#include <gofer.h>

static go_mutex mutex;
static int items[32];
static int count = 4;

static void append(int v)
{
    go_mutex_lock(&mutex);
    items[count++] = v;
    go_mutex_unlock(&mutex);
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, append, 1);
#ifdef FIXED
    go_mutex_lock(&mutex);
    int n = count;
    go_mutex_unlock(&mutex);
    for (int i = 0; i < n; i++)
#else
    for (int i = 0; i < count; i++)
#endif
        OBSERVE(items[i]);
    go_waitgroup_wait(&wg);
    return 0;
}
