// SPDX-License-Identifier: MIT
// An object is stored in the shared map first and filled in after that; a reader may find it half made. Fixed: it is
// stored when it is whole.
#include "observe.h"

#include <gofer.h>

struct object {
    int size;
};

static go_map map;

static void make(struct object *o)
{
#ifdef FIXED
    o->size = 10;
    go_map_store(&map, "o", o);
#else
    go_map_store(&map, "o", o);
    o->size = 10;
#endif
}

static void find(void)
{
    void *v;
    while (!go_map_load(&map, "o", &v))
        go_yield();
    struct object *o = v;
    OBSERVE(o->size);
}

int main(void)
{
    static struct object o;
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, make, &o);
    go_waitgroup_go(&wg, find);
    go_waitgroup_wait(&wg);
    go_map_free(&map);
    return 0;
}
