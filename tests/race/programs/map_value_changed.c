// SPDX-License-Identifier: MIT
// The map is safe for all, but not what its values point to: two goroutines load the same struct and add to it.
// Fixed: the struct has a lock.
#include <gofer.h>

struct entry {
    go_mutex mutex;
    int n;
};

static go_map map;

static void add(void)
{
    void *v;
    if (!go_map_load(&map, "key", &v))
        return;
    struct entry *e = v;
#ifdef FIXED
    go_mutex_lock(&e->mutex);
    defer(go_mutex_unlock, &e->mutex);
#endif
    e->n++;
}

int main(void)
{
    struct entry e = {.n = 0};
    go_waitgroup wg = {0};
    go_map_store(&map, "key", &e);
    go_waitgroup_go(&wg, add);
    go_waitgroup_go(&wg, add);
    go_waitgroup_wait(&wg);
    go_map_free(&map);
    return 0;
}
