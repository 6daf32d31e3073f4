// SPDX-License-Identifier: MIT
// The first look at the pointer is outside of the lock, so it may see the object before its fields. Fixed: the first
// look is an atomic load, the publication an atomic store.
#include "observe.h"

#include <gofer.h>
#include <stdlib.h>

struct config {
    int port;
};

static go_mutex mutex;
static struct config *config;

#ifdef FIXED
#define LOOK() __atomic_load_n(&config, __ATOMIC_ACQUIRE)
#define PUBLISH(c) __atomic_store_n(&config, c, __ATOMIC_RELEASE)
#else
#define LOOK() config
#define PUBLISH(c) (config = (c))
#endif

static void use(void)
{
    if (!LOOK()) {
        go_mutex_lock(&mutex);
        if (!LOOK()) {
            struct config *c = malloc(sizeof *c);
            c->port = 80;
            PUBLISH(c);
        }
        go_mutex_unlock(&mutex);
    }
    OBSERVE(LOOK()->port);
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, use);
    go_waitgroup_go(&wg, use);
    go_waitgroup_wait(&wg);
    return 0;
}
