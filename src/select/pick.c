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
    if (gf_case_sends(k) ? !gf_chan_put(k->chan, k->slot, &r->wake, &r->closed)
                         : !gf_chan_get(k->chan, k->slot, &r->wake, &r->ok))
        return false;
    r->chosen = k;
    return true;
}

// Step 1. From the unlock on, the channel of the chosen case may be gone.
static inline bool try_unlocked(struct m *m, struct gf_select *s, struct gf_select_result *r)
{
    for (uint32_t n = look_around(s); n > 0; n--) {
        struct go_case_ *k = draw(m, s, n);
        gf_lock(&k->chan->lock, GF_RANK_CHAN);
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

// --- Locking ---

// Sorts by address. Few: by insertion. Many: as a heap, which needs no memory and knows no bad case.
static void sort_few(struct go_chan **c, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        struct go_chan *x = c[i];
        uint32_t j = i;
        for (; j > 0 && c[j - 1] > x; j--)
            c[j] = c[j - 1];
        c[j] = x;
    }
}

static void sift_down(struct go_chan **c, uint32_t i, uint32_t n)
{
    struct go_chan *x = c[i];
    for (uint32_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && c[child + 1] > c[child])
            child++;
        if (c[child] <= x)
            break;
        c[i] = c[child];
    }
    c[i] = x;
}

static void sort_many(struct go_chan **c, uint32_t n)
{
    for (uint32_t i = n / 2; i-- > 0;)
        sift_down(c, i, n);
    while (n-- > 1) {
        struct go_chan *largest = c[0];
        c[0] = c[n];
        c[n] = largest;
        sift_down(c, 0, n);
    }
}

// Puts the channels in order, each once. Returns whether the last one belongs to one case only.
static bool order_channels(struct gf_select *s)
{
    uint32_t n = s->count, unique = 1;
    for (uint32_t i = 0; i < n; i++)
        s->locks[i] = s->cases[i].chan;
    if (gf_likely(n <= GO_SELECT_CASES))
        sort_few(s->locks, n);
    else
        sort_many(s->locks, n);
    bool last_is_single = n < 2 || s->locks[n - 1] != s->locks[n - 2];
    for (uint32_t i = 1; i < n; i++)
        if (s->locks[i] != s->locks[unique - 1])
            s->locks[unique++] = s->locks[i];
    s->channels = unique;
    return last_is_single;
}

static inline void lock_first(struct gf_select *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        gf_lock(&s->locks[i]->lock, GF_RANK_CHAN);
}

static inline void unlock_first(struct gf_select *s, uint32_t n)
{
    while (n-- > 0)
        gf_unlock(&s->locks[n]->lock);
}

void gf_select_lock(struct gf_select *s)
{
    order_channels(s);
    lock_first(s, s->channels);
}

void gf_select_unlock(struct gf_select *s)
{
    unlock_first(s, s->channels);
}

// Step 3. False: at one instant no case was ready.
static bool try_at_one_instant(struct m *m, struct gf_select *s, struct gf_select_result *r)
{
    bool last_is_single = order_channels(s), done = false;
    uint32_t locked = last_is_single ? s->channels - 1 : s->channels;
    lock_first(s, locked);
    if (look_around(s) > 0) {
        if (locked < s->channels)
            gf_lock(&s->locks[locked++]->lock, GF_RANK_CHAN);
        done = gf_select_try_locked(m, s, r);
    }
    unlock_first(s, locked);
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

int64_t gf_select_deadline(const struct go_select_ *f, uint32_t flags)
{
    int64_t deadline;
    if (!(flags & GO_SELECT_TIMEOUT) || __builtin_add_overflow(gf_os_now(), f->timeout, &deadline))
        return INT64_MAX;
    return deadline;
}

static inline void pick(struct gf_select *s, struct gf_select_result *r)
{
    struct m *m = gf_enter();
    bool done = try_unlocked(m, s, r);
    if (!done && !never_blocks(s->frame, s->flags)) {
        gf_select_block(m, s, r);
        return;
    }
    if (!done)
        try_at_one_instant(m, s, r);
    if (r->wake)
        gf_ready(m, r->wake);
    gf_leave(m);
}

// The rest of it, outside of the runtime; the chosen channel may be gone.
static inline uint32_t finish(struct go_select_ *f, uint32_t flags,
                              const struct gf_select_result *r)
{
    const struct go_case_ *k = r->chosen;
    uint32_t index = k ? k->what / 2 : otherwise(f, flags);
    if (k && k->ok)
        *k->ok = r->ok;
    gf_select_release(f, flags);
    if (gf_unlikely(r->closed))
        gf_panic_runtime("send on closed channel");
    return index;
}

GF_NOINLINE static uint32_t pick_few(struct go_select_ *f, uint32_t count, uint32_t flags)
{
    uint32_t ready[GO_SELECT_CASES];
    struct go_chan *locks[GO_SELECT_CASES];
    struct gf_select s = {.frame = f,
                          .cases = f->cases,
                          .count = count,
                          .flags = flags,
                          .ready = ready,
                          .locks = locks};
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
        gf_select_sleep(f, flags, all == 0);
    uint32_t index = otherwise(f, flags);
    gf_select_release(f, flags);
    return index;
}

uint32_t go_select_pick_(struct go_select_ *f, uint32_t count, uint32_t flags, uint32_t all)
{
    // Step 2, without so much as entering the runtime, or memory to release.
    if (count == 1 && flags == GO_SELECT_DEFAULT && gf_likely(!looks_ready(&f->cases[0])))
        return GO_CASE_DEFAULT_;
    if (gf_unlikely(count == 0))
        return pick_without_channels(f, flags, all);
    if (gf_likely(count <= GO_SELECT_CASES))
        return pick_few(f, count, flags);
    return pick_many(f, count, flags);
}
