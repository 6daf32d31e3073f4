// SPDX-License-Identifier: MIT
// A worker pool: at most so many jobs run at once, at most so many wait, and whoever brings one more is told so at
// once, or waits until there is room. An accepted job runs exactly once, or is counted as abandoned by a shutdown that
// gave up. A job that panics becomes an error with its stack and costs no worker.
//
//     go_workers *p = go_workers_new((go_workers_options){.workers = 8, .queue = 64});
//     if (go_workers_submit(p, resize, image) == -EAGAIN)
//         reply(429);
//     …
//     go_workers_shutdown(p, ctx);
//     go_workers_free(p);
#ifndef GOFER_X_WORKERS_H
#define GOFER_X_WORKERS_H

#include <gofer/context.h>
#include <gofer/detail/job.h>

GO_BEGIN_DECLS

typedef struct go_workers go_workers;

typedef struct go_workers_options {
    int workers; // jobs that run at once; 0: go_maxprocs
    int queue;   // jobs that wait at most; 0: a job is accepted only if a worker is free for it
    int errors; // errors that are kept for who reads them; what comes beyond is counted and dropped
} go_workers_options;

// An error of a job: what it returned, or -EFAULT for a panic. The texts live until go_workers_free.
typedef struct go_job_error {
    int err;
    const char *message; // the panic's, or go_strerror(err)
    const char *stack;   // of the panic; NULL for a returned error
} go_job_error;

// Makes a pool. It has no goroutines while it has no work. Returns NULL if one of the options is negative.
// Errors: fatal when no memory is left.   Owns: the caller, until go_workers_free.
GO_API go_workers *go_workers_new(go_workers_options options);

// Finishes what has been accepted, as go_workers_shutdown without a context does, and ends the pool; NULL is allowed.
// Must not be called from a job of the pool.
GO_API void go_workers_free(go_workers *p);

// go_workers_submit(p, f, args…): accepts the job f(args…), which returns 0 or a negative errno. Never blocks.
// Returns 0; -EAGAIN if as many run and wait as may; -ESHUTDOWN once a shutdown has begun.
// From: goroutine, a job of the pool too, or foreign thread.   Memory: happens before the job.
#define go_workers_submit(p, f, ...) GO_WORKERS_SUBMIT_(GO_UID, p, f, ##__VA_ARGS__)

// go_workers_submit_wait(p, ctx, f, args…): the same, but blocks while there is no room; those that wait get it in
// order. A NULL ctx never ends.   Returns 0, -ESHUTDOWN, or ctx's error if that has ended.
#define go_workers_submit_wait(p, ctx, f, ...)                                                     \
    GO_WORKERS_SUBMIT_WAIT_(GO_UID, p, ctx, f, ##__VA_ARGS__)

// Returns the channel on which the errors of jobs come. It is closed after a shutdown, when the last job has returned.
// Owns: the pool; take a chan_ref to keep it beyond.
GO_API GO_RECV_CHAN(go_job_error) go_workers_errors(go_workers *p);
// Returns how many errors found no room there.
GO_API uint64_t go_workers_errors_dropped(go_workers *p);

// Accepts no more jobs, and blocks until those that have been accepted are done. When ctx ends first, jobs that have
// not begun are abandoned, and those that run are left alone. May be called again: then it waits for these.
// From a job of the pool it waits for all jobs but those that are in here themselves. A NULL ctx never ends.
// Returns 0, or ctx's error.   Memory: what the jobs did happens before a return of 0.
GO_API int go_workers_shutdown(go_workers *p, go_context *ctx);
// Returns how many accepted jobs will never run.
GO_API size_t go_workers_abandoned(go_workers *p);

// What the macros are made of.

#define GO_WORKERS_SUBMIT_(id, p, f, ...)                                                          \
    (GO_CHECK_JOB(f, ##__VA_ARGS__), go_workers_submit_((p), GO_BIND_KEEP(id, f, ##__VA_ARGS__)))
#define GO_WORKERS_SUBMIT_WAIT_(id, p, ctx, f, ...)                                                \
    (GO_CHECK_JOB(f, ##__VA_ARGS__),                                                               \
     go_workers_submit_wait_((p), (ctx), GO_BIND_KEEP(id, f, ##__VA_ARGS__)))

GO_API int go_workers_submit_(go_workers *p, struct go_kept_call job);
GO_API int go_workers_submit_wait_(go_workers *p, go_context *ctx, struct go_kept_call job);

GO_END_DECLS

#endif
