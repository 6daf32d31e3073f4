// SPDX-License-Identifier: MIT
// The getter locks, but returns a pointer into the guarded struct, which the caller reads without the lock. Fixed: it
// returns a copy.
#include "observe.h"

#include <gofer.h>

struct point {
    int x, y;
};

static go_mutex mutex;
static struct point position;

static void move(void)
{
    go_mutex_lock(&mutex);
    position.x++;
    position.y++;
    go_mutex_unlock(&mutex);
}

#ifdef FIXED
static struct point where(void)
{
    go_mutex_lock(&mutex);
    defer(go_mutex_unlock, &mutex);
    return position;
}
#define X_OF(p) ((p).x)
#else
static struct point *where(void)
{
    go_mutex_lock(&mutex);
    defer(go_mutex_unlock, &mutex);
    return &position;
}
#define X_OF(p) ((p)->x)
#endif

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, move);
    int x = X_OF(where());
    go_waitgroup_wait(&wg);
    OBSERVE(x);
    return 0;
}
