// SPDX-License-Identifier: MIT
// A channel's order for the race detector; only in the library of `gofer run -race`. Sends and receives are counted, and
// the k-th of either belongs to place k modulo the capacity, be the value in the buffer or handed over at once. A place
// has a byte for its last send, which the receive acquires, and one for its last receive, which the send C later
// acquires.
//
// Who parks at a channel with a buffer does not know its place yet, and whoever serves it later must not take over its
// past: the one who receives the oldest value and moves a parked sender's into the buffer is not ordered behind that
// sender. So a waiter brings its past along, as a byte of its own on the heap, and the place keeps that until the one who
// is to be ordered behind it comes. Without a buffer the two meet, and each is ordered behind the other.
//
// A buffer of more places than MOST_PLACES shares them: then some ordering is assumed that is not there.
#include "chan/chan.h"

#include <stdlib.h>

enum { MOST_PLACES = 1 << 16 };

struct gf_race_place {
    unsigned char *sender, *receiver; // the past of one who had parked; NULL: it is in the bytes
    unsigned char sent, received;
};

static size_t count_of(const struct go_chan *c)
{
    return c->cap < MOST_PLACES ? c->cap : MOST_PLACES;
}

static void *allocate(size_t n, size_t bytes)
{
    void *p = calloc(n, bytes);
    if (!p)
        gf_fatal("out of memory (race detector)");
    return p;
}

void gf_chan_race_init(struct go_chan *c)
{
    if (c->cap > 0 && !c->class)
        c->race.places = allocate(count_of(c), sizeof *c->race.places);
}

void gf_chan_race_end(struct go_chan *c)
{
    for (size_t i = 0; c->race.places && i < count_of(c); i++) {
        free(c->race.places[i].sender);
        free(c->race.places[i].receiver);
    }
    free(c->race.places);
}

static struct gf_race_place *place(struct go_chan *c, uint64_t number)
{
    return &c->race.places[number % count_of(c)];
}

static void take_over(unsigned char **past)
{
    if (!*past)
        return;
    gf_race_acquire(*past);
    free(*past);
    *past = NULL;
}

static void move(unsigned char **to, struct gf_waiter *w)
{
    free(*to);
    *to = w->race.past;
    w->race.past = NULL;
}

void gf_chan_race_put(struct go_chan *c)
{
    if (c->class)
        return;
    struct gf_race_place *p = place(c, c->race.sends++);
    gf_race_acquire(&p->received);
    take_over(&p->receiver);
    gf_race_release(&p->sent);
}

void gf_chan_race_get(struct go_chan *c)
{
    if (c->class)
        return;
    struct gf_race_place *p = place(c, c->race.receives++);
    gf_race_acquire(&p->sent);
    take_over(&p->sender);
    gf_race_release(&p->received);
}

void gf_chan_race_parks(struct go_chan *c, struct gf_waiter *w)
{
    w->race = (struct gf_race_of_waiter){.bytes = c->elem_size};
    if (c->cap == 0) {
        gf_race_publish(&w->g->parked);
    } else if (!c->class) {
        w->race.past = allocate(1, 1);
        gf_race_release(w->race.past);
    }
}

void gf_chan_race_parked(struct gf_waiter *w)
{
    free(w->race.past);
}

static void meet(struct gf_waiter *w)
{
    gf_race_observe(&w->g->parked);
    gf_race_wake(w->g);
}

void gf_chan_race_to_receiver(struct go_chan *c, struct gf_waiter *w)
{
    if (c->cap == 0) {
        meet(w);
    } else if (!c->class) {
        gf_chan_race_put(c);
        gf_race_wake(w->g);
        move(&place(c, c->race.receives++)->receiver, w);
    }
}

void gf_chan_race_from_sender(struct go_chan *c, struct gf_waiter *w)
{
    if (c->cap == 0) {
        meet(w);
    } else {
        gf_race_wake(w->g);
        move(&place(c, c->race.sends++)->sender, w);
    }
}

void gf_chan_race_close(struct go_chan *c)
{
    gf_race_release(&c->race.closing);
}

void gf_chan_race_finds_closed(struct go_chan *c)
{
    gf_race_acquire(&c->race.closing);
}
