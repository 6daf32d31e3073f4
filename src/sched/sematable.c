// SPDX-License-Identifier: MIT
// The buckets of the parking lot, which become four times as many when one of them has become long: so the steps to a
// key do not grow with the number of keys. (WebKit's ParkingLot grows so too.)
//
// Whoever makes them more holds the locks of all buckets. A thread that has found a bucket looks again, once it has
// locked it, whether that is still the table; one that waits for the lock of an old bucket therefore only finds out.
// Old buckets stay mapped for that, a third of the newest in all.
#include "sched/sema.h"

#include "os/os.h"
#include "sched/solo.h"

enum { FIRST_BITS = 11, MORE_BITS = 2, MOST_BITS = 19 };

static struct gf_sema_bucket first[1 << FIRST_BITS];

// A table in one word: the address of its buckets, which ends in zeros, and the logarithm of their number.
enum { BITS_MASK = 63 };

static struct {
    // [atomic] changed with all its buckets locked. Release and acquire: the new buckets are seen as they were made.
    _Atomic(uintptr_t) table;
    // [atomic] the table that has a long bucket, and the one that cannot grow. Relaxed: hints, growing looks under locks.
    _Atomic(uintptr_t) crowded, last;
} lot GF_ALIGNED_LINE = {.table = (uintptr_t)first + FIRST_BITS};

static inline struct gf_sema_bucket *buckets(uintptr_t table)
{
    return (struct gf_sema_bucket *)(table & ~(uintptr_t)BITS_MASK);
}

static inline size_t count(uintptr_t table)
{
    return (size_t)1 << (table & BITS_MASK);
}

static inline struct gf_sema_bucket *bucket_of(uintptr_t table, const void *key)
{
    // Fibonacci hashing: the high bits of the product depend on all bits of the address. The last two tell the keys
    // of one object apart.
    uint64_t hash = ((uint64_t)(uintptr_t)key >> 2) * 0x9E3779B97F4A7C15ULL;
    return &buckets(table)[hash >> (64 - (table & BITS_MASK))];
}

static inline void init_once(struct gf_sema_bucket *b)
{
    if (gf_unlikely(!gf_list_linked(&b->keys)))
        gf_list_init(&b->keys);
}

// Moves the keys of a locked bucket into a table that nobody else knows yet.
static void move(struct gf_sema_bucket *b, uintptr_t table)
{
    if (!gf_list_linked(&b->keys))
        return;
    for (struct gf_list *l; (l = gf_list_pop_front(&b->keys));) {
        struct gf_sema_bucket *to = bucket_of(table, gf_sema_of_link(l)->key);
        init_once(to);
        gf_list_push_back(&to->keys, l);
    }
    b->keys = (struct gf_list){NULL, NULL}; // no word that leads to waiters is left behind
}

// Makes the buckets more, unless another thread was faster. Without locks of the rank or of higher ones.
GF_NOINLINE static void grow(struct m *m, uintptr_t old)
{
    size_t bytes = (count(old) << MORE_BITS) * sizeof(struct gf_sema_bucket);
    void *memory = (old & BITS_MASK) < MOST_BITS ? gf_os_reserve(bytes) : NULL;
    if (!memory) {
        gf_store_relaxed(&lot.last, old);
        return;
    }
    uintptr_t new = (uintptr_t)memory + (old & BITS_MASK) + MORE_BITS;
    struct gf_sema_bucket *b = buckets(old);
    gf_solo_lock(m, &b[0].lock, GF_RANK_SEMA);
    if (gf_load_relaxed(&lot.table) != old) { // relaxed: changes under that lock
        gf_unlock(&b[0].lock);
        gf_os_release(memory, bytes);
        return;
    }
    for (size_t i = 1; i < count(old); i++)
        gf_solo_lock(m, &b[i].lock, GF_RANK_SEMA);
    for (size_t i = 0; i < count(old); i++)
        move(&b[i], new);
    gf_store_release(&lot.table, new);
    for (size_t i = count(old); i-- > 0;)
        gf_unlock(&b[i].lock);
}

void gf_sema_crowded(void)
{
    uintptr_t table = gf_load_relaxed(&lot.table);
    if (gf_load_relaxed(&lot.last) != table)
        gf_store_relaxed(&lot.crowded, table);
}

struct gf_sema_bucket *gf_sema_lock(const void *object)
{
    struct m *m = gf_self();
    for (;;) {
        uintptr_t table = gf_load_acquire(&lot.table);
        if (gf_unlikely(gf_load_relaxed(&lot.crowded) == table)) {
            gf_store_relaxed(&lot.crowded, 0);
            grow(m, table);
            continue;
        }
        struct gf_sema_bucket *b = bucket_of(table, object);
        gf_solo_lock(m, &b->lock, GF_RANK_SEMA);
        // Relaxed: it does not change while the lock is held, and the lock orders what came before.
        if (gf_likely(gf_load_relaxed(&lot.table) == table)) {
            init_once(b);
            return b;
        }
        gf_unlock(&b->lock);
    }
}

void gf_sema_table(const void **start, size_t *bytes)
{
    uintptr_t table = gf_load_relaxed(&lot.table); // relaxed: the world is stopped
    *start = buckets(table);
    *bytes = count(table) * sizeof(struct gf_sema_bucket);
}
