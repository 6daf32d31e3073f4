// SPDX-License-Identifier: MIT
// Several goroutines append to one growing array: the length is read and written by all, as with Go's append in
// Uber's study. Fixed: the append is under the lock.
#include <gofer.h>

struct list {
    go_mutex mutex;
    size_t n;
    int at[64];
};

static void append(struct list *l, int v)
{
#ifdef FIXED
    go_mutex_lock(&l->mutex);
#endif
    l->at[l->n++] = v;
#ifdef FIXED
    go_mutex_unlock(&l->mutex);
#endif
}

int main(void)
{
    struct list l = {0};
    go_waitgroup wg = {0};
    for (int i = 0; i < 8; i++)
        go_waitgroup_go(&wg, append, &l, i);
    go_waitgroup_wait(&wg);
    return 0;
}
