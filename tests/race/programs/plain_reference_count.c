// SPDX-License-Identifier: MIT
// The last user frees the object, and who is last is found by a plain counter. Fixed: the counter is atomic.
#include <gofer.h>
#include <stdlib.h>

struct object {
#ifdef FIXED
    _Atomic(int) refs;
#else
    int refs;
#endif
};

static void drop(struct object *o)
{
    if (--o->refs == 0)
        free(o);
}

int main(void)
{
    go_waitgroup wg = {0};
    struct object *o = malloc(sizeof *o);
    o->refs = 3;
    go_waitgroup_go(&wg, drop, o);
    go_waitgroup_go(&wg, drop, o);
    go_waitgroup_wait(&wg);
    drop(o);
    return 0;
}
