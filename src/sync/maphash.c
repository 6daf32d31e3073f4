// SPDX-License-Identifier: MIT
// The secret that keys the hash of all maps (maphash.h): drawn from the system at the first use of a map. Threads that
// come at the same time wait for the one that draws.
#include "sync/maphash.h"

#include "base/assert.h"
#include "os/os.h"

struct gf_map_secret gf_map_secret;

void gf_map_secret_draw(void)
{
    static _Atomic(bool) drawing; // relaxed: only who is first matters; `ready` orders the rest
    if (!gf_xchg_relaxed(&drawing, true)) {
        if (gf_os_random(gf_map_secret.bytes, sizeof gf_map_secret.bytes) != 0)
            gf_fatal("the system has no random numbers (getrandom)");
        gf_store_release(&gf_map_secret.ready, true);
        return;
    }
    while (!gf_load_acquire(&gf_map_secret.ready)) // pairs with the release above
        gf_os_thread_yield();
}
