// SPDX-License-Identifier: MIT
// The collector's side of the epochs (epoch.h). One thread collects at a time; others leave it to that one, and come
// again with their next full bag. Two limbo lists are enough: when the epoch becomes e + 2, what went into limbo in e
// is freed, and its list serves e + 2.
#include "sched/epoch.h"

#include "os/os.h"

_Atomic(uint64_t) gf_epoch GF_ALIGNED_LINE = 1;

static struct {
    _Atomic(bool) busy;          // a lock that is only tried; acquire on taking, release on freeing
    struct gf_retired *limbo[2]; // [lock busy] by the parity of the epoch
} collector;

static bool begin(void)
{
    bool free = false;
    return gf_cas_acquire(&collector.busy, &free, true);
}

static void end(void)
{
    gf_store_release(&collector.busy, false);
}

// Puts a chain in front of another, which is nearly always empty: to look for the end costs a cache miss an object.
static void prepend(struct gf_retired **list, struct gf_retired *chain)
{
    if (!chain)
        return;
    if (*list) {
        struct gf_retired *last = chain;
        while (last->next)
            last = last->next;
        last->next = *list;
    }
    *list = chain;
}

static void empty_bag(struct m *m)
{
    prepend(&collector.limbo[gf_load_relaxed(&gf_epoch) & 1], m->bag); // relaxed: only we change it
    m->bag = NULL;
    m->bag_weight = 0;
}

// Whether a reader is still in an earlier epoch.
static bool reader_lags(uint64_t epoch)
{
    // Acquire: pairs with the release of new threads; the list only grows.
    for (struct m *m = gf_load_acquire(&gf_sched.all_ms); m; m = m->all_next) {
        uint64_t inside = gf_load_acquire(&m->inside); // pairs with the end of the section
        if (inside != 0 && inside != epoch)
            return true;
    }
    return false;
}

// Advances the epoch if possible, and adds to *garbage what has become free by that.
static bool advance(struct gf_retired **garbage)
{
    uint64_t epoch = gf_load_relaxed(&gf_epoch); // relaxed: as above
    if (gf_sched.has_membarrier)
        gf_os_membarrier(); // step 2 of the collector
    else
        gf_fence_seqcst();
    if (reader_lags(epoch))
        return false;
    struct gf_retired **old = &collector.limbo[(epoch + 1) & 1]; // in limbo since epoch - 1
    prepend(garbage, *old);
    *old = NULL;
    gf_store_release(&gf_epoch, epoch + 1); // pairs with the readers' acquire
    return true;
}

struct gf_retired *gf_epoch_collect(struct m *m)
{
    struct gf_retired *garbage = NULL;
    if (!begin())
        return NULL;
    empty_bag(m);
    advance(&garbage);
    end();
    return garbage;
}

static void pause_a_while(unsigned round)
{
    enum { YIELDS = 32, PAUSE_NS = 50000 };
    if (round < YIELDS)
        gf_os_thread_yield();
    else
        gf_os_sleep(PAUSE_NS);
}

struct gf_retired *gf_epoch_wait(struct m *m)
{
    struct gf_retired *garbage = NULL;
    for (unsigned round = 0; !begin(); round++)
        pause_a_while(round);
    empty_bag(m);
    // The epoch is read with the collector in our hands: so each step to come makes its barrier after
    // what the caller has unlinked.
    uint64_t until = gf_load_relaxed(&gf_epoch) + 2;
    // A reader that lags has lost its processor to the system, in the middle of a short section.
    for (unsigned round = 0; gf_load_relaxed(&gf_epoch) < until; round++)
        if (!advance(&garbage))
            pause_a_while(round);
    end();
    return garbage;
}

void gf_retired_free(struct gf_retired *chain)
{
    while (chain)
        chain = chain->free(chain);
}
