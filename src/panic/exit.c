// SPDX-License-Identifier: MIT
// go_exit: the other road out of a goroutine that runs its deferred calls. It goes past every try: their marks are
// dropped first, so only a try inside a deferred call catches what that call raises, and then the exit goes on. Panics
// that were in flight are dropped, but freed only at the end, for a deferred call may have been bound to their texts.
#include "panic/panic.h"

#include <pthread.h>

void(go_exit)(void)
{
    struct g *g = gf_panic_self();
    if (gf_unlikely(gf_self()->blocking))
        go_blocking_end();
    g->flags |= GF_G_EXITING;
    g->tries = NULL;
    gf_panics_drop(g);
    gf_defers_run(g, NULL);
    gf_panics_release(g, NULL);
    if (g->flags & GF_G_THREAD) {
        g->flags &= (uint8_t)~GF_G_EXITING;
        pthread_exit(NULL);
    }
    gf_goexit(gf_enter());
}
