// SPDX-License-Identifier: MIT
// A processor's run queue: a ring of 256. Producers: one, the owner. Consumers: many, the owner and thieves.
// The owner never waits; a consumer retries only when another one has got something (lock-free). From Go's
// runqput, runqget and runqsteal (runtime/proc.go).
#ifndef GF_SCHED_RUNQ_H
#define GF_SCHED_RUNQ_H

#include "sched/p.h"
#include "sched/solo.h"

static inline uint32_t gf_runq_len(const struct p *p)
{
    // Relaxed: a hint for others, and exact for the owner while nobody steals.
    return gf_load_relaxed(&p->tail) - gf_load_relaxed(&p->head);
}

void gf_runq_overflow(struct p *p, struct g *g);

// Owner only: puts g at the end; if the ring is full, half of it moves to the global queue.
static inline void gf_runq_put(struct p *p, struct g *g)
{
    // Acquire: pairs with the consumers' release when they advance head: their reads of the slot are over.
    uint32_t head = gf_load_acquire(&p->head);
    uint32_t tail = gf_load_relaxed(&p->tail); // relaxed: our own
    if (gf_unlikely(tail - head == GF_RUNQ_SIZE)) {
        gf_runq_overflow(p, g);
        return;
    }
    gf_store_relaxed(&p->ring[tail % GF_RUNQ_SIZE], g); // relaxed: the release below publishes it
    // Release: pairs with the acquire load of tail in gf_runq_grab.
    gf_store_release(&p->tail, tail + 1);
}

enum {
    GF_LONG_QUEUE = 32,   // from here on, what is queued has probably left the caches
    GF_FETCH_G = 14,      // turns ahead
    GF_FETCH_FRAMES = 8,  // turns ahead
    GF_FRAME_BYTES = 512, // that a goroutine returns through when it goes on after a wait, at most
};

// Fetches what a queued goroutine will touch first: the frames that it returns through, or its bound call. A queued G is
// never freed, only reused, so it does no harm that a thief may have it. (Always inline: gcc takes a function of nothing
// but fetches for one without effect, and drops its calls.)
GF_ALWAYS_INLINE void gf_runq_fetch_frames(const struct g *soon)
{
    gf_racy_reads_begin();
    bool fresh = soon->flags & GF_G_FRESH;
    // Numbers, for what a thief is about to run has no saved stack pointer.
    uintptr_t line = fresh ? (uintptr_t)&soon->call : (uintptr_t)soon->sp;
    uintptr_t end = fresh ? (uintptr_t)(soon + 1) : (uintptr_t)soon->stack_top;
    gf_racy_reads_end();
    if (end > line + GF_FRAME_BYTES)
        end = line + GF_FRAME_BYTES;
    for (; line < end; line += GF_CACHE_LINE)
        __builtin_prefetch((const void *)line, 1);
}

// Owner only: takes the oldest, or NULL.
struct g *gf_runq_get(struct m *m, struct p *p);

// Any thread that holds a P: moves half of victim's ring to its own, empty one, and returns one more to run
// now; NULL if there was nothing.
struct g *gf_runq_steal(struct p *p, struct p *victim);

// The global queue; sched.lock is held.
void gf_globq_put(struct g *g);
// Takes a fair share, at most `most`: all but the first go to p's ring, save bound ones, which stay where
// gf_globq_get_bound finds them.
struct g *gf_globq_get(struct p *p, int most);
// The first goroutine that is bound to a thread, taken out or only looked for; NULL: there is none.
struct g *gf_globq_get_bound(void);
bool gf_globq_has_bound(void);

#endif
