// SPDX-License-Identifier: MIT
// A descriptor of gofer's own, non-blocking: what connections and listeners are made of. Reading and writing are apart:
// a reader and a writer work at the same time, two readers one after the other. Operations try first and wait only if
// the kernel has nothing; the poller learns of the descriptor at its first wait.
//
// A close ends every operation with -ESHUTDOWN; the descriptor itself is released when the last user has left, so its
// number cannot be taken by another meanwhile. The memory goes in the same way.
//
//     31                          2   1       0
//     [ users                      |  freed |  closed ]      state
#ifndef GF_IO_FD_H
#define GF_IO_FD_H

#include "io/polldesc.h"

#include <gofer/sync.h>
#include <gofer/time.h>

struct gf_fd {
    _Atomic(uint32_t) state; // [atomic] as drawn above; users come in only while it is not closed
    int number;              // [const]
    go_mutex turn[GF_DIRECTIONS];
    struct gf_polldesc *poll;
    void (*destroy)(struct gf_fd *f); // [const] frees what contains it
};

// Takes a non-blocking descriptor over; it is closed here if this fails (-ENOMEM). Outside of the runtime, as all here.
int gf_fd_init(struct gf_fd *f, int number, void (*destroy)(struct gf_fd *f));
// Ends all operations; -ESHUTDOWN the second time.
int gf_fd_close(struct gf_fd *f);
// Gives the owner's reference up: closes it, if that has not been done, and destroys it after the last user.
void gf_fd_free(struct gf_fd *f);

// Counts the caller as a user, without a direction: for calls that do not wait. -ESHUTDOWN once it is closed.
int gf_fd_enter(struct gf_fd *f);
void gf_fd_leave(struct gf_fd *f);

// Begins an operation: the caller's turn in one direction. -ESHUTDOWN, -ETIMEDOUT. Ended by gf_fd_end.
int gf_fd_begin(struct gf_fd *f, enum gf_direction d);
void gf_fd_end(struct gf_fd *f, enum gf_direction d);

// Between the two: an attempt is made if gf_fd_may_try; before it, gf_fd_news is kept, and if the kernel had nothing (or
// has nothing left), gf_fd_found_dry says so. Then gf_fd_wait parks until another attempt makes sense: 0, or -ESHUTDOWN,
// -ETIMEDOUT, or what the poller objects to.
static inline struct gf_pollside *gf_fd_side(const struct gf_fd *f, enum gf_direction d)
{
    return &f->poll->side[d];
}

static inline bool gf_fd_may_try(const struct gf_fd *f, enum gf_direction d)
{
    return !gf_pollside_is_dry(gf_fd_side(f, d));
}

static inline uint32_t gf_fd_news(const struct gf_fd *f, enum gf_direction d)
{
    // Acquire: pairs with the release in the event's handler: `special` is as new as this.
    return gf_load_acquire(&gf_fd_side(f, d)->news);
}

static inline void gf_fd_found_dry(const struct gf_fd *f, enum gf_direction d, uint32_t news)
{
    struct gf_pollside *s = gf_fd_side(f, d);
    s->dry = true;
    s->dry_at = news;
}

int gf_fd_wait(struct gf_fd *f, enum gf_direction d);
// Waits until a moment, whatever the kernel has: 0, or -ESHUTDOWN.
int gf_fd_pause(struct gf_fd *f, enum gf_direction d, go_duration span);

// Sets the moment, monotonic, from which operations in a direction fail; GF_NEVER: none. -ESHUTDOWN once closed.
int gf_fd_set_deadline(struct gf_fd *f, enum gf_direction d, int64_t deadline);

#endif
