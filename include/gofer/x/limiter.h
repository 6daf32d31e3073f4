// SPDX-License-Identifier: MIT
// A rate limiter: a token bucket, full at first, that refills continuously at so many tokens a second up to its
// burst. Whoever takes tokens that are not there yet is told how long to wait for them. Any number of goroutines and
// threads may use one at the same time.
//
// Moments are given where a program keeps its own clock, as in a simulation or a test; a moment before the last one
// adds and removes nothing. Go: golang.org/x/time/rate
#ifndef GOFER_X_LIMITER_H
#define GOFER_X_LIMITER_H

#include <gofer/context.h>
#include <gofer/time.h>

GO_BEGIN_DECLS

typedef struct go_limiter go_limiter;

// The rate without a limit: everything is allowed at once, whatever the burst.   Go: rate.Inf
#define GO_RATE_INF __builtin_huge_val()

// Makes a limiter of `per_second` tokens a second and at most `burst` at once. A rate of zero or less never refills.
// Errors: fatal when no memory is left.   Owns: the caller, until go_limiter_free.   Go: rate.NewLimiter
GO_API go_limiter *go_limiter_new(double per_second, int burst);
// Ends it; NULL is allowed. Nobody may wait in it.
GO_API void go_limiter_free(go_limiter *l);

// Take one token, or n at the moment t, if they are there; return whether they were. Never block.
// Go: Limiter.Allow, Limiter.AllowN
GO_API bool go_limiter_allow(go_limiter *l);
GO_API bool go_limiter_allow_n(go_limiter *l, go_time t, int n);

// Take one token, or n, and block until they are there. A NULL ctx never ends.
// Errors: ctx's error if it ended before or meanwhile, and then the tokens are given back; at once and without taking
// any, -EINVAL for n below zero or above the burst, -ETIMEDOUT if ctx's deadline comes before the tokens.
// Go: Limiter.Wait, Limiter.WaitN
GO_API int go_limiter_wait(go_limiter *l, go_context *ctx);
GO_API int go_limiter_wait_n(go_limiter *l, go_context *ctx, int n);

// Tokens that are taken, and when they may be used.   Go: rate.Reservation
typedef struct go_reservation {
    bool ok; // false: n is below zero or above the burst, nothing was taken
    go_duration
        delay; // from the moment of the reservation on; INT64_MAX if refused, or if it never comes
    // The rest is the limiter's.
    go_limiter *limiter;
    double rate; // the rate in force when it was made
    int tokens;
    int64_t due; // when they may be used
} go_reservation;

// Takes n tokens at the moment t, which may bring the bucket below zero: the caller waits `delay`, then acts.
// Go: Limiter.ReserveN
GO_API go_reservation go_limiter_reserve_n(go_limiter *l, go_time t, int n);

// Gives back, now or at the moment t, what later reservations have not relied on; nothing once the tokens are due.
// A second cancel does nothing.   Go: Reservation.Cancel, Reservation.CancelAt
GO_API void go_reservation_cancel(go_reservation *r);
GO_API void go_reservation_cancel_at(go_reservation *r, go_time t);

// Change the rate and the burst, now or from the moment t on. Reservations that were made keep their delay.
// Go: Limiter.SetLimit, SetLimitAt, SetBurst, SetBurstAt
GO_API void go_limiter_set_limit(go_limiter *l, double per_second);
GO_API void go_limiter_set_limit_at(go_limiter *l, go_time t, double per_second);
GO_API void go_limiter_set_burst(go_limiter *l, int burst);
GO_API void go_limiter_set_burst_at(go_limiter *l, go_time t, int burst);

// Return how many tokens are there, now or at the moment t; below zero if reservations wait for them.
// Go: Limiter.Tokens, Limiter.TokensAt
GO_API double go_limiter_tokens(go_limiter *l);
GO_API double go_limiter_tokens_at(go_limiter *l, go_time t);

GO_END_DECLS

#endif
