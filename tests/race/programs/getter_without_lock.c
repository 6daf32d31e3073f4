// SPDX-License-Identifier: MIT
// The setter locks and the getter does not, for "it is only one word": partial locking. Fixed: the getter locks as
// well.
#include "observe.h"

#include <gofer.h>

struct box {
    go_mutex mutex;
    int value;
};

static void set(struct box *b, int v)
{
    go_mutex_lock(&b->mutex);
    b->value = v;
    go_mutex_unlock(&b->mutex);
}

static int get(struct box *b)
{
#ifdef FIXED
    go_mutex_lock(&b->mutex);
    defer(go_mutex_unlock, &b->mutex);
#endif
    return b->value;
}

int main(void)
{
    struct box b = {0};
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, set, &b, 1);
    int seen = get(&b);
    go_waitgroup_wait(&wg);
    OBSERVE(seen);
    return 0;
}
