// SPDX-License-Identifier: MIT
// Once: a word with four states, so that a call after the first is one load, inline in gofer/sync.h.
//
//     NEW (0) -> RUNNING -> DONE          whoever changes NEW runs the function and says DONE
//                RUNNING -> AWAITED -> DONE   under the bucket's lock, once somebody sleeps
//
// The function runs outside of the runtime, with DONE as a deferred call: a function that panics or exits counts as
// done, and those who wait go on. DONE is the last access to the object.
#include "arch/arch.h"
#include "panic/misuse.h"
#include "sched/sema.h"

#include <gofer/sync.h>

enum { NEW = 0, DONE = GO_ONCE_DONE, RUNNING = 2, AWAITED = 3 };

static inline _Atomic(uint32_t) *word_of(uint32_t *word)
{
    return (_Atomic(uint32_t) *)word;
}

GF_NOINLINE static void wake_waiters(uint32_t *word)
{
    struct m *m = gf_enter();
    struct gf_sema_bucket *b = gf_sema_lock(word);
    gf_store_release(word_of(word), DONE); // pairs with the acquire of all who find it done
    struct g *woken = gf_sema_take_all(b, word, 0);
    gf_sema_unlock(b);
    if (woken)
        gf_ready_all(m, woken);
    gf_leave(m);
}

static void finish(uint32_t *word)
{
    uint32_t s = RUNNING;
    gf_race_release(word);
    // Release: pairs with the acquire of all who find it done.
    if (!gf_cas_release(word_of(word), &s, DONE))
        wake_waiters(word);
}

// Under the bucket's lock: says that somebody sleeps. False if it is done by now.
static bool announce_sleep(_Atomic(uint32_t) *word)
{
    uint32_t s = RUNNING;
    // Relaxed: on failure the caller returns to a function that has ended before we got the bucket's lock, or looks
    // with acquire.
    return gf_cas_relaxed(word, &s, AWAITED) || s == AWAITED;
}

static void wait_until_done(uint32_t *word)
{
    struct gf_sema_waiter w;
    struct m *m = gf_enter();
    struct gf_sema_bucket *b = gf_sema_lock(word);
    if (announce_sleep(word_of(word)))
        m = gf_sema_park(m, b, word, &w, false, GF_WAIT_ONCE_DO);
    else
        gf_sema_unlock(b);
    gf_leave(m);
}

// Whether the caller is the one to run the function; else it has been run.
static bool begin(uint32_t *word)
{
    uint32_t s = NEW;
    if (gf_cas_acquire(word_of(word), &s, RUNNING))
        return true;
    if (s != DONE)
        wait_until_done(word);
    // Acquire: pairs with the release of who ran it; who was woken is ordered by the wake-up.
    (void)gf_load_acquire(word_of(word));
    gf_race_acquire(word);
    return false;
}

void go_once_do_(go_once *once, const struct go_call *call)
{
    if (!begin(&once->word))
        return;
    GO_DEFER(finish, &once->word);
    gf_race_enter(__builtin_return_address(0));
    gf_arch_replay(call);
    gf_race_exit();
}

// --- With a value ---

// The replay leaves the result register of the function as it is.
void *replay_for_pointer(const struct go_call *call) __asm__("gf_arch_replay");

// A panic is not caught on its way: it shows where it came from, and others get a copy.
static void end_computation(go_once_value *once, const struct gf_panic *before)
{
    once->panic = gf_panic_copy_since(before);
    finish(&once->word);
}

void go_once_get_(go_once_value *once, const struct go_call *call)
{
    if (!begin(&once->word))
        return;
    GO_DEFER(end_computation, once, gf_panic_newest());
    gf_race_enter(__builtin_return_address(0));
    once->value = replay_for_pointer(call);
    gf_race_exit();
}

void go_once_panic_(go_once_value *once)
{
    gf_panic_again(once->panic);
}
