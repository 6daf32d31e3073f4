// SPDX-License-Identifier: MIT
// Wait groups: one word of 64 bits, and the parking lot for who waits.
//
//      63                            32  31               1        0
//     +--------------------------------+------------------+---------+
//     |        count, not negative     |        0         | WAITERS |
//     +--------------------------------+------------------+---------+
//
// WAITERS is set under the bucket's lock by who goes to sleep, while the count is not zero. Whoever brings the count
// to zero then takes all waiters, under that lock, and clears the whole word with the last access to the group: a
// group on a waiter's stack is gone as soon as that one runs. So no state "zero, with waiters" exists in between,
// and what Go reports as misuse of it (an add from zero beside a wait, a reuse before all have returned) is
// harmless here: each waiter knows by its wake-up alone that the count was zero.
//
// The go helper must count down on a return and on go_exit, but not on a panic, which crashes the process first: a
// deferred call does so unless a panic is on its way. Up to four arguments in registers travel as arguments of the
// helper itself; a call that needs more is copied to the heap.
#include "sync/waitgroup.h"
#include "arch/arch.h"
#include "panic/misuse.h"
#include "panic/panic.h"
#include "sched/sema.h"

#include <stdlib.h>
#include <string.h>

enum { WAITERS = 1, COUNT_SHIFT = 32, ARGS_IN_REGISTERS = 4 };

static inline _Atomic(uint64_t) *word_of(go_waitgroup *wg)
{
    return (_Atomic(uint64_t) *)&wg->word;
}

static inline int64_t count_of(uint64_t word)
{
    return (int64_t)(word >> COUNT_SHIFT);
}

// Whether the count may change by n to a count that exists; ends in a panic if not.
static inline int64_t changed(uint64_t word, int64_t n)
{
    int64_t count = count_of(word) + n;
    if (gf_unlikely(count < 0 || count > INT32_MAX))
        gf_panic_runtime(count < 0 ? "sync: negative WaitGroup counter"
                                   : "sync: WaitGroup counter overflow");
    return count;
}

// The count is about to become zero while somebody waits: under the bucket's lock it is looked at again, for another
// add may have come first.
GF_NOINLINE static void add_with_waiters(go_waitgroup *wg, int64_t n)
{
    struct m *m = gf_enter();
    struct g *woken = NULL;
    struct gf_sema_bucket *b = gf_sema_lock(wg);
    uint64_t s = gf_load_relaxed(word_of(wg)), next; // relaxed: the compare-and-swap decides
    int64_t count;
    do {
        count = count_of(s) + n;
        next = count == 0 ? 0 : (uint64_t)count << COUNT_SHIFT | (s & WAITERS);
        // Acquire and release: every done happens before the last one, and that before the waits return.
    } while (count >= 0 && !gf_cas_acqrel(word_of(wg), &s, next));
    // From here on the group may be gone, but the queue is ours.
    if (count == 0)
        woken = gf_sema_take_all(b, wg, 0);
    gf_sema_unlock(b);
    if (gf_unlikely(count < 0))
        gf_panic_misuse(m, "sync: negative WaitGroup counter");
    if (woken)
        gf_ready_all(m, woken);
    gf_leave(m);
}

// The detector's view. All done happens before the waits return. And an add that begins to count has to be ordered with
// the waits: it counts as a read of the group, the first wait as a write, so that two of them together are a race. That
// is about its first byte; the second half stands for its use.
static inline void uses(go_waitgroup *wg, void *pc)
{
    (void)pc;
    gf_race_uses((char *)wg + 4, pc);
}

static inline void add_is_next(go_waitgroup *wg, int64_t n, void *pc)
{
    (void)n;
    uses(wg, pc);
    if (GF_RACE && n < 0)
        gf_race_release(wg);
}

static inline void has_added(go_waitgroup *wg, int64_t n, int64_t count, void *pc)
{
    (void)pc;
    if (GF_RACE && n > 0 && count == n)
        gf_race_read(wg, 1, pc);
}

static inline void add(go_waitgroup *wg, int64_t n, void *pc)
{
    add_is_next(wg, n, pc);
    uint64_t s = gf_load_relaxed(word_of(wg)), next; // relaxed: the compare-and-swap decides
    int64_t count;
    do {
        count = changed(s, n);
        if (gf_unlikely(count == 0 && (s & WAITERS))) {
            add_with_waiters(wg, n);
            return;
        }
        next = (uint64_t)count << COUNT_SHIFT | (s & WAITERS);
        // Acquire and release, as in add_with_waiters. With a count of zero it is the last access.
    } while (gf_unlikely(!gf_cas_acqrel(word_of(wg), &s, next)));
    has_added(wg, n, count, pc);
}

void go_waitgroup_add(go_waitgroup *wg, int n)
{
    add(wg, n, __builtin_return_address(0));
}

void go_waitgroup_done(go_waitgroup *wg)
{
    add(wg, -1, __builtin_return_address(0));
}

// Under the bucket's lock: says in the word that somebody sleeps. False if the count is zero by now.
static bool announce_sleep(_Atomic(uint64_t) *word, bool *first)
{
    // Acquire, also in the failing compare-and-swap: pairs with the release of the last done.
    uint64_t s = gf_load_acquire(word);
    while (count_of(s) > 0)
        if (gf_cas_acqrel(word, &s, s | WAITERS)) {
            *first = !(s & WAITERS);
            return true;
        }
    return false;
}

GF_NOINLINE static void wait_asleep(go_waitgroup *wg, void *pc)
{
    (void)pc;
    bool first = false;
    struct gf_sema_waiter w;
    struct m *m = gf_enter();
    struct gf_sema_bucket *b = gf_sema_lock(wg);
    // A wake-up says that the count was zero; the group is not looked at again, for it may be gone or in use anew.
    if (announce_sleep(word_of(wg), &first)) {
        if (first)
            gf_race_write(wg, 1, pc);
        m = gf_sema_park(m, b, wg, &w, false, GF_WAIT_WAITGROUP_WAIT);
    } else {
        gf_sema_unlock(b);
    }
    gf_leave(m);
}

void go_waitgroup_wait(go_waitgroup *wg)
{
    uses(wg, __builtin_return_address(0));
    // Acquire: pairs with the release of the last done.
    if (count_of(gf_load_acquire(word_of(wg))) > 0)
        wait_asleep(wg, __builtin_return_address(0));
    gf_race_acquire(wg); // by the address only
}

// --- The go helper ---

// Runs on every road out of the function. Panics that go_exit has overtaken do not count.
void gf_waitgroup_finish(go_waitgroup *wg)
{
    const struct gf_panic *p = gf_self_g()->panics;
    if (!p || p->dropped)
        go_waitgroup_done(wg);
}

static void run_with_registers(go_waitgroup *wg, void *fn, uint64_t a, uint64_t b, uint64_t c,
                               uint64_t d)
{
    struct go_call call = {.fn = fn, .reg = {a, b, c, d}};
    GO_DEFER(gf_waitgroup_finish, wg);
    gf_arch_replay(&call);
}

static void run_from_heap(go_waitgroup *wg, struct go_call *call)
{
    GO_DEFER(gf_waitgroup_finish, wg);
    GO_DEFER(free, call);
    gf_arch_replay(call);
}

void go_waitgroup_go_(go_waitgroup *wg, struct go_kept_call kept, int args)
{
    const struct go_call *call = gf_kept(&kept);
    struct go_call outer;
    if (gf_unlikely(!call->fn))
        gf_fatal("go of nil func value");
    if (call->flags == 0 && args <= ARGS_IN_REGISTERS)
        outer = (struct go_call){.fn = (void *)run_with_registers,
                                 .reg = {(uint64_t)wg, (uint64_t)call->fn, call->reg[0],
                                         call->reg[1], call->reg[2], call->reg[3]}};
    else
        outer = (struct go_call){
            .fn = (void *)run_from_heap,
            .reg = {(uint64_t)wg, (uint64_t)(kept.large ? kept.large : gf_call_copy(call))}};
    add(wg, 1, __builtin_return_address(0));
    struct m *m = gf_enter();
    gf_spawn(m, &outer, NULL, __builtin_return_address(0), false);
    gf_leave(m);
}
