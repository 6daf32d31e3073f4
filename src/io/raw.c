// SPDX-License-Identifier: MIT
// A record for each descriptor number that anybody has used here, made at the first use and kept: the poller's events
// lead to it. It holds a list of waiters, in their frames; an event takes off those whom it concerns. Whoever claims
// the waiter's goroutine (sched/g.h), the event, a close or the time-out, makes it ready.
//
// A registration stays in the poller when the wait is over, edge-triggered: one that nobody waits for costs a look an
// event, and taking it off would cost a system call a wait. Each wait renews it, which also finds out whether the
// number means another file by now.
#include "io/raw.h"

#include "base/list.h"
#include "os/os.h"
#include "sched/limit.h"
#include "sched/poller.h"
#include "sync/mutex.h"

#include <errno.h>
#include <gofer/sync.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

struct gf_raw {
    struct gf_poll_source source;
    int fd; // [const]
    go_mutex writing;
    struct gf_lock lock;
    struct gf_list waiters; // [lock]
    uint32_t users;         // [lock]
    bool closing;           // [lock] the last user closes it
};

struct waiter {
    struct gf_list link; // [lock] the record's
    struct g *g;         // [const] while linked, as is the rest
    uint32_t ticket;
    int events;
    bool closed; // [owner] whoever claims it, before the wake-up
};

// The table: numbers are small and dense, so two levels of arrays. Slots are filled once, by compare-and-swap.
enum { ROW_BITS = 10, ROW = 1 << ROW_BITS, ROWS = 1 << 11 };
static _Atomic(struct gf_raw *) *_Atomic table[ROWS];

// --- Waking ---

// Takes off those whom it concerns: the chain of those to be made ready. The lock is held.
static struct g *take(struct gf_raw *raw, int events, bool closed)
{
    struct g *first = NULL, **last = &first;
    for (struct gf_list *l = raw->waiters.next, *next; l != &raw->waiters; l = next) {
        struct waiter *w = gf_container_of(l, struct waiter, link);
        next = l->next;
        if (!(w->events & events))
            continue;
        struct g *g = w->g;
        gf_list_remove(l);
        if (!gf_claim(g, w->ticket))
            continue; // its time has run out
        w->closed = closed;
        g->next = NULL;
        *last = g;
        last = &g->next;
    }
    return first;
}

static struct g *on_event(struct gf_poll_source *source, uint32_t generation, uint32_t events)
{
    (void)generation;
    struct gf_raw *raw = gf_container_of(source, struct gf_raw, source);
    gf_lock(&raw->lock, GF_RANK_POLLDESC);
    struct g *woken = take(raw, (int)events, false);
    gf_unlock(&raw->lock);
    return woken;
}

// --- Records ---

// Puts a new value into a slot unless another was quicker; returns what is there.
#define FILL(slot, made)                                                                           \
    __extension__({                                                                                \
        __typeof__(made) there_ = NULL, made_ = (made);                                            \
        /* Acquire and release: pairs with the acquire loads of the table. */                      \
        if (made_ && !gf_cas_acqrel(slot, &there_, made_)) {                                       \
            free((void *)made_);                                                                   \
            made_ = there_;                                                                        \
        }                                                                                          \
        made_;                                                                                     \
    })

static struct gf_raw *make(int fd)
{
    struct gf_raw *raw = calloc(1, sizeof *raw);
    if (!raw)
        return NULL;
    raw->source.wake = on_event;
    raw->fd = fd;
    gf_list_init(&raw->waiters);
    return raw;
}

static _Atomic(struct gf_raw *) *slot_of(int fd, bool make_row)
{
    _Atomic(struct gf_raw *) *row = gf_load_acquire(&table[fd >> ROW_BITS]); // pairs with FILL
    if (!row && make_row)
        row = FILL(&table[fd >> ROW_BITS], (_Atomic(struct gf_raw *) *)calloc(ROW, sizeof *row));
    return row ? &row[fd & (ROW - 1)] : NULL;
}

static bool is_in_range(int fd)
{
    return fd >= 0 && fd < ROWS * ROW;
}

static struct gf_raw *record_of(int fd)
{
    _Atomic(struct gf_raw *) *slot = slot_of(fd, true);
    if (!slot)
        return NULL;
    struct gf_raw *raw = gf_load_acquire(slot); // pairs with FILL
    return raw ? raw : FILL(slot, make(fd));
}

int gf_raw_enter(int fd, struct gf_raw **out)
{
    if (!is_in_range(fd))
        return -EBADF;
    struct gf_raw *raw = record_of(fd);
    if (!raw)
        return -ENOMEM;
    struct m *m = gf_enter();
    gf_lock(&raw->lock, GF_RANK_POLLDESC);
    int error = raw->closing ? -ESHUTDOWN : 0;
    if (!error)
        raw->users++;
    gf_unlock(&raw->lock);
    gf_leave(m);
    if (!error)
        *out = raw;
    return error;
}

void gf_raw_leave(struct gf_raw *raw)
{
    struct m *m = gf_enter();
    gf_lock(&raw->lock, GF_RANK_POLLDESC);
    bool last = --raw->users == 0 && raw->closing;
    gf_unlock(&raw->lock);
    gf_leave(m);
    if (!last)
        return;
    // Nobody comes in while `closing` stands, so the number is ours until here.
    close(raw->fd);
    m = gf_enter();
    gf_lock(&raw->lock, GF_RANK_POLLDESC);
    raw->closing = false;
    gf_unlock(&raw->lock);
    gf_leave(m);
}

// --- Closing ---

// Whether somebody uses it, and will close it. Wakes who waits.
static bool leave_to_users(struct gf_raw *raw, int *error)
{
    struct m *m = gf_enter();
    gf_lock(&raw->lock, GF_RANK_POLLDESC);
    bool used = raw->users > 0;
    *error = raw->closing ? -ESHUTDOWN : 0;
    raw->closing = used;
    struct g *woken = take(raw, ~0, true);
    gf_unlock(&raw->lock);
    if (woken)
        gf_ready_all(m, woken);
    gf_leave(m);
    return used;
}

int gf_raw_close(int fd)
{
    int error = 0;
    if (!is_in_range(fd))
        return -EBADF;
    _Atomic(struct gf_raw *) *slot = slot_of(fd, false);
    struct gf_raw *raw = slot ? gf_load_acquire(slot) : NULL; // pairs with FILL
    if (raw && leave_to_users(raw, &error))
        return error;
    // After EINTR too the descriptor is gone, on Linux.
    return close(fd) == 0 || errno == EINTR ? 0 : -errno;
}

// --- Waiting ---

static bool queue(struct gf_raw *raw, struct waiter *w)
{
    gf_lock(&raw->lock, GF_RANK_POLLDESC);
    bool open = !raw->closing;
    if (open)
        gf_list_push_back(&raw->waiters, &w->link);
    gf_unlock(&raw->lock);
    return open;
}

// Takes the waiter off, if nobody has done so.
static bool unqueue(struct gf_raw *raw, struct waiter *w)
{
    gf_lock(&raw->lock, GF_RANK_POLLDESC);
    bool queued = gf_list_linked(&w->link);
    if (queued)
        gf_list_remove(&w->link);
    gf_unlock(&raw->lock);
    return queued;
}

static int park(struct m **m, struct gf_raw *raw, struct waiter *w, int64_t deadline)
{
    bool woken = true;
    gf_poller_count_waiter(1);
    if (deadline == INT64_MAX)
        *m = gf_park(*m, NULL, GF_WAIT_IO_WAIT, raw);
    else
        woken = gf_park_until(m, w->ticket, deadline, GF_WAIT_IO_WAIT, raw);
    gf_poller_count_waiter(-1);
    if (!woken)
        unqueue(raw, w);
    return !woken ? -ETIMEDOUT : w->closed ? -ESHUTDOWN : 0;
}

int gf_raw_wait(struct gf_raw *raw, int events, int64_t deadline)
{
    struct m *m = gf_enter();
    struct waiter w = {
        .g = m->g, .ticket = gf_claim_ticket(m->g), .events = events | POLLERR | POLLHUP};
    int error = -ESHUTDOWN;
    if (queue(raw, &w)) {
        error = gf_poller_renew(raw->fd, &raw->source);
        // If somebody has taken us off, a wake-up is under way, and has to be waited for.
        if (!error || !unqueue(raw, &w))
            error = park(&m, raw, &w, error ? INT64_MAX : deadline);
    }
    gf_leave(m);
    return error;
}

void gf_raw_lock_writer(struct gf_raw *raw)
{
    gf_mutex_lock_inside(&raw->writing);
}

void gf_raw_unlock_writer(struct gf_raw *raw)
{
    gf_mutex_unlock_inside(&raw->writing);
}
