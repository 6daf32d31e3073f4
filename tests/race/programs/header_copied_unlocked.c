// SPDX-License-Identifier: MIT
// The appends are locked, but the array's header (pointer and length) is copied as an argument without the lock: the
// slice that is passed by value in Uber's study. Fixed: it is copied under the lock.
#include "observe.h"

#include <gofer.h>

struct slice {
    int *at;
    size_t n;
};

static go_mutex mutex;
static int room[16];
static struct slice results = {room, 0};

static void append(int v)
{
    go_mutex_lock(&mutex);
    results.at[results.n] = v;
    results.n++;
    go_mutex_unlock(&mutex);
}

static size_t count(struct slice s)
{
    return s.n;
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, append, 1);
#ifdef FIXED
    go_mutex_lock(&mutex);
#endif
    struct slice copy = results;
#ifdef FIXED
    go_mutex_unlock(&mutex);
#endif
    go_waitgroup_wait(&wg);
    OBSERVE(count(copy));
    return 0;
}
