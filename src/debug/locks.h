// SPDX-License-Identifier: MIT
// What is known of the program's locks while they are watched (GOFER_DEBUG=locks): who holds what, since where, who
// waits, and in which orders they have been taken.
#ifndef GF_DEBUG_LOCKS_H
#define GF_DEBUG_LOCKS_H

#include "base/hooks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GF_LOCK_SITE = 12 };

// The frames of a lock operation, innermost first.
struct gf_lock_site {
    uint32_t count;
    uintptr_t pc[GF_LOCK_SITE]; // return addresses
};

// A goroutine has a lock, or waits for it.
struct gf_lock_claim {
    struct gf_lock_claim *same_lock, *same_goroutine; // next in the tables
    const void *lock;
    enum gf_lock_kind kind;
    uint64_t goroutine;
    uint64_t serial; // of a wait, to tell it from a later one
    struct gf_lock_site site;
};

// That a lock was taken by somebody who held another.
struct gf_lock_order {
    struct gf_lock_order *same_first; // next with the same first lock
    const void *first, *second;
    uint64_t goroutine;
    const void *also[4]; // further locks that were held: a common one makes both orders safe
    struct gf_lock_site first_site, second_site;
};

// A chain of waiting: goroutine i waits for the lock that goroutine i + 1 holds.
enum { GF_LOCK_CHAIN = 16 };
struct gf_lock_chain {
    size_t count;
    bool is_circle;    // the last link's holder is the first link's goroutine
    bool holder_ended; // the last link's holder has ended
    struct {
        struct gf_lock_claim wait, hold;
    } link[GF_LOCK_CHAIN];
};

// ---- locks.c ----

// Two orders that exclude each other, and that two goroutines could take at the same time.
struct gf_lock_inversion {
    struct gf_lock_order now, before;
};

// A goroutine wants a lock: notes in which order with those that it holds. True if one of the orders contradicts an
// earlier one, which has not been told before. These four are for the goroutine itself, outside of the runtime.
bool gf_locks_want(const void *lock, const struct gf_lock_site *site,
                   struct gf_lock_inversion *found);
// It waits; returns the number of the wait.
uint64_t gf_locks_wait(const void *lock, enum gf_lock_kind kind, const struct gf_lock_site *site);
void gf_locks_have(const void *lock, enum gf_lock_kind kind, const struct gf_lock_site *site);
// Somebody unlocks: its own claim goes, or else another's, for unlocking for another is legal.
void gf_locks_leave(const void *lock, enum gf_lock_kind kind);

// Follows a wait, if it still lasts, from holder to holder. True if it ends in a circle or at a goroutine that has
// ended.
bool gf_locks_follow(uint64_t serial, struct gf_lock_chain *chain);

// Calls f for the memory of the books, whose addresses of locks are nobody's.
void gf_locks_records(void (*f)(const void *start, size_t bytes));

// ---- lock_report.c ----

// Watches all locks, if GOFER_DEBUG says so: before main, where the program is loaded, and again when the runtime
// starts, for the environment may have been changed by then.
void gf_lock_watch_init(void);

#endif
