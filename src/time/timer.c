// SPDX-License-Identifier: MIT
// Timers that can be stopped and set again, of two kinds: with a channel, and with a function. And tickers, which are
// the first kind with a period. Any number of goroutines may stop and set one at the same time: the lock of the heap that
// it is in puts them in order.
//
// A function timer fires by starting a goroutine, which replays the bound call from a copy of its own, for the timer
// may be set again, or freed, while it runs.
#include "panic/misuse.h"
#include "sched/race.h"
#include "time/moment.h"

#include <stdlib.h>
#include <string.h>

struct go_timer {
    struct gf_timechan channel; // chan is NULL for a function timer
    void *creator_pc;           // [const] where go_after_func stands
    struct go_call call; // [const] of a function timer; reg[0] points to one that needs more room
};

// A ticker is a timer by another name.
struct go_ticker {
    struct go_timer timer;
};

static struct go_timer *check(go_timer *t, const char *text)
{
    if (gf_unlikely(!t))
        gf_panic_runtime(text);
    return t;
}

static void start(go_timer *t, go_duration d, go_duration period)
{
    struct m *m = gf_enter();
    gf_timechan_start(m, &t->channel, d, period);
    gf_leave(m);
}

static bool stop(go_timer *t)
{
    struct m *m = gf_enter();
    bool kept = gf_timechan_stop(m, &t->channel);
    gf_leave(m);
    return kept;
}

static bool reset(go_timer *t, go_duration d, go_duration period)
{
    struct m *m = gf_enter();
    bool kept = gf_timechan_reset(m, &t->channel, d, period);
    gf_leave(m);
    return kept;
}

// The bound call on the heap, or NULL.
static struct go_call *large_call(const go_timer *t)
{
    return t->call.flags & GO_CALL_FULL ? (struct go_call *)t->call.reg[0] : NULL;
}

static void release(go_timer *t)
{
    stop(t);
    if (t->channel.chan)
        go_chan_free((GO_CHAN(go_time))t->channel.chan);
    free(large_call(t));
}

// --- With a channel ---

static void init(go_timer *t, go_duration d, go_duration period)
{
    memset(t, 0, sizeof *t);
    gf_timechan_init(&t->channel, false);
    start(t, d, period);
}

go_timer *go_timer_new(go_duration d)
{
    go_timer *t = gf_time_alloc(sizeof *t);
    init(t, d, 0);
    return t;
}

GO_RECV_CHAN(go_time) go_timer_chan(go_timer *t)
{
    return (GO_CHAN(go_time))t->channel.chan;
}

bool go_timer_stop(go_timer *t)
{
    return stop(check(t, "time: Stop called on uninitialized Timer"));
}

bool go_timer_reset(go_timer *t, go_duration d)
{
    return reset(check(t, "time: Reset called on uninitialized Timer"), d, 0);
}

void go_timer_free(go_timer *t)
{
    if (!t)
        return;
    release(t);
    free(t);
}

// --- With a function ---

// Under the heap's lock: the call is copied before anybody can free the timer.
static struct g *start_goroutine(struct m *m, struct gf_timer *timer, int64_t now)
{
    (void)now;
    go_timer *t = gf_container_of(timer, go_timer, channel.timer);
    const struct go_call *large = large_call(t);
    gf_race_origin(m, timer);
    gf_spawn(m, large ? large : &t->call, NULL, t->creator_pc, false);
    return NULL;
}

go_timer *go_after_func_(go_duration d, struct go_kept_call call)
{
    go_timer *t = gf_time_alloc(sizeof *t);
    *t = (go_timer){.channel = {.timer = {.fire = start_goroutine}},
                    .creator_pc = __builtin_return_address(0),
                    .call = call.call};
    if (call.large)
        t->call.reg[0] = (uint64_t)call.large;
    start(t, d, 0);
    return t;
}

// --- Tickers ---

go_ticker *go_ticker_new(go_duration d)
{
    if (gf_unlikely(d <= 0))
        gf_panic_runtime("non-positive interval for NewTicker");
    go_ticker *t = gf_time_alloc(sizeof *t);
    init(&t->timer, d, d);
    return t;
}

GO_RECV_CHAN(go_time) go_ticker_chan(go_ticker *t)
{
    return (GO_CHAN(go_time))t->timer.channel.chan;
}

void go_ticker_reset(go_ticker *t, go_duration d)
{
    if (gf_unlikely(d <= 0))
        gf_panic_runtime("non-positive interval for Ticker.Reset");
    if (gf_unlikely(!t))
        gf_panic_runtime("time: Reset called on uninitialized Ticker");
    reset(&t->timer, d, d);
}

void go_ticker_stop(go_ticker *t)
{
    // As in Go: stopping a ticker that never was is nothing.
    if (t)
        stop(&t->timer);
}

void go_ticker_free(go_ticker *t)
{
    if (!t)
        return;
    release(&t->timer);
    free(t);
}
