// SPDX-License-Identifier: MIT
// The slow road of the runtime's lock: spin a little, for the holder is a few instructions from its unlock; then
// give the processor away, for the holder has lost its own to the operating system. And, in debug builds, the list
// of locks that each thread holds, with which lockrank.h's order is checked at every acquisition.
#include "base/lock.h"

#include "os/os.h"
#include "sched/m.h"

enum { SPINS = 64, YIELDS = 32, PAUSE_NS = 50000 };

void gf_lock_slow(struct gf_lock *l)
{
    struct m *m = gf_self();
    if (m)
        gf_arch_count(&m->clashes);
    for (unsigned round = 0;; round++) {
        for (int i = 0; i < SPINS; i++) {
            uint32_t free = 0;
            // Relaxed: only the compare-and-swap that succeeds orders anything.
            if (gf_load_relaxed(&l->word) == 0 && gf_cas_acquire(&l->word, &free, 1))
                return;
            gf_arch_pause();
        }
        if (round < YIELDS)
            gf_os_thread_yield();
        else
            gf_os_sleep(PAUSE_NS);
    }
}

#if GF_DEBUG
// Whether the lock may be taken after the last one that is held.
static bool in_order(const struct m *m, const struct gf_lock *l, enum gf_rank rank)
{
    if (m->held_count == 0)
        return true;
    uint32_t top = m->held_count - 1;
    if (m->held_rank[top] != rank)
        return m->held_rank[top] < rank;
    return (rank == GF_RANK_SEMA || rank == GF_RANK_CHAN) && (const void *)l > m->held[top];
}

void gf_lockrank_push(const struct gf_lock *l, enum gf_rank rank)
{
    struct m *m = gf_self();
    if (!m)
        return;
    if (!in_order(m, l, rank))
        gf_throw("locks taken in the wrong order");
    // A select over very many channels holds more locks than the list has room for; the order of those is checked
    // against the last one that is in it.
    if (m->held_count < sizeof m->held / sizeof *m->held) {
        m->held[m->held_count] = l;
        m->held_rank[m->held_count++] = (uint8_t)rank;
    }
}

void gf_lockrank_pop(const struct gf_lock *l)
{
    struct m *m = gf_self();
    if (!m)
        return;
    for (uint32_t i = m->held_count; i-- > 0;) {
        if (m->held[i] != l)
            continue;
        for (; i + 1 < m->held_count; i++) {
            m->held[i] = m->held[i + 1];
            m->held_rank[i] = m->held_rank[i + 1];
        }
        m->held_count--;
        return;
    }
}
#endif
