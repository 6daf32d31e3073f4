// SPDX-License-Identifier: MIT
// Memory below the stack pointers of goroutines that stay parked goes back to the system, so that a deep call does not
// hold its pages for ever. A goroutine that nobody can wake meanwhile is needed for that, for it would write there at
// once; rather than have each switch look for it, which every program would pay for, the world is stopped for some
// microseconds now and then (stw.c), and only if there is something to give back.
//
// The monitor starts a pass, a hidden goroutine, a second after the last one, or so much later that passes take no more
// than a hundredth of the time; but only if goroutines have parked since, or the last pass left some that were too young. So
// a program that has become idle sleeps for good after one or two. A pass looks at all goroutines
// without stopping anybody, a few hundred at a time, and gives back the stacks of those that have been parked for a
// second, at most 64 a stop. While others compute it makes long pauses in between. What it has given back it does not
// try again before the goroutine has run: it keeps the time of the park, by the number of the slot.
//
// Rejected: looking with mincore whether there are pages at all, which costs as much as giving them back.
#include "sched/internal.h"

#include "mem/slab.h"
#include "sched/limit.h"
#include "sched/race.h"
#include "sched/start.h"

#include <stdlib.h>

enum { AGE_MS = 1000, BATCH = 64, LOOKS = 512, MOST_STOPPED_NS = 100000, PAUSE_NS = 50000000 };
enum { MOST_PERCENT = 1 }; // of the time, for passes

static struct {
    _Atomic(bool) at_work;   // a pass is; acquire and release hand over what belongs to it
    _Atomic(bool) left;      // the last one has left something; relaxed: a hint
    _Atomic(uint64_t) parks; // how many there had been when the last one ended; relaxed: a hint
    _Atomic(int64_t) next;   // no pass before; relaxed: a hint
    _Atomic(uint64_t) count; // stacks trimmed so far; relaxed: a statistic
    int64_t age;             // [const] for how long a goroutine must have been parked
    uint32_t
        *parked_at; // [owner pass] of the slots, when it was parked that was trimmed last; 0: never
    uint32_t slots; // [owner pass] of that array
} trim;

enum verdict { LEAVE, TOO_YOUNG, TRIM };

// About a millisecond, never 0.
static uint32_t stamp(int64_t since)
{
    return (uint32_t)(since >> 20) | 1;
}

// Relaxed, all of it: it may be just waking up, which is looked at again with the world stopped.
GF_RACY_BY_DESIGN static enum verdict judge(const struct g *g, int64_t now)
{
    const uint8_t others = GF_G_MAIN | GF_G_THREAD | GF_G_SYSTEM | GF_G_FRESH;
    int64_t since = gf_load_relaxed(&g->since);
    if (gf_load_relaxed(&g->status) != GF_WAITING || (g->flags & others) || !g->stack_low ||
        gf_load_relaxed(&g->on_cpu) || trim.parked_at[g->slot] == stamp(since))
        return LEAVE;
    return now - since < trim.age ? TOO_YOUNG : TRIM;
}

// To the race detector: pages that are gone do not show any more, when the stack serves another, that they had a past.
static void forget_unused(const struct g *g)
{
    size_t unused = (size_t)((const char *)g->sp - g->stack_low);
    gf_race_forget(g->stack_low, unused & ~(gf_os_page_size() - 1)); // below the page in use
}

// With the world stopped, until it has taken too long. Returns how many it has seen to.
static int trim_all(struct g *const *found, int n)
{
    int64_t begin = gf_os_now();
    for (int i = 0; i < n; i++) {
        struct g *g = found[i];
        if (i > 0 && gf_os_now() - begin > MOST_STOPPED_NS)
            return i;
        if (judge(g, begin) != TRIM)
            continue;
        forget_unused(g);
        gf_stack_trim(g->stack_low, g->sp);
        trim.parked_at[g->slot] =
            stamp(gf_load_relaxed(&g->since)); // relaxed: the world is stopped
        gf_add_relaxed(&trim.count, 1);
    }
    return n;
}

static bool others_are_busy(void)
{
    return gf_load_relaxed(&gf_sched.idle_p_count) + 1 < gf_load_relaxed(&gf_sched.procs);
}

static struct m *pause_between(struct m *m)
{
    if (others_are_busy()) {
        gf_park_until(&m, gf_claim_ticket(m->g), gf_os_now() + PAUSE_NS, GF_WAIT_SLEEP, NULL);
        return m;
    }
    return gf_yield(m);
}

static uint64_t parks_so_far(void)
{
    uint64_t n = 0;
    for (int i = 0; i < gf_p_count(); i++)
        n += gf_load_relaxed(&gf_p_at(i)->n_parks); // relaxed: a hint
    return n;
}

// The slots from `slot` on; returns where to go on. *left is set if there is more to be done later; *spent grows.
static uint32_t look(struct m **m, uint32_t slot, uint32_t end, bool *left, int64_t *spent)
{
    struct g *found[BATCH];
    int n = 0;
    int64_t now = gf_os_now();
    for (uint32_t stop = slot + LOOKS; slot < end && slot < stop && n < BATCH; slot++) {
        struct g *g = gf_slab_at(slot);
        enum verdict v = judge(g, now);
        if (v == TRIM)
            found[n++] = g;
        *left |= v == TOO_YOUNG;
    }
    if (n > 0) {
        *m = gf_world_stop(*m);
        int done = trim_all(found, n);
        gf_world_start(*m);
        if (done < n)
            slot = found[done]->slot;
    }
    *spent += gf_os_now() - now;
    *m = pause_between(*m);
    return slot;
}

static bool make_room(uint32_t slots)
{
    if (slots <= trim.slots)
        return true;
    uint32_t *larger = realloc(trim.parked_at, slots * sizeof *larger);
    if (!larger)
        return false;
    for (uint32_t i = trim.slots; i < slots; i++)
        larger[i] = 0;
    trim.parked_at = larger;
    trim.slots = slots;
    return true;
}

static void pass(void)
{
    struct m *m = gf_enter();
    uint32_t slots = gf_slab_count();
    bool left = false;
    int64_t spent = 0;
    if (make_room(slots))
        for (uint32_t slot = 0; slot < slots;)
            slot = look(&m, slot, slots, &left, &spent);
    int64_t rest = spent * (100 / MOST_PERCENT) > trim.age ? spent * (100 / MOST_PERCENT)
                                                           : trim.age;
    gf_store_relaxed(&trim.left, left);
    gf_store_relaxed(&trim.parks, parks_so_far());
    gf_store_relaxed(&trim.next, gf_os_now() + rest);
    gf_store_release(&trim.at_work, false); // pairs with the acquire in gf_trim_look
    gf_leave(m);
}

void gf_trim_init(void)
{
    long ms = gf_debug_key("trim");
    trim.age = (int64_t)(ms > 0 ? ms : AGE_MS) * 1000000;
    gf_store_relaxed(&trim.next, gf_os_now() + trim.age);
}

static bool is_wanted(void)
{
    return (gf_load_relaxed(&trim.left) || parks_so_far() != gf_load_relaxed(&trim.parks)) &&
           gf_live_goroutines() > 1 && gf_sched.has_membarrier;
}

int64_t gf_trim_due(void)
{
    return is_wanted() ? gf_load_relaxed(&trim.next) : INT64_MAX;
}

void gf_trim_look(struct m *self, int64_t now)
{
    if (now < gf_load_relaxed(&trim.next) || gf_load_acquire(&trim.at_work) || !is_wanted())
        return;
    struct go_call call = {.fn = (void *)pass};
    gf_store_relaxed(&trim.at_work, true); // relaxed: the spawn hands it over
    gf_spawn(self, &call, NULL, NULL, true);
}

uint64_t gf_trim_count(void)
{
    return gf_load_relaxed(&trim.count);
}
