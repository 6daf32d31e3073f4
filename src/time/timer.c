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
    // [const] What follows only a function timer has, and of the words as many as its call has arguments: a timer may wait
    // for long, and among a million.
    void *creator_pc; // where go_after_func stands
    void *fn;
    uint32_t
        flags; // of the bound call; GO_CALL_FULL: it is on the heap, where the only word points to
    uint32_t words;
    uint64_t word[];
};

struct go_ticker {
    struct gf_timechan channel;
};

static struct gf_timechan *check(go_timer *t, const char *text)
{
    if (gf_unlikely(!t))
        gf_panic_runtime(text);
    return &t->channel;
}

static void start(struct gf_timechan *c, go_duration d, go_duration period)
{
    struct m *m = gf_enter();
    gf_timechan_start(m, c, d, period);
    gf_leave(m);
}

static bool stop(struct gf_timechan *c)
{
    struct m *m = gf_enter();
    bool kept = gf_timechan_stop(m, c);
    gf_leave(m);
    return kept;
}

static bool reset(struct gf_timechan *c, go_duration d, go_duration period)
{
    struct m *m = gf_enter();
    bool kept = gf_timechan_reset(m, c, d, period);
    gf_leave(m);
    return kept;
}

// --- With a channel ---

// Room for so many bytes that begin with a timer and its channel, both running.
static void *channel_new(size_t bytes, go_duration d, go_duration period)
{
    struct gf_timechan *c = gf_time_alloc(bytes);
    memset(c, 0, bytes);
    gf_timechan_init(c, false);
    start(c, d, period);
    return c;
}

static void channel_release(struct gf_timechan *c)
{
    stop(c);
    go_chan_free((GO_CHAN(go_time))c->chan);
}

go_timer *go_timer_new(go_duration d)
{
    return channel_new(offsetof(struct go_timer, creator_pc), d, 0);
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

// --- With a function ---

static struct go_call *large_call(const go_timer *t)
{
    return t->flags & GO_CALL_FULL ? (struct go_call *)t->word[0] : NULL;
}

// Under the heap's lock: the call is copied before anybody can free the timer.
static struct g *start_goroutine(struct m *m, struct gf_timer *timer, int64_t now)
{
    (void)now;
    go_timer *t = gf_container_of(timer, go_timer, channel.timer);
    const struct go_call *large = large_call(t);
    struct go_call call = {.fn = t->fn, .flags = t->flags};
    if (!large)
        memcpy(call.reg, t->word, t->words * sizeof *t->word);
    gf_race_origin(m, timer);
    gf_spawn(m, large ? large : &call, NULL, t->creator_pc, false);
    return NULL;
}

go_timer *go_after_func_(go_duration d, struct go_kept_call kept, int args)
{
    const struct go_call *call = &kept.call;
    uint32_t words = kept.large ? 1 : (uint32_t)args;
    go_timer *t = gf_time_alloc(offsetof(struct go_timer, word) + words * sizeof *t->word);
    t->channel = (struct gf_timechan){.timer = {.fire = start_goroutine}};
    t->creator_pc = __builtin_return_address(0);
    t->fn = call->fn;
    t->flags = call->flags;
    t->words = words;
    memcpy(t->word, kept.large ? (const void *)&kept.large : call->reg, words * sizeof *t->word);
    start(&t->channel, d, 0);
    return t;
}

void go_timer_free(go_timer *t)
{
    if (!t)
        return;
    if (t->channel.chan) {
        channel_release(&t->channel);
    } else {
        stop(&t->channel);
        free(large_call(t));
    }
    free(t);
}

// --- Tickers ---

go_ticker *go_ticker_new(go_duration d)
{
    if (gf_unlikely(d <= 0))
        gf_panic_runtime("non-positive interval for NewTicker");
    return channel_new(sizeof(struct go_ticker), d, d);
}

GO_RECV_CHAN(go_time) go_ticker_chan(go_ticker *t)
{
    return (GO_CHAN(go_time))t->channel.chan;
}

void go_ticker_reset(go_ticker *t, go_duration d)
{
    if (gf_unlikely(d <= 0))
        gf_panic_runtime("non-positive interval for Ticker.Reset");
    if (gf_unlikely(!t))
        gf_panic_runtime("time: Reset called on uninitialized Ticker");
    reset(&t->channel, d, d);
}

void go_ticker_stop(go_ticker *t)
{
    // As in Go: stopping a ticker that never was is nothing.
    if (t)
        stop(&t->channel);
}

void go_ticker_free(go_ticker *t)
{
    if (!t)
        return;
    channel_release(&t->channel);
    free(t);
}
