// SPDX-License-Identifier: MIT
// The maker: a thread that starts threads for the monitor, so that this one never waits for a lock of libc. Starting a
// thread takes malloc's locks and the dynamic linker's; their holder may be a goroutine that the monitor has had preempted,
// and that gets a processor again only if others, who may compute for ever, are preempted too. With the maker stuck in such
// a lock the monitor goes on: it gives processors to goroutines that have threads already (handoff.c), the holder among
// them, and when that has released its lock, the maker has it.
//
// A program that is never preempted has no maker; it is started before the first preemption, while no lock can be held by
// somebody who waits.
#include "sched/internal.h"

static const int64_t PAUSE_NS = 1000000; // while all threads are stopped

static struct {
    bool started;             // [owner] the monitor
    _Atomic(uint32_t) wanted; // 1: a thread is asked for; acquire and release
} maker;

static void *maker_main(void *arg)
{
    gf_m_become_helper(arg);
    for (;;) {
        // Acquire: pairs with the release in gf_maker_ask.
        while (gf_xchg_acquire(&maker.wanted, 0) == 0)
            gf_os_futex_wait(&maker.wanted, 0, INT64_MAX);
        while (!gf_helper_begin())
            gf_os_sleep(PAUSE_NS);
        gf_m_start_thread(
            gf_m_new()); // if the system refuses, preemption waits: the monitor asks again
        gf_helper_end();
    }
    return NULL;
}

bool gf_maker_start(void)
{
    if (gf_unlikely(!maker.started))
        maker.started = gf_m_start_helper(maker_main) == 0;
    return maker.started;
}

void gf_maker_ask(void)
{
    gf_store_release(&maker.wanted, 1); // pairs with the acquire in maker_main
    gf_os_futex_wake(&maker.wanted, 1);
}
