// SPDX-License-Identifier: MIT
// The token bucket. Nothing ticks: the number of tokens is computed from the time that has passed whenever somebody
// asks, under a lock. Reservations may bring it below zero, and the time until it is back at zero is their delay; so
// `tokens` at the moment `last`, and the rate, say all there is to say about the future.
//
// `last_due` is when the latest reservation is due. A cancelled one gives back its tokens less those that would have
// come between its own due time and that one: who reserved later has been told to wait until then, and relies on it.
//
// The clock is looked at under the lock: who looked before and was held up on the way would set `last` back, and the time
// from there on would bring its tokens twice. (Go looks before; under contention its limiters let more through.)
//
// Who is refused changes nothing, so refusals, which are most of what a limiter says under load, need no lock: one of them
// computes, under the lock, until when all others will be refused too (`dry_until`), and any change takes that back first. Who
// has read the clock and then finds that moment ahead could have asked under the lock right then, to the same end.
//
// All moments are kept on one axis, the monotonic clock's. A moment of the program that knows the wall clock only is
// moved there by the difference of the two at the limiter's start, always the same, so that distances are exact.
#include "base/saturate.h"
#include "os/os.h"
#include "x/alloc.h"
#include "x/lock.h"
#include "x/until.h"

#include <gofer/select.h>
#include <gofer/x/limiter.h>

// The rate without a limit.
#define is_infinite(rate) __builtin_isinf(rate)

struct go_limiter {
    struct gf_lock lock;
    int64_t wall_offset; // [const] the wall clock less the monotonic one, when it was made
    // [lock]
    double rate; // tokens a second; infinite: no limit
    int burst;
    double tokens;    // at the moment `last`
    int64_t last;     // INT64_MIN: not used yet, the bucket is full
    int64_t last_due; // of the latest reservation
    // As things are, no single token can be had up to this moment; INT64_MIN: unknown. [atomic] written under the lock;
    // relaxed without it, see dried_up.
    _Atomic(int64_t) dry_until;
};

// --- Arithmetic ---

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double tokens_in(double rate, go_duration d)
{
    return rate > 0 ? rate * ((double)d / (double)GO_SECOND) : 0;
}

// How long so many tokens take to come; INT64_MAX: for ever.
static go_duration time_for(double rate, double tokens)
{
    if (rate <= 0)
        return INT64_MAX;
    double d = tokens / rate * (double)GO_SECOND;
    // 2^63, the first double that an int64 cannot hold.
    return d < 0x1p63 ? (go_duration)d : INT64_MAX;
}

// The same until what is left, which may be less than nothing, is no longer.
static go_duration time_to_recover(double rate, double left)
{
    return left < 0 ? time_for(rate, -left) : 0;
}

// --- The bucket, under the lock ---

static int64_t moment_of(const go_limiter *l, go_time t)
{
    return t.monotonic ? t.monotonic : gf_subtract_saturated(t.wall, l->wall_offset);
}

static double tokens_at(const go_limiter *l, int64_t t)
{
    if (t <= l->last)
        return least(l->tokens, l->burst);
    return least(l->tokens + tokens_in(l->rate, gf_subtract_saturated(t, l->last)), l->burst);
}

// Before any change.
static inline void changes(go_limiter *l)
{
    gf_store_relaxed(&l->dry_until, INT64_MIN); // relaxed: see dried_up
}

static void advance(go_limiter *l, int64_t t)
{
    changes(l);
    l->tokens = tokens_at(l, t);
    l->last = t;
}

// Takes n tokens at t if they come within `limit`; refuses without a change.
static go_reservation reserve(go_limiter *l, int64_t t, int n, go_duration limit)
{
    go_reservation refused = {.delay = INT64_MAX};
    if (n < 0)
        return refused;
    if (is_infinite(l->rate))
        return (go_reservation){.ok = true, .limiter = l, .rate = l->rate, .due = t};
    double tokens = tokens_at(l, t) - n;
    go_duration delay = time_to_recover(l->rate, tokens);
    if (n > l->burst || delay > limit)
        return refused;
    changes(l);
    l->tokens = tokens;
    l->last = t;
    l->last_due = gf_add_saturated(t, delay);
    return (go_reservation){
        .ok = true, .delay = delay, .limiter = l, .rate = l->rate, .tokens = n, .due = l->last_due};
}

static void give_back(go_limiter *l, const go_reservation *r, int64_t t)
{
    double relied_on = tokens_in(r->rate, gf_subtract_saturated(l->last_due, r->due));
    double unused = r->tokens - relied_on;
    if (unused <= 0)
        return;
    advance(l, t);
    l->tokens = least(l->tokens + unused, l->burst);
    if (r->due == l->last_due) {
        // The latest one goes: the one before it was due as much earlier as these tokens took.
        int64_t before = gf_add_saturated(r->due, -time_for(r->rate, r->tokens));
        if (before >= t)
            l->last_due = before;
    }
}

// --- Refusals without the lock ---

// How long one token is refused from t on, nearly; 0: it is not.
static go_duration dry_time(const go_limiter *l, int64_t t)
{
    return l->burst < 1 ? INT64_MAX : time_to_recover(l->rate, tokens_at(l, t) - 1);
}

// Under the lock, when one token was refused at t: says until when that will be so. A later moment never has fewer tokens,
// in floating point neither, so if the last one refuses, then all before it do.
static void dries_up(go_limiter *l, int64_t t)
{
    int64_t last = gf_add_saturated(t, dry_time(l, t) - 1);
    gf_store_relaxed(&l->dry_until, dry_time(l, last) > 0 ? last : t); // relaxed: see dried_up
}

// Whether one token is refused at t for certain; t is given, or was read from the clock before. Relaxed: whoever has seen the
// effect of a change sees also that it was announced before; for others the refusal came before that change.
static inline bool dried_up(const go_limiter *l, int64_t t)
{
    return t <= gf_load_relaxed(&l->dry_until);
}

// --- The calls ---

go_limiter *go_limiter_new(double per_second, int burst)
{
    go_limiter *l = gf_x_alloc(sizeof *l);
    *l = (go_limiter){.wall_offset = gf_os_wall() - gf_os_now(),
                      .rate = per_second,
                      .burst = burst,
                      .tokens = burst,
                      .last = INT64_MIN,
                      .dry_until = INT64_MIN};
    return l;
}

void go_limiter_free(go_limiter *l)
{
    free(l);
}

// Under the lock.
static bool allow(go_limiter *l, int64_t t)
{
    bool ok = reserve(l, t, 1, 0).ok;
    if (!ok)
        dries_up(l, t);
    return ok;
}

bool go_limiter_allow(go_limiter *l)
{
    // The first look saves the clock's reading where tokens are taken all the time.
    if (dried_up(l, INT64_MIN + 1) && dried_up(l, gf_os_now()))
        return false;
    struct m *m = gf_x_lock(&l->lock);
    bool ok = allow(l, gf_os_now());
    gf_x_unlock(m, &l->lock);
    return ok;
}

static go_reservation reserve_at(go_limiter *l, go_time t, int n, go_duration limit)
{
    struct m *m = gf_x_lock(&l->lock);
    go_reservation r = reserve(l, moment_of(l, t), n, limit);
    gf_x_unlock(m, &l->lock);
    return r;
}

bool go_limiter_allow_n(go_limiter *l, go_time t, int n)
{
    return reserve_at(l, t, n, 0).ok;
}

go_reservation go_limiter_reserve_n(go_limiter *l, go_time t, int n)
{
    return reserve_at(l, t, n, INT64_MAX);
}

// Under the lock.
static void cancel(go_reservation *r, int64_t t)
{
    go_limiter *l = r->limiter;
    if (!is_infinite(l->rate) && r->due >= t)
        give_back(l, r, t);
    r->tokens = 0;
}

void go_reservation_cancel(go_reservation *r)
{
    if (!r->ok || r->tokens == 0)
        return;
    struct m *m = gf_x_lock(&r->limiter->lock);
    cancel(r, gf_os_now());
    gf_x_unlock(m, &r->limiter->lock);
}

void go_reservation_cancel_at(go_reservation *r, go_time t)
{
    if (!r->ok || r->tokens == 0)
        return;
    struct m *m = gf_x_lock(&r->limiter->lock);
    cancel(r, moment_of(r->limiter, t));
    gf_x_unlock(m, &r->limiter->lock);
}

// --- Waiting ---

static int wait_until_due(go_context *ctx, go_reservation *r)
{
    int err = 0;
    GO_SELECT
    {
        GO_CASE_RECV(gf_x_done(ctx))
        {
            err = go_context_err(ctx);
        }
        GO_CASE_TIMEOUT(r->delay)
        {
        }
    }
    if (err)
        go_reservation_cancel(r);
    return err;
}

// Takes n tokens that come before ctx's deadline, now or later.
static int reserve_for_wait(go_limiter *l, go_context *ctx, int n, go_reservation *r)
{
    go_time deadline;
    int64_t latest = INT64_MAX; // no deadline
    int err = gf_x_err(ctx);
    if (ctx && go_context_deadline(ctx, &deadline))
        latest = moment_of(l, deadline);
    struct m *m = gf_x_lock(&l->lock);
    if (n < 0 || (n > l->burst && !is_infinite(l->rate)))
        err = -EINVAL;
    if (!err) {
        int64_t now = gf_os_now();
        go_duration limit = latest == INT64_MAX ? latest : gf_subtract_saturated(latest, now);
        *r = reserve(l, now, n, limit);
        err = r->ok ? 0 : -ETIMEDOUT;
    }
    gf_x_unlock(m, &l->lock);
    return err;
}

int go_limiter_wait_n(go_limiter *l, go_context *ctx, int n)
{
    go_reservation r;
    int err = reserve_for_wait(l, ctx, n, &r);
    if (!err && r.delay > 0)
        err = wait_until_due(ctx, &r);
    return err;
}

int go_limiter_wait(go_limiter *l, go_context *ctx)
{
    return go_limiter_wait_n(l, ctx, 1);
}

// --- Changing it, and looking ---

void go_limiter_set_limit_at(go_limiter *l, go_time t, double per_second)
{
    struct m *m = gf_x_lock(&l->lock);
    advance(l, moment_of(l, t));
    l->rate = per_second;
    gf_x_unlock(m, &l->lock);
}

void go_limiter_set_limit(go_limiter *l, double per_second)
{
    struct m *m = gf_x_lock(&l->lock);
    advance(l, gf_os_now());
    l->rate = per_second;
    gf_x_unlock(m, &l->lock);
}

void go_limiter_set_burst_at(go_limiter *l, go_time t, int burst)
{
    struct m *m = gf_x_lock(&l->lock);
    advance(l, moment_of(l, t));
    l->burst = burst;
    gf_x_unlock(m, &l->lock);
}

void go_limiter_set_burst(go_limiter *l, int burst)
{
    struct m *m = gf_x_lock(&l->lock);
    advance(l, gf_os_now());
    l->burst = burst;
    gf_x_unlock(m, &l->lock);
}

double go_limiter_tokens_at(go_limiter *l, go_time t)
{
    struct m *m = gf_x_lock(&l->lock);
    double tokens = tokens_at(l, moment_of(l, t));
    gf_x_unlock(m, &l->lock);
    return tokens;
}

double go_limiter_tokens(go_limiter *l)
{
    return go_limiter_tokens_at(l, go_now());
}
