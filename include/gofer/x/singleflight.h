// SPDX-License-Identifier: MIT
// One run for all who ask for the same thing at the same time: while a function runs for a key, others that come with
// that key wait for its result instead of running it again. A zero-initialised object is ready to use; it must not be
// copied once used.   Go: golang.org/x/sync/singleflight
#ifndef GOFER_X_SINGLEFLIGHT_H
#define GOFER_X_SINGLEFLIGHT_H

#include <gofer/chan.h>
#include <gofer/detail/job.h>
#include <gofer/sync.h>

GO_BEGIN_DECLS

typedef struct go_singleflight {
    go_mutex mutex;
    go_map flights; // see src/x/singleflight.c
} go_singleflight;

// What go_singleflight_do_chan's channel carries.
typedef struct go_flight_result {
    void *result; // what f left there; NULL if it failed
    int err;      // what f returned
    bool shared;  // others have got the same
} go_flight_result;

// go_singleflight_do(g, key, &result, &shared, f, args…): calls f(&its_result, args…), with up to seven arguments, unless
// that runs for the key already; then blocks until it has ended. f runs in the first caller's goroutine, its arguments
// are evaluated at every call. Returns what f returned, 0 or a negative errno; with 0, result is what f left, NULL if it
// left nothing, else it stays. *shared says whether others have got the same. result and shared may be NULL.
// Panics: every caller does as f did, and a go_exit in f ends every caller's goroutine. If f panics and somebody waits
// on a channel, who cannot be told, the process crashes.
// Owns: the key is copied. The result is shared by all; who frees it is between them.
// From: goroutine or foreign thread.   Memory: f's return happens before this returns.   Go: Group.Do
#define go_singleflight_do(g, key, result, shared, f, ...)                                         \
    GO_FLIGHT_DO_(GO_UID, g, key, result, shared, f, ##__VA_ARGS__)

// go_singleflight_do_chan(g, key, f, args…): the same without waiting: returns a recv_chan(go_flight_result) of capacity
// 1, to which the result will be sent. f runs in a goroutine of its own. If f ends by go_exit, the result's err is
// -ECANCELED.   Owns: the channel is the caller's to chan_free, received from or not; it is never closed.
// Go: Group.DoChan
#define go_singleflight_do_chan(g, key, f, ...) GO_FLIGHT_DO_CHAN_(GO_UID, g, key, f, ##__VA_ARGS__)

// Makes the next caller with this key run its function, though one is running: who waits for that gets its result still,
// and who comes now gets the new one.   Go: Group.Forget
GO_API void go_singleflight_forget(go_singleflight *g, const char *key);

// Releases what the object holds. Nothing runs in it, and nobody uses it any more.
GO_API void go_singleflight_free(go_singleflight *g);

// What the macros are made of.

#define GO_FLIGHT_DO_(id, g, key, result, shared, f, ...)                                          \
    (GO_CHECK_JOB(f, (void **)0, ##__VA_ARGS__),                                                   \
     go_singleflight_do_((g), (key), (result), (shared),                                           \
                         GO_BIND_KEEP(id, f, (void **)0, ##__VA_ARGS__)))

#define GO_FLIGHT_DO_CHAN_(id, g, key, f, ...)                                                     \
    (GO_CHECK_JOB(f, (void **)0, ##__VA_ARGS__),                                                   \
     (GO_RECV_CHAN(go_flight_result))go_singleflight_do_chan_(                                     \
         (g), (key), GO_BIND_KEEP(id, f, (void **)0, ##__VA_ARGS__)))

GO_API int go_singleflight_do_(go_singleflight *g, const char *key, void **result, bool *shared,
                               struct go_kept_call job);
GO_API struct go_chan *go_singleflight_do_chan_(go_singleflight *g, const char *key,
                                                struct go_kept_call job);

GO_END_DECLS

#endif
