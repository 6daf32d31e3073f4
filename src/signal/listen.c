// SPDX-License-Identifier: MIT
// The listeners: a list of channels, each with the signals that it gets. Sending happens under the list's lock, so a
// channel that has been taken off the list gets nothing any more. A full channel misses the signal, and so does one that
// the program has closed without a stop.
//
// While there is a listener the poller counts a waiter: busy threads look at it between goroutines, and there is no
// deadlock, for a signal may come.
#include "signal/signal.h"

#include "chan/chan.h"
#include "sched/poller.h"
#include "sched/solo.h"

#include <stdlib.h>

struct listener {
    struct gf_list link;
    struct go_chan *chan; // [const] a reference
    gf_signals set;       // [lock] the list's
};

static struct gf_lock lock;
static struct gf_list listeners = {&listeners, &listeners}; // [lock] lock

static inline struct listener *of_link(struct gf_list *link)
{
    return gf_container_of(link, struct listener, link);
}

// Returns the chain's new end.
static struct g **send(struct listener *l, int sig, struct g **last)
{
    bool closed;
    gf_lock(&l->chan->lock, GF_RANK_CHAN);
    gf_chan_put(l->chan, &sig, last, &closed);
    gf_unlock(&l->chan->lock);
    if (!*last)
        return last;
    (*last)->next = NULL;
    return &(*last)->next;
}

// With the lock held.
static struct g *deliver_locked(struct m *m)
{
    struct g *first = NULL, **last = &first;
    gf_race_mute(m);
    for (gf_signals left = gf_caught_take(); left; left &= left - 1) {
        int sig = __builtin_ctzll(left) + 1;
        for (struct gf_list *link = listeners.next; link != &listeners; link = link->next)
            if (of_link(link)->set & gf_signal_bit(sig))
                last = send(of_link(link), sig, last);
    }
    *last = NULL;
    gf_race_unmute(m);
    return first;
}

// From whoever looks at the poller, which may be a thread without a P.
struct g *gf_signals_deliver(void)
{
    struct m *m = gf_self();
    gf_solo_visit(m);
    gf_lock(&lock, GF_RANK_SIGNAL);
    struct g *woken = deliver_locked(m);
    gf_unlock(&lock);
    gf_solo_leave(m);
    return woken;
}

// --- Changing the list; one at a time, under notify.c's mutex, which therefore reads it without the lock ---

static struct listener *find(const struct go_chan *c)
{
    for (struct gf_list *link = listeners.next; link != &listeners; link = link->next)
        if (of_link(link)->chan == c)
            return of_link(link);
    return NULL;
}

gf_signals gf_listened_by(const struct go_chan *c)
{
    const struct listener *l = find(c);
    return l ? l->set : 0;
}

gf_signals gf_listened_by_others(const struct go_chan *c)
{
    gf_signals set = 0;
    for (struct gf_list *link = listeners.next; link != &listeners; link = link->next)
        if (of_link(link)->chan != c)
            set |= of_link(link)->set;
    return set;
}

static struct listener *make(struct go_chan *c)
{
    struct listener *l = malloc(sizeof *l);
    if (!l)
        gf_fatal("out of memory (signal)");
    *l = (struct listener){.chan = go_chan_ref_(c)};
    return l;
}

void gf_listen(struct go_chan *c, gf_signals set)
{
    struct listener *l = find(c), *added = l ? NULL : make(c);
    bool is_first = gf_list_empty(&listeners);
    struct m *m = gf_enter();
    if (added && is_first)
        gf_poller_count_waiter(1);
    gf_lock(&lock, GF_RANK_SIGNAL);
    if (added)
        gf_list_push_back(&listeners, &added->link);
    (l ? l : added)->set |= set;
    gf_unlock(&lock);
    gf_leave(m);
}

// With the lock held: those that get nothing any more go to `gone`.
static void withdraw_locked(struct go_chan *c, gf_signals set, struct gf_list *gone)
{
    for (struct gf_list *link = listeners.next, *next; link != &listeners; link = next) {
        struct listener *l = of_link(link);
        next = link->next;
        if (c && l->chan != c)
            continue;
        l->set &= ~set;
        if (l->set)
            continue;
        gf_list_remove(link);
        gf_list_push_back(gone, link);
    }
}

static void free_all(struct gf_list *gone)
{
    for (struct gf_list *link; (link = gf_list_pop_front(gone));) {
        go_chan_free_(of_link(link)->chan);
        free(of_link(link));
    }
}

void gf_listen_no_more(struct go_chan *c, gf_signals set)
{
    struct gf_list gone;
    gf_list_init(&gone);
    struct m *m = gf_enter();
    gf_lock(&lock, GF_RANK_SIGNAL);
    struct g *woken = deliver_locked(m);
    withdraw_locked(c, set, &gone);
    gf_unlock(&lock);
    if (!gf_list_empty(&gone) && gf_list_empty(&listeners))
        gf_poller_count_waiter(-1);
    if (woken)
        gf_ready_all(m, woken);
    gf_leave(m);
    free_all(&gone);
}
