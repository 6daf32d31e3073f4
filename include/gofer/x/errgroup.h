// SPDX-License-Identifier: MIT
// A group of goroutines that work on parts of one task: the first error counts, and ends the context that the others
// watch.   Go: golang.org/x/sync/errgroup
//
//     go_errgroup *g = go_errgroup_new(ctx);
//     defer(go_errgroup_free, g);
//     for (int i = 0; i < n; i++)
//         go_errgroup_go(g, fetch, go_errgroup_context(g), urls[i], &pages[i]);
//     int err = go_errgroup_wait(g);
#ifndef GOFER_X_ERRGROUP_H
#define GOFER_X_ERRGROUP_H

#include <gofer/context.h>
#include <gofer/detail/job.h>

GO_BEGIN_DECLS

typedef struct go_errgroup go_errgroup;

// Makes a group, and derives a context from the parent that ends with the first error, with that error as its cause,
// and with the wait. A NULL parent: there is no context, and an error stops nobody.
// Errors: fatal when no memory is left.   Owns: the caller, until go_errgroup_free.   Go: errgroup.WithContext
GO_API go_errgroup *go_errgroup_new(go_context *parent);
// Ends it and its context; NULL is allowed. All its goroutines have been waited for.
GO_API void go_errgroup_free(go_errgroup *g);

// Returns the derived context, NULL without a parent.   Owns: the group; take a go_context_ref to keep it beyond.
GO_API go_context *go_errgroup_context(go_errgroup *g);

// go_errgroup_go(g, f, args…): starts f(args…), which returns 0 or a negative errno, in a goroutine of the group. Blocks
// while as many run as the limit allows. A panic in f crashes the process before the wait returns; go_exit counts as
// success.   Errors: fatal as go's.   From: goroutine or foreign thread.   Go: Group.Go
#define go_errgroup_go(g, f, ...) GO_ERRGROUP_GO_(GO_UID, g, f, ##__VA_ARGS__)

// go_errgroup_try_go(g, f, args…): the same if the limit allows it now; returns whether it did. Go: Group.TryGo
#define go_errgroup_try_go(g, f, ...) GO_ERRGROUP_TRY_GO_(GO_UID, g, f, ##__VA_ARGS__)

// Lets at most n goroutines of the group run at once; none at all for 0, any number for n < 0.
// Panics: "errgroup: modify limit while N goroutines in the group are still active".   Go: Group.SetLimit
GO_API void go_errgroup_set_limit(go_errgroup *g, int n);

// Blocks until all goroutines of the group have returned; then ends the context and returns the first error, or 0.
// Memory: what they did happens before this returns.   Go: Group.Wait
GO_API int go_errgroup_wait(go_errgroup *g);

// What the macros are made of.

#define GO_ERRGROUP_GO_(id, g, f, ...)                                                             \
    (GO_CHECK_JOB(f, ##__VA_ARGS__), go_errgroup_go_((g), GO_BIND_KEEP(id, f, ##__VA_ARGS__)))
#define GO_ERRGROUP_TRY_GO_(id, g, f, ...)                                                         \
    (GO_CHECK_JOB(f, ##__VA_ARGS__), go_errgroup_try_go_((g), GO_BIND_KEEP(id, f, ##__VA_ARGS__)))

GO_API void go_errgroup_go_(go_errgroup *g, struct go_kept_call job);
GO_API bool go_errgroup_try_go_(go_errgroup *g, struct go_kept_call job);

GO_END_DECLS

#endif
