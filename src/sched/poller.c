// SPDX-License-Identifier: MIT
// The poller: one epoll instance for the process, opened with the first descriptor, waited on by the watcher (an
// idle thread) and looked at by busy ones between goroutines. The tag of a registration is the source's address, 48
// bits, and a generation of 16, so that an event of a descriptor that was closed meanwhile wakes nobody else:
//
//     63            48 47                                            0
//     [ generation    |  address of struct gf_poll_source             ]
#include "sched/poller.h"

#include "os/os.h"
#include "sched/race.h"

#include <errno.h>

enum { MOST_EVENTS = 128, ADDRESS_BITS = 48 };

static struct {
    struct gf_lock opening;     // serialises the opening
    _Atomic(int) fd;            // [const] once open
    _Atomic(int) waiters;       // relaxed: looked at under the scheduler's lock, all threads idle
    _Atomic(int64_t) looked_at; // relaxed
    _Atomic(uint64_t) wakeups;  // goroutines made ready so far; relaxed: a statistic
    _Atomic(bool) open;         // acquire/release with fd
} poller;

bool gf_poller_in_use(void)
{
    return gf_load_acquire(&poller.open); // pairs with the release in open_poller
}

static int open_poller(void)
{
    if (gf_load_acquire(&poller.open)) // pairs with the release below
        return 0;
    gf_lock(&poller.opening, GF_RANK_SCHED);
    int error = 0;
    if (!gf_load_relaxed(&poller.open)) {
        int fd = gf_os_poller_open();
        if (fd < 0) {
            error = fd;
        } else {
            gf_store_relaxed(&poller.fd, fd); // relaxed: published by the release
            gf_store_release(&poller.open, true);
        }
    }
    gf_unlock(&poller.opening);
    // Whether or not a P is idle now: when one becomes idle, its thread finds that there is a watcher and leaves it all
    // to that one.
    if (!error)
        gf_watch_poller();
    return error;
}

static uint64_t tag_of(struct gf_poll_source *s, uint32_t generation)
{
    return (uint64_t)generation << ADDRESS_BITS | (uintptr_t)s;
}

int gf_poller_add(int fd, struct gf_poll_source *s, uint32_t generation)
{
    int error = open_poller();
    if (error)
        return error;
    // Relaxed: constant once open.
    return gf_os_poller_add(gf_load_relaxed(&poller.fd), fd, tag_of(s, generation));
}

int gf_poller_renew(int fd, struct gf_poll_source *s)
{
    int error = open_poller();
    if (error)
        return error;
    int poll = gf_load_relaxed(&poller.fd); // relaxed: as above
    do {
        error = gf_os_poller_renew(poll, fd, tag_of(s, 0));
        if (error == -ENOENT)
            error = gf_os_poller_add(poll, fd, tag_of(s, 0));
    } while (error == -EEXIST); // another has added it in between
    return error;
}

void gf_poller_count_waiter(int change)
{
    gf_add_relaxed(&poller.waiters, change);
}

int gf_poller_waiters(void)
{
    return gf_load_relaxed(&poller.waiters);
}

int64_t gf_poller_looked_at(void)
{
    return gf_load_relaxed(&poller.looked_at);
}

struct g *gf_poller_wait(struct m *m, int64_t deadline)
{
    struct gf_os_event events[MOST_EVENTS];
    struct g *first = NULL, **last = &first;
    int n = gf_os_poller_wait(gf_load_relaxed(&poller.fd), events, MOST_EVENTS, deadline);
    gf_store_relaxed(&poller.looked_at, gf_os_now());
    gf_race_mute(m);
    for (int i = 0; i < n; i++) {
        struct gf_poll_source *s =
            (struct gf_poll_source *)(uintptr_t)(events[i].tag &
                                                 (((uint64_t)1 << ADDRESS_BITS) - 1));
        struct g *woken = s->wake(s, (uint32_t)(events[i].tag >> ADDRESS_BITS), events[i].events);
        *last = woken;
        while (*last) {
            last = &(*last)->next;
            gf_add_relaxed(&poller.wakeups, 1);
        }
    }
    gf_race_unmute(m);
    return first;
}

uint64_t gf_poller_wakeups(void)
{
    return gf_load_relaxed(&poller.wakeups);
}

void gf_poller_look(struct m *m)
{
    if (!gf_poller_in_use() || gf_poller_waiters() == 0)
        return;
    struct g *woken = gf_poller_wait(m, 0);
    if (woken)
        gf_ready_all(m, woken);
}

void gf_poller_break(void)
{
    gf_os_poller_break(gf_load_relaxed(&poller.fd));
}
