// SPDX-License-Identifier: MIT
// Channels on which a timer delivers: go_after and go_tick, whose timer belongs to the channel and ends with it, and
// the common part of timers and tickers, which own their channel.
//
// The channel has room for one moment, so that the timer, which fires under the lock of its heap, never waits for a
// receiver; a second moment that finds it full is dropped. From outside it looks unbuffered (Go 1.23): a stop takes
// the unreceived moment back, after the timer can no longer fire. So nothing of an earlier setting can be received
// once a stop has returned.
#include "chan/chan.h"
#include "time/moment.h"

#include <stdlib.h>

void *gf_time_alloc(size_t bytes)
{
    void *p = malloc(bytes);
    if (!p)
        gf_fatal("out of memory (timer)");
    return p;
}

// The moment on both clocks at which the monotonic one showed `when`.
static go_time moment_of(int64_t when)
{
    go_time now = go_now();
    return (go_time){.wall = now.wall + (when - now.monotonic), .monotonic = when};
}

// The channel is alive: its end stops the timer first, and that waits for the heap's lock, which is held here.
static struct g *deliver(struct m *m, struct gf_timer *timer, int64_t now)
{
    (void)m, (void)now;
    struct go_chan *c = gf_container_of(timer, struct gf_timechan, timer)->chan;
    struct g *wake;
    bool closed;
    // A periodic timer has been advanced already.
    go_time expiry = moment_of(timer->when - timer->period);
    gf_lock(&c->lock, GF_RANK_CHAN);
    gf_chan_put(c, &expiry, &wake, &closed);
    gf_unlock(&c->lock);
    return wake;
}

// The last reference to the channel of go_after or go_tick is gone.
static void end(struct go_chan *c)
{
    struct gf_timechan *t = c->owner;
    struct m *m = gf_enter();
    gf_timer_stop(&t->timer);
    gf_leave(m);
    free(t);
}

static const struct gf_chan_class owned_class = {.hides_buffer = true, .finalize = end};
static const struct gf_chan_class plain_class = {.hides_buffer = true};

void gf_timechan_init(struct gf_timechan *t, bool owned)
{
    *t = (struct gf_timechan){.timer = {.fire = deliver}};
    t->chan = gf_chan_new(sizeof(go_time), 1, owned ? &owned_class : &plain_class, t);
}

// The timer is not armed.
static void set(struct gf_timechan *t, int64_t when, go_duration period)
{
    t->timer.when = when;
    t->timer.period = period;
    // A channel's receiver, or the goroutine that the timer starts, is ordered behind this.
    gf_race_release(t->chan ? (void *)t->chan : (void *)&t->timer);
}

void gf_timechan_start(struct m *m, struct gf_timechan *t, go_duration d, go_duration period)
{
    set(t, gf_deadline(d), period);
    gf_timer_start(m, &t->timer);
}

// Takes back a moment that nobody has received. The timer has been taken, so its heap's lock, which we hold, has ordered
// its last delivery before this, and none follows: what looks empty without the channel's lock is empty. *wake is who
// has to be made ready then.
static bool drain(struct go_chan *c, struct g **wake)
{
    bool ok;
    if (gf_likely(!c || __atomic_load_n(&c->count, __ATOMIC_RELAXED) == 0))
        return false;
    gf_lock(&c->lock, GF_RANK_CHAN);
    bool had = c->count > 0 && gf_chan_get(c, NULL, wake, &ok);
    gf_unlock(&c->lock);
    return had;
}

// Disarms it for good, or with `again` until it is set to `when`.
static bool disarm(struct m *m, struct gf_timechan *t, bool again, int64_t when, go_duration period)
{
    struct g *wake = NULL;
    bool armed;
    struct gf_timers *h = gf_timer_take(&t->timer, &armed);
    bool had = drain(t->chan, &wake);
    if (again) {
        set(t, when, period);
        gf_timer_put(m, h, &t->timer);
    } else {
        gf_timer_leave(h);
    }
    if (gf_unlikely(wake != NULL))
        gf_ready(m, wake);
    return had || armed;
}

bool gf_timechan_stop(struct m *m, struct gf_timechan *t)
{
    return disarm(m, t, false, 0, 0);
}

bool gf_timechan_reset(struct m *m, struct gf_timechan *t, go_duration d, go_duration period)
{
    return disarm(m, t, true, gf_deadline(d), period);
}

static GO_RECV_CHAN(go_time) owned_channel(go_duration d, go_duration period)
{
    struct gf_timechan *t = gf_time_alloc(sizeof *t);
    gf_timechan_init(t, true);
    struct m *m = gf_enter();
    gf_timechan_start(m, t, d, period);
    gf_leave(m);
    return (GO_CHAN(go_time))t->chan;
}

GO_RECV_CHAN(go_time) go_after(go_duration d)
{
    return owned_channel(d, 0);
}

GO_RECV_CHAN(go_time) go_tick(go_duration d)
{
    return d > 0 ? owned_channel(d, d) : NULL;
}
