// SPDX-License-Identifier: MIT
// The life of a descriptor: users are counted in one word with the close, so that after it nobody comes in, and exactly
// one, the last to leave, releases the descriptor. Who frees what contains it is settled in the same word: whoever is
// later, the last user or gf_fd_free.
//
// Turns are mutexes, so two readers of one connection get whole reads in the order of their coming. A close wakes who
// waits in the poller; that one gives its turn to the next, who finds the close.
#include "io/fd.h"

#include "io/race.h"
#include "os/os.h"
#include "sync/mutex.h"

#include <errno.h>
#include <unistd.h>

enum { CLOSED = 1, FREED = 2, USER = 4 };

int gf_fd_init(struct gf_fd *f, int number, void (*destroy)(struct gf_fd *f))
{
    struct m *m = gf_enter();
    struct gf_polldesc *p = gf_polldesc_get();
    gf_leave(m);
    if (!p) {
        close(number);
        return -ENOMEM;
    }
    *f = (struct gf_fd){.number = number, .poll = p, .destroy = destroy};
    return 0;
}

// --- Users, and the end ---

static void release(struct gf_fd *f)
{
    // The kernel takes it off the poller.
    close(f->number);
    struct m *m = gf_enter();
    gf_polldesc_put(f->poll);
    gf_leave(m);
}

int gf_fd_enter(struct gf_fd *f)
{
    uint32_t s = gf_load_relaxed(&f->state); // relaxed: the compare-and-swap decides
    do {
        if (s & CLOSED)
            return -ESHUTDOWN;
    } while (!gf_cas_acquire(&f->state, &s, s + USER)); // pairs with the release in gf_fd_leave
    return 0;
}

void gf_fd_leave(struct gf_fd *f)
{
    uint32_t s = gf_load_acquire(&f->state); // acquire: the last releases what the others used
    do {
        if ((s & CLOSED) && s / USER == 1) {
            // The last: nobody comes in any more.
            release(f);
            if (gf_sub_acqrel(&f->state, USER) & FREED)
                f->destroy(f);
            return;
        }
    } while (!gf_cas_acqrel(&f->state, &s, s - USER));
}

static void wake(struct m *m, struct gf_fd *f, enum gf_direction d)
{
    struct g *g = gf_pollside_take(gf_fd_side(f, d));
    if (g)
        gf_ready(m, g);
}

int gf_fd_close(struct gf_fd *f)
{
    uint32_t s = gf_load_relaxed(&f->state); // relaxed: the compare-and-swap decides
    do {
        if (s & CLOSED)
            return -ESHUTDOWN;
    } while (!gf_cas_acqrel(&f->state, &s, (s | CLOSED) + USER));
    gf_fence_seqcst();            // 2. of the protocol in polldesc.h
    gf_race_release(&gf_io_past); // for the peer that reads the end
    struct m *m = gf_enter();
    wake(m, f, GF_READING);
    wake(m, f, GF_WRITING);
    gf_leave(m);
    gf_fd_leave(f);
    return 0;
}

void gf_fd_free(struct gf_fd *f)
{
    gf_fd_close(f);
    // Acquire and release: what users did is seen by who destroys it.
    uint32_t old = gf_or_acqrel(&f->state, FREED);
    if (old / USER == 0)
        f->destroy(f);
}

// --- Operations ---

static int check(struct gf_fd *f, enum gf_direction d)
{
    if (gf_load_relaxed(&f->state) & CLOSED) // relaxed: a hint; who parks looks after a fence
        return -ESHUTDOWN;
    int64_t deadline = gf_load_relaxed(&gf_fd_side(f, d)->deadline); // relaxed: as above
    return deadline != GF_NEVER && gf_os_now() >= deadline ? -ETIMEDOUT : 0;
}

int gf_fd_begin(struct gf_fd *f, enum gf_direction d)
{
    int error = gf_fd_enter(f);
    if (error)
        return error;
    gf_mutex_lock_inside(&f->turn[d]);
    error = check(f, d);
    if (error)
        gf_fd_end(f, d);
    return error;
}

void gf_fd_end(struct gf_fd *f, enum gf_direction d)
{
    gf_mutex_unlock_inside(&f->turn[d]);
    gf_fd_leave(f);
}

static int watch(struct gf_fd *f)
{
    struct gf_polldesc *p = f->poll;
    if (gf_likely(gf_load_relaxed(&p->watched)))
        return 0;
    int error = gf_poller_add(f->number, &p->source, gf_load_relaxed(&p->generation));
    if (error && error != -EEXIST) // the other direction was quicker
        return error;
    gf_store_relaxed(&p->watched, true);
    return 0;
}

int gf_fd_wait(struct gf_fd *f, enum gf_direction d)
{
    struct gf_pollside *s = gf_fd_side(f, d);
    struct m *m = gf_enter();
    int error = watch(f);
    while (!error && !(error = check(f, d)) && gf_pollside_is_dry(s))
        m = gf_pollside_park(m, s, &f->state, GF_NEVER);
    gf_leave(m);
    return error;
}

int gf_fd_pause(struct gf_fd *f, enum gf_direction d, go_duration span)
{
    struct gf_pollside *s = gf_fd_side(f, d);
    int64_t until = gf_os_now() + span;
    int error;
    struct m *m = gf_enter();
    while (!(error = check(f, d)) && gf_os_now() < until) {
        gf_fd_found_dry(f, d, gf_fd_news(f, d));
        m = gf_pollside_park(m, s, &f->state, until);
    }
    s->dry = false;
    gf_leave(m);
    return error;
}

int gf_fd_set_deadline(struct gf_fd *f, enum gf_direction d, int64_t deadline)
{
    int error = gf_fd_enter(f);
    if (error)
        return error;
    int64_t old = gf_xchg_relaxed(&gf_fd_side(f, d)->deadline, deadline);
    // One that comes later is found when the timer fires; an earlier one sets the timer anew.
    if (deadline < old) {
        gf_fence_seqcst(); // 2. of the protocol in polldesc.h
        struct m *m = gf_enter();
        wake(m, f, d);
        gf_leave(m);
    }
    gf_fd_leave(f);
    return 0;
}
