// SPDX-License-Identifier: MIT
// An object is given back to the pool and written to once more, while the next one has it already. Fixed: the put
// comes last.
#include "observe.h"

#include <gofer.h>

struct buffer {
    int n;
};

static go_pool pool = GO_POOL(.size = sizeof(struct buffer));

static void work(chan(go_unit) meet)
{
    struct buffer *b = go_pool_get(&pool);
    b->n++;
    OBSERVE(b->n);
    chan_recv(meet);
    b->n++;
    OBSERVE(b->n);
    go_pool_put(&pool, b);
}

int main(void)
{
    go_waitgroup wg = {0};
    go_maxprocs(1); // the pool keeps objects by processor
    chan(go_unit) meet = chan_make(go_unit, 1);
    struct buffer *b = go_pool_get(&pool);
#ifdef FIXED
    b->n = 1;
    go_pool_put(&pool, b);
    go_waitgroup_go(&wg, work, meet);
    chan_send(meet, GO_UNIT);
#else
    go_pool_put(&pool, b);
    go_waitgroup_go(&wg, work, meet);
    chan_send(meet, GO_UNIT);
    b->n = 1;
#endif
    go_waitgroup_wait(&wg);
    go_pool_drain(&pool);
    chan_free(meet);
    return 0;
}
