// SPDX-License-Identifier: MIT
// The choice of a select, in up to four steps, each dearer than the one before:
//
//   1. A look at every case without locks. Those that look ready are tried, in random order, each under the lock of
//      its channel alone. Usually that is the end of it.
//   2. A select that does not block, with one case: the look has decided.
//   3. With several: it must be judged at one instant that none is ready. All channels but one are locked, in the order
//      of their addresses, and looked at again; what is locked stands still while the last one is looked at.
//   4. A select that blocks: all are locked, tried again, and waited for (park.c).
//
// A look without the lock sees one instant. It reads the one field that says "not ready", by the invariants of
// chan/chan.h, and after it, with acquire, that the channel is open: a channel never opens again, so it was open, and not
// ready, at the moment of the first read. (Go's chanrecv, fast path.)
//
// Fairness: the draw is among the cases that are ready, so gaps between them do not count, and a channel has the weight
// of its cases.
#include "select/select.h"

#include "os/os.h"
#include "panic/misuse.h"
#include "sched/limit.h"

#include <stdlib.h>

// --- Looking ---

static inline bool is_closed(const struct go_chan *c)
{
    return __atomic_load_n(&c->closed, __ATOMIC_RELAXED); // after the acquire load of its caller
}

static inline bool looks_empty(const struct gf_list *queue)
{
    // Acquire: the look at `closed` comes after it.
    return __atomic_load_n(&queue->next, __ATOMIC_ACQUIRE) == queue;
}

static inline uint64_t look_at_count(const struct go_chan *c)
{
    return __atomic_load_n(&c->count, __ATOMIC_ACQUIRE); // as looks_empty
}

// False: there is an instant within this call at which the case was not ready. True: it may be. Thread sanitizer sees
// the fields written under the lock and would call the look a race; there it is always "maybe".
static inline bool looks_ready(const struct go_case_ *k)
{
    const struct go_chan *c = k->chan;
    bool idle;
    if (GF_TSAN)
        return true;
    if (gf_case_sends(k))
        idle = c->cap ? look_at_count(c) == c->cap : looks_empty(&c->receivers);
    else
        idle = c->cap ? look_at_count(c) == 0 : looks_empty(&c->senders);
    return !idle || is_closed(c);
}

// Notes which cases look ready, and returns how many.
static inline uint32_t look_around(struct gf_select *s)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        // Written always and kept if it counts: no branch to mispredict.
        s->ready[n] = i;
        n += looks_ready(&s->cases[i]);
    }
    return n;
}

// Takes one of the n cases that look ready, at random.
static inline struct go_case_ *draw(struct m *m, struct gf_select *s, uint32_t n)
{
    uint32_t at = n > 1 ? gf_random_below(m, n) : 0;
    struct go_case_ *k = &s->cases[s->ready[at]];
    s->ready[at] = s->ready[n - 1];
    return k;
}

// --- Trying ---

// Under the lock of the channel: does the operation if it needs no waiting.
static inline bool try_case(struct go_case_ *k, struct gf_select_result *r)
{
    gf_select_race_begins(k);
    if (gf_case_sends(k) ? !gf_chan_put(k->chan, k->slot, &r->wake, &r->closed)
                         : !gf_chan_get(k->chan, k->slot, &r->wake, &r->ok))
        return false;
    r->chosen = k;
    gf_select_race_done(k, k->chan->elem_size);
    return true;
}

// Step 1. From the unlock on, the channel of the chosen case may be gone.
static inline bool try_unlocked(struct m *m, struct gf_select *s, struct gf_select_result *r)
{
    for (uint32_t n = look_around(s); n > 0; n--) {
        struct go_case_ *k = draw(m, s, n);
        gf_solo_lock(m, &k->chan->lock, GF_RANK_CHAN);
        bool done = try_case(k, r);
        gf_unlock(&k->chan->lock);
        if (gf_likely(done))
            return true;
    }
    return false;
}

bool gf_select_try_locked(struct m *m, struct gf_select *s, struct gf_select_result *r)
{
    for (uint32_t n = look_around(s); n > 0; n--)
        if (try_case(draw(m, s, n), r))
            return true;
    return false;
}

// Step 3. False: at one instant no case was ready.
static bool try_at_one_instant(struct m *m, struct gf_select *s, struct gf_select_result *r)
{
    bool last_is_single = gf_select_order(s), done = false;
    uint32_t locked = last_is_single ? s->channels - 1 : s->channels;
    gf_select_lock(m, s, locked);
    if (look_around(s) > 0) {
        if (locked < s->channels)
            gf_solo_lock(m, &s->locks[locked++]->lock, GF_RANK_CHAN);
        done = gf_select_try_locked(m, s, r);
    }
    gf_select_unlock(s, locked);
    return done;
}

// --- Picking ---

// Whether it ends at once if no case is ready.
static inline bool never_blocks(const struct go_select_ *f, uint32_t flags)
{
    return (flags & GO_SELECT_DEFAULT) || ((flags & GO_SELECT_TIMEOUT) && f->timeout <= 0);
}

// What the second pass runs if no case has been chosen.
static inline uint32_t otherwise(const struct go_select_ *f, uint32_t flags)
{
    return flags & GO_SELECT_DEFAULT ? GO_CASE_DEFAULT_ : f->timeout_index;
}

// The monotonic moment at which the select gives up; INT64_MAX: never.
static inline int64_t deadline_of(const struct go_select_ *f, uint32_t flags)
{
    int64_t deadline;
    if (!(flags & GO_SELECT_TIMEOUT) || __builtin_add_overflow(gf_os_now(), f->timeout, &deadline))
        return INT64_MAX;
    return deadline;
}

// Parks until somebody has served one of the waiters, or the time has run out.
GF_ALWAYS_INLINE bool park(struct m **m, const struct gf_select *s)
{
    int64_t deadline = deadline_of(s->frame, s->flags);
    if (gf_likely(deadline == INT64_MAX)) {
        *m = gf_park(*m, NULL, GF_WAIT_SELECT, s);
        return true;
    }
    return gf_park_until(m, s->ticket, deadline, GF_WAIT_SELECT, s);
}

// The whole choice. Inlined, so that the park is near the program's own frame: each return on the way back from a
// switch is mispredicted.
GF_ALWAYS_INLINE void pick(struct gf_select *s, struct gf_select_result *r)
{
    struct m *m = gf_enter();
    bool blocks = !never_blocks(s->frame, s->flags);
    if (!try_unlocked(m, s, r)) {
        if (!blocks) {
            // A time-out that is over gives others their turn all the same, as waiting for it would have.
            if (!(s->flags & GO_SELECT_DEFAULT))
                m = gf_yield(m);
            try_at_one_instant(m, s, r);
        } else if (gf_select_queue(m, s, r)) {
            bool woken = park(&m, s);
            gf_select_unqueue(m, s, woken, r);
        }
    }
    if (r->wake)
        gf_ready(m, r->wake);
    gf_leave(m);
    if (gf_unlikely(s->holds_channels))
        gf_select_drop_channels(s);
}

// The rest of it, outside of the runtime; the chosen channel may be gone.
static inline uint32_t finish(struct go_select_ *f, uint32_t flags,
                              const struct gf_select_result *r)
{
    const struct go_case_ *k = r->chosen;
    uint32_t index = k ? k->what / 2 : otherwise(f, flags);
    if (k && k->ok) {
        *k->ok = r->ok;
        gf_race_wrote(k->ok, sizeof *k->ok);
    }
    gf_select_release(f, flags);
    if (gf_unlikely(r->closed))
        gf_panic_runtime("send on closed channel");
    return index;
}

GF_NOINLINE static uint32_t pick_few(struct go_select_ *f, uint32_t count, uint32_t flags)
{
    uint32_t ready[GO_SELECT_CASES];
    struct go_chan *locks[GO_SELECT_CASES];
    struct gf_select_waiter waiters[GO_SELECT_CASES];
    struct gf_select s = {.frame = f,
                          .cases = f->cases,
                          .count = count,
                          .flags = flags,
                          .ready = ready,
                          .locks = locks,
                          .waiters = waiters};
    struct gf_select_result r = {.chosen = NULL};
    pick(&s, &r);
    return finish(f, flags, &r);
}

GF_NOINLINE static uint32_t pick_many(struct go_select_ *f, uint32_t count, uint32_t flags)
{
    struct gf_select s = {
        .frame = f, .cases = gf_select_many_cases(f), .count = count, .flags = flags};
    struct gf_select_result r = {.chosen = NULL};
    char *room = malloc(count * (sizeof *s.waiters + sizeof *s.locks + sizeof *s.ready));
    if (!room)
        gf_fatal("out of memory (select)");
    s.waiters = (struct gf_select_waiter *)room;
    s.locks = (struct go_chan **)(s.waiters + count);
    s.ready = (uint32_t *)(s.locks + count);
    pick(&s, &r);
    free(room);
    return finish(f, flags, &r);
}

GF_NOINLINE static uint32_t pick_without_channels(struct go_select_ *f, uint32_t flags,
                                                  uint32_t all)
{
    if (!never_blocks(f, flags))
        gf_select_sleep(deadline_of(f, flags), all == 0);
    uint32_t index = otherwise(f, flags);
    gf_select_release(f, flags);
    return index;
}

// Step 3 for two cases, which is the usual number, on two channels: one lock. Whether neither is ready.
GF_NOINLINE static bool both_are_idle(const struct go_case_ *k)
{
    struct m *m = gf_enter();
    struct gf_lock *l = k[0].chan < k[1].chan ? &k[0].chan->lock : &k[1].chan->lock;
    gf_lock(l, GF_RANK_CHAN);
    bool idle = !looks_ready(&k[0]) && !looks_ready(&k[1]);
    gf_unlock(l);
    gf_leave(m);
    return idle;
}

// Whether no case is ready, of one or two. Step 2, without so much as entering the runtime.
static inline bool is_idle(const struct go_case_ *k, uint32_t count)
{
    if (looks_ready(&k[0]))
        return false;
    return count == 1 ||
           (count == 2 && !looks_ready(&k[1]) && k[0].chan != k[1].chan && both_are_idle(k));
}

uint32_t go_select_pick_(struct go_select_ *f, uint32_t count, uint32_t flags, uint32_t all)
{
    if (flags == GO_SELECT_DEFAULT && count > 0 && is_idle(f->cases, count))
        return GO_CASE_DEFAULT_;
    if (gf_unlikely(count == 0))
        return pick_without_channels(f, flags, all);
    gf_race_enter(__builtin_return_address(0));
    uint32_t index = gf_likely(count <= GO_SELECT_CASES) ? pick_few(f, count, flags)
                                                         : pick_many(f, count, flags);
    gf_race_exit();
    return index;
}
