// SPDX-License-Identifier: MIT
// The timer heaps: one a processor, 4-ary, for that is shallower than a binary one and its four children share a
// cache line or two. Each slot repeats its timer's deadline, so that sifting reads the array only.
//
// Where a timer is. t->heap is the heap it was last armed in, and stays so after it has fired: fire runs under that
// heap's lock, so a stop that takes the lock has waited for it. t->index is its slot, or says that it is in none, or
// that it is on its way into another heap, or into its own once that has grown; only the holder of t->heap's lock may believe it.
//
// Growing: the memory is fetched without the lock, for nothing may be allocated under it; then all is looked at again.
#include "sched/timerheap.h"

#include "os/os.h"
#include "sched/race.h"
#include "sched/sched.h"
#include "sched/solo.h"

#include <stdlib.h>
#include <string.h>

enum { FEWEST_SLOTS = 16, CHILDREN = 4, MOST_CHECKED = 256 };
enum { LARGE = 4096, AHEAD = 8 }; // slots
#define NOWHERE UINT32_MAX
#define MOVING (UINT32_MAX - 1)

static inline void lock_heap(struct gf_timers *h)
{
    gf_solo_lock(gf_self(), &h->lock, GF_RANK_TIMERS);
}

static inline void place(struct gf_timers *h, uint32_t i, struct gf_timer_slot s)
{
    h->slots[i] = s;
    s.timer->index = i;
}

static void sift_up(struct gf_timers *h, uint32_t i, struct gf_timer_slot s)
{
    while (i > 0) {
        uint32_t parent = (i - 1) / CHILDREN;
        if (h->slots[parent].when <= s.when)
            break;
        place(h, i, h->slots[parent]);
        i = parent;
    }
    place(h, i, s);
}

static uint32_t earliest_child(const struct gf_timers *h, uint32_t i)
{
    uint32_t first = i * CHILDREN + 1, best = first;
    for (uint32_t c = first + 1; c < first + CHILDREN && c < h->count; c++)
        if (h->slots[c].when < h->slots[best].when)
            best = c;
    return best;
}

static void sift_down(struct gf_timers *h, uint32_t i, struct gf_timer_slot s)
{
    while (i * CHILDREN + 1 < h->count) {
        uint32_t child = earliest_child(h, i);
        if (s.when <= h->slots[child].when)
            break;
        place(h, i, h->slots[child]);
        i = child;
    }
    place(h, i, s);
}

// Large heaps are taken on trust: a look at all of it at each step would make debug builds useless.
__attribute__((unused)) static bool heap_is_valid(const struct gf_timers *h)
{
    for (uint32_t i = 0; i < h->count && h->count <= MOST_CHECKED; i++)
        if (h->slots[i].timer->index != i || h->slots[i].timer->when != h->slots[i].when ||
            (i > 0 && h->slots[(i - 1) / CHILDREN].when > h->slots[i].when))
            return false;
    return true;
}

static inline void publish_first(struct gf_timers *h)
{
    // Relaxed: whoever arms an earlier timer wakes the watcher after a fence (sched/watch.c).
    gf_store_relaxed(&h->first, h->count ? h->slots[0].when : INT64_MAX);
}

// Returns whether that is news for the watcher.
static bool insert(struct gf_timers *h, struct gf_timer *t)
{
    struct gf_timer_slot s = {t->when, t};
    gf_assert(h->count < h->room);
    sift_up(h, h->count++, s);
    if (t->index != 0)
        return false;
    // Relaxed, all: see publish_first.
    gf_store_relaxed(&h->first, s.when);
    bool news = s.when < gf_load_relaxed(&h->watched);
    if (news)
        gf_store_relaxed(&h->watched, s.when);
    return news;
}

// The timer that fills a gap is touched for its index, a cache miss in a large heap: fetches the one that fills a later
// gap.
static inline void prefetch_last(const struct gf_timers *h)
{
    if (h->count > LARGE)
        __builtin_prefetch(&h->slots[h->count - AHEAD].timer->index, 1);
}

static void take_out(struct gf_timers *h, uint32_t i)
{
    gf_assert(i < h->count);
    prefetch_last(h);
    h->slots[i].timer->index = NOWHERE;
    struct gf_timer_slot last = h->slots[--h->count];
    if (i == h->count)
        return;
    // The last one fills the gap: it may belong further up or further down.
    if (i > 0 && last.when < h->slots[(i - 1) / CHILDREN].when)
        sift_up(h, i, last);
    else
        sift_down(h, i, last);
}

// The heap is locked, and locked again on return, but was not in between.
GF_COLD static void make_room(struct gf_timers *h)
{
    uint32_t room = h->room ? h->room * 2 : FEWEST_SLOTS;
    gf_unlock(&h->lock);
    struct gf_timer_slot *slots = malloc(room * sizeof *slots), *old = slots;
    if (!slots)
        gf_fatal("out of memory (timers)");
    gf_lock(&h->lock, GF_RANK_TIMERS);
    if (h->room < room) {
        old = h->slots;
        if (h->count)
            memcpy(slots, old, h->count * sizeof *slots);
        h->slots = slots;
        h->room = room;
    }
    gf_unlock(&h->lock);
    free(old);
    gf_lock(&h->lock, GF_RANK_TIMERS);
}

static void lock_with_room(struct gf_timers *h)
{
    lock_heap(h);
    while (gf_unlikely(h->count == h->room))
        make_room(h);
}

// The heap that a thread arms timers in. P 0 exists always, so threads that have no P use its heap.
static inline struct gf_timers *heap_of(struct m *m)
{
    return gf_p(m) ? &m->p->timers : &gf_p_at(0)->timers;
}

// The heap is locked, and has room for it.
static void arm_and_unlock(struct m *m, struct gf_timers *h, struct gf_timer *t)
{
    // Without a P it is for somebody to fire who may not be there yet.
    bool news = insert(h, t) || (t->index == 0 && !gf_p(m));
    int64_t when = t->when;
    gf_check_expensive(heap_is_valid(h));
    gf_unlock(&h->lock);
    // From here on it may have fired, and be gone.
    if (news)
        gf_watch_earlier(m, when);
}

void gf_timer_start(struct m *m, struct gf_timer *t)
{
    struct gf_timers *h = heap_of(m);
    lock_with_room(h);
    // Release: pairs with the acquire in lock_of, for a stop by another thread that only knows the timer.
    gf_store_release(&t->heap, h);
    arm_and_unlock(m, h, t);
}

// The heap of the timer, locked, once it is not on its way to another; NULL if it was never armed.
static struct gf_timers *lock_of(struct gf_timer *t)
{
    for (;;) {
        struct gf_timers *h = gf_load_acquire(&t->heap); // pairs with the release in gf_timer_start
        if (!h)
            return NULL;
        lock_heap(h);
        // It changes under the lock of the heap that it names. Acquire: it may have left this heap and come back since
        // the load above, and `index` is to be that of the return.
        if (gf_likely(gf_load_acquire(&t->heap) == h && t->index != MOVING))
            return h;
        gf_unlock(&h->lock);
        gf_arch_pause();
    }
}

struct gf_timers *gf_timer_take(struct gf_timer *t, bool *was_armed)
{
    struct gf_timers *h = lock_of(t);
    *was_armed = h && t->index != NOWHERE;
    if (*was_armed)
        take_out(h, t->index);
    return h;
}

void gf_timer_leave(struct gf_timers *h)
{
    publish_first(h);
    gf_check_expensive(heap_is_valid(h));
    gf_unlock(&h->lock);
}

void gf_timers_settle(struct m *m, struct gf_timers *h)
{
    // Relaxed: who lowers it later tells the watcher (sched/watch.c), which is who calls this.
    int64_t watched = gf_load_relaxed(&h->watched);
    if (watched == gf_load_relaxed(&h->first) || watched > gf_os_now())
        return;
    gf_solo_visit(m);
    gf_lock(&h->lock, GF_RANK_TIMERS);
    gf_store_relaxed(&h->watched, gf_load_relaxed(&h->first)); // relaxed, both: see publish_first
    gf_unlock(&h->lock);
    gf_solo_leave(m);
}

bool gf_timer_stop(struct gf_timer *t)
{
    bool was_armed;
    struct gf_timers *h = gf_timer_take(t, &was_armed);
    if (h)
        gf_timer_leave(h);
    return was_armed;
}

void gf_timer_put(struct m *m, struct gf_timers *h, struct gf_timer *t)
{
    struct gf_timers *own = heap_of(m);
    if (gf_unlikely(h != own || h->count == h->room)) {
        t->index = MOVING;
        // Release: pairs with the acquire in lock_of: who believes the new heap sees that it is on its way.
        gf_store_release(&t->heap, own);
        gf_timer_leave(h);
        lock_with_room(own);
    }
    arm_and_unlock(m, own, t);
}

// Arms a periodic timer again, for the next place on its grid that is not over yet.
static void advance(struct gf_timers *h, struct gf_timer *t, int64_t now)
{
    int64_t steps = (now - t->when) / t->period + 1;
    int64_t step;
    if (__builtin_mul_overflow(steps, t->period, &step) ||
        __builtin_add_overflow(t->when, step, &t->when))
        t->when = INT64_MAX;
    sift_down(h, 0, (struct gf_timer_slot){t->when, t});
}

// Fires the first timer, which is due. Returns whom it wakes.
static struct g *fire_first(struct m *m, struct gf_timers *h, int64_t now)
{
    struct gf_timer *t = h->slots[0].timer;
    if (t->period > 0)
        advance(h, t, now);
    else
        take_out(h, 0);
    // The last access to a timer that is not periodic: whoever is woken may free it.
    return t->fire(m, t, now);
}

// The first jumps the queue, as whoever is made ready does; the others, if any, follow at its end, in order.
static void make_ready(struct m *m, struct g *first)
{
    if (first->next)
        gf_ready_all(m, first->next);
    gf_ready(m, first);
}

int gf_timers_run(struct m *m, struct gf_timers *h, int64_t now)
{
    int n = 0;
    struct g *first = NULL, **last = &first;
    gf_race_mute(m);
    lock_heap(h);
    for (; h->count && h->slots[0].when <= now && now != INT64_MAX; n++) {
        struct g *g = fire_first(m, h, now);
        if (!g)
            continue;
        g->next = NULL;
        *last = g;
        last = &g->next;
    }
    publish_first(h);
    gf_check_expensive(heap_is_valid(h));
    gf_unlock(&h->lock);
    if (first)
        make_ready(m, first);
    gf_race_unmute(m);
    return n;
}

// Takes one timer out for the journey; NULL if there is none.
static struct gf_timer *depart(struct gf_timers *from, struct gf_timers *to)
{
    struct gf_timer *t = NULL;
    gf_lock(&from->lock, GF_RANK_TIMERS);
    if (from->count) {
        t = from->slots[from->count - 1].timer;
        take_out(from, from->count - 1);
        t->index = MOVING;
        gf_store_release(&t->heap, to); // as in gf_timer_put
        publish_first(from);
    }
    gf_unlock(&from->lock);
    return t;
}

// The world stands still, but threads without a P may stop timers meanwhile: they wait until one that is on its way
// has arrived. Two heaps are never locked at once.
void gf_timers_move(struct gf_timers *from, struct gf_timers *to)
{
    for (struct gf_timer *t; (t = depart(from, to));) {
        lock_with_room(to);
        insert(to, t);
        gf_unlock(&to->lock);
    }
}
