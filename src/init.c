// SPDX-License-Identifier: MIT
// The one file that knows all rooms: what starts with the runtime, in order, and which hooks of lower rooms lead to
// higher ones. No logic of its own.
#include "base/hooks.h"
#include "debug/debug.h"
#include "panic/panic.h"
#include "sched/start.h"

void gf_start_rooms(void)
{
    gf_debug_init();
    gf_panic_init();
}
