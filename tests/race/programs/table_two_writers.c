// SPDX-License-Identifier: MIT
// Two goroutines store different keys into one hash table without a lock, as with Go's built-in map; they meet in the
// count. Fixed: one lock around each store.
#include <gofer.h>

enum { SLOTS = 32 };
struct table {
    go_mutex mutex;
    int key[SLOTS], value[SLOTS];
    int count;
};

static void store(struct table *t, int key, int value)
{
#ifdef FIXED
    go_mutex_lock(&t->mutex);
#endif
    int i = key % SLOTS;
    t->key[i] = key;
    t->value[i] = value;
    t->count++;
#ifdef FIXED
    go_mutex_unlock(&t->mutex);
#endif
}

int main(void)
{
    static struct table t;
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, store, &t, 1, 10);
    go_waitgroup_go(&wg, store, &t, 2, 20);
    go_waitgroup_wait(&wg);
    return 0;
}
