// SPDX-License-Identifier: MIT
// First wins: the same question is asked of several at once, the first good answer counts, and the others are told to
// stop.
#ifndef GOFER_X_FIRST_H
#define GOFER_X_FIRST_H

#include <gofer/context.h>
#include <gofer/detail/job.h>

GO_BEGIN_DECLS

// go_first(ctx, result, n, f, args…): calls f(&its_result, index, its_ctx, args…) in n goroutines, with the indices
// 0 to n - 1 and up to five arguments more. The first one to return 0 decides: its result goes to *result, unless
// result is NULL, the others' context is cancelled, and their results are dropped, so one that succeeds late must not
// leave anything in its result that needs freeing when its context has ended. Blocks until all have returned. A NULL
// ctx never ends. A panic in f crashes the process.
// Returns 0; if none succeeded, the error of the last one to return; -EINVAL for n < 1.
// Memory: what the goroutines did happens before this returns.
#define go_first(ctx, result, n, f, ...) GO_FIRST_(GO_UID, ctx, result, n, f, ##__VA_ARGS__)

// What the macro is made of: the first three arguments of the bound call are put in place by each goroutine.
#define GO_FIRST_(id, ctx, result, n, f, ...)                                                      \
    (GO_CHECK_JOB(f, (void **)0, 0, (go_context *)0, ##__VA_ARGS__),                               \
     go_first_((ctx), (result), (n),                                                               \
               GO_BIND_KEEP(id, f, (void **)0, 0, (go_context *)0, ##__VA_ARGS__)))

GO_API int go_first_(go_context *ctx, void **result, int n, struct go_kept_call job);

GO_END_DECLS

#endif
