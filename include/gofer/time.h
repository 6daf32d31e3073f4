// SPDX-License-Identifier: MIT
// Time: durations, moments, sleeping, and channels that carry moments. A duration is a number of
// nanoseconds, so it is written 20 * GO_MILLISECOND. Nothing here fires early; zero and negative durations
// are over at once, and the largest one never ends.
#ifndef GOFER_TIME_H
#define GOFER_TIME_H

#include <gofer/chan.h>

GO_BEGIN_DECLS

typedef int64_t go_duration;

#define GO_NANOSECOND ((go_duration)1)
#define GO_MICROSECOND ((go_duration)1000)
#define GO_MILLISECOND ((go_duration)1000000)
#define GO_SECOND ((go_duration)1000000000)
#define GO_MINUTE (60 * GO_SECOND)
#define GO_HOUR (60 * GO_MINUTE)

// A moment, on two clocks: the wall clock, which says what o'clock it is and may be set, and the monotonic
// one, which measures. The zero value is no moment.   Go: time.Time
typedef struct go_time {
    int64_t wall; // nanoseconds since 1970-01-01 00:00 UTC
    int64_t
        monotonic; // nanoseconds since the system started; 0: not known, a moment from elsewhere
} go_time;

// Returns the present moment.   From: goroutine or any thread, signal handlers too.   Go: time.Now
GO_API go_time go_now(void);

// Returns the time passed since t, and the time left until t; negative if it is not so.
// Go: time.Since, time.Until
GO_API go_duration go_since(go_time t);
GO_API go_duration go_until(go_time t);

// Returns the moment d after t.   Go: Time.Add
GO_API go_time go_time_add(go_time t, go_duration d);

// Returns a - b, by the monotonic clock if both have it; at the ends of the range if it does not fit.
// Go: Time.Sub
GO_API go_duration go_time_sub(go_time a, go_time b);

// Blocks this goroutine for d at least; not at all if d is zero or negative.   From: goroutine or foreign
// thread.   Memory: orders nothing.   Go: time.Sleep
GO_API void go_sleep(go_duration d);

// Returns a channel on which the moment comes once, when d is over: the moment of expiry, not of the
// receive. Its length and capacity are 0, as if it had no buffer. In a select case_timeout is cheaper.
// Owns: the caller, until chan_free, which also stops the timer.   Errors: fatal when no memory is left.
// Go: time.After
GO_API GO_RECV_CHAN(go_time) go_after(go_duration d);

// Returns a channel that delivers a tick each d, on a grid: ticks that nobody takes are dropped. NULL if d is
// not positive.   Owns: the caller, until chan_free, which also ends the ticks.   Go: time.Tick
GO_API GO_RECV_CHAN(go_time) go_tick(go_duration d);

// --- Timers that can be stopped and set again ---

typedef struct go_timer go_timer;

// Makes a timer whose channel gets the moment when d is over.   Owns: the caller, until go_timer_free.
// Errors: fatal when no memory is left.   Go: time.NewTimer
GO_API go_timer *go_timer_new(go_duration d);

// Returns the timer's channel, NULL for one of go_after_func. Owns: the timer; take a chan_ref to keep it.
GO_API GO_RECV_CHAN(go_time) go_timer_chan(go_timer *t);

// Stops the timer; returns whether that kept it from delivering: true also if it had expired and nobody had
// received yet. Once this returns, nothing of the former setting can be received, and f does not start; one
// that runs already is not waited for.   Panics: "time: Stop called on uninitialized Timer" for NULL.
// Go: Timer.Stop
GO_API bool go_timer_stop(go_timer *t);

// Sets the timer anew, to d from now; returns what go_timer_stop would have. A run of f may overlap with
// the next one.   Panics: "time: Reset called on uninitialized Timer" for NULL.   Go: Timer.Reset
GO_API bool go_timer_reset(go_timer *t, go_duration d);

// Stops the timer and ends it; NULL is allowed.
GO_API void go_timer_free(go_timer *t);

// Makes a timer that calls f(args…) in a goroutine of its own when d is over: go_after_func(d, f, args…).
// The arguments are evaluated here and now, and serve each run if the timer is reset.
// Owns: the caller, until go_timer_free.   Go: time.AfterFunc
#define go_after_func(d, f, ...) GO_AFTER_FUNC_(GO_UID, d, f, ##__VA_ARGS__)

// --- Tickers ---

typedef struct go_ticker go_ticker;

// Makes a ticker whose channel gets the moment each d, on a grid; ticks that nobody takes are dropped.
// Panics: "non-positive interval for NewTicker".   Owns: the caller, until go_ticker_free.
// Go: time.NewTicker
GO_API go_ticker *go_ticker_new(go_duration d);

// Returns the ticker's channel. Owns: the ticker; take a chan_ref to keep it.
GO_API GO_RECV_CHAN(go_time) go_ticker_chan(go_ticker *t);

// Starts a new grid, from now, of period d: nothing of the former one comes any more.
// Panics: "non-positive interval for Ticker.Reset".   Go: Ticker.Reset
GO_API void go_ticker_reset(go_ticker *t, go_duration d);

// Ends the ticks; the channel stays open and silent.   Go: Ticker.Stop
GO_API void go_ticker_stop(go_ticker *t);

// Stops the ticker and ends it; NULL is allowed.
GO_API void go_ticker_free(go_ticker *t);

// What the macros are made of.

#define GO_AFTER_FUNC_(id, d, f, ...) GO_AFTER_FUNC__(id, d, f, ##__VA_ARGS__)
#define GO_AFTER_FUNC__(id, d, f, ...)                                                             \
    go_after_func_((d), GO_BIND_KEEP(id, f, ##__VA_ARGS__), GO_ARGC(__VA_ARGS__))

GO_API go_timer *go_after_func_(go_duration d, struct go_kept_call kept, int args);

GO_END_DECLS

#endif
