// SPDX-License-Identifier: MIT
// A weighted semaphore: so many units, of which each caller takes as many as it needs. Who has to wait is served in
// strict order, so a large request at the head is not starved by small ones behind it. Any number of goroutines and
// threads may use one at the same time.   Go: golang.org/x/sync/semaphore
#ifndef GOFER_X_SEMAPHORE_H
#define GOFER_X_SEMAPHORE_H

#include <gofer/context.h>

GO_BEGIN_DECLS

typedef struct go_semaphore go_semaphore;

// Makes a semaphore of n units, all free.
// Panics: "semaphore: negative size".   Errors: fatal when no memory is left.
// Owns: the caller, until go_semaphore_free.   Go: semaphore.NewWeighted
GO_API go_semaphore *go_semaphore_new(int64_t n);
// Ends it; NULL is allowed. Nobody may wait in it.
GO_API void go_semaphore_free(go_semaphore *s);

// Takes n units. Blocks until they are free and everybody who came before has got theirs; a request for more than
// there are at all stands in nobody's way and waits for ctx alone. A NULL ctx never ends.
// Returns 0, or ctx's error if it has ended, even if units are free; then nothing is taken.
// Panics: "semaphore: negative weight".
// Memory: the release that made room happens before this returns.   Go: Weighted.Acquire
GO_API int go_semaphore_acquire(go_semaphore *s, go_context *ctx, int64_t n);

// Takes n units if they are free and nobody waits; returns whether it did. Never blocks.
// Panics: as go_semaphore_acquire.   Go: Weighted.TryAcquire
GO_API bool go_semaphore_try_acquire(go_semaphore *s, int64_t n);

// Gives n units back, from any goroutine, and lets those in whose turn it is. The semaphore is not touched any more
// once the effect can be seen.
// Panics: "semaphore: released more than held", "semaphore: negative weight".   Go: Weighted.Release
GO_API void go_semaphore_release(go_semaphore *s, int64_t n);

GO_END_DECLS

#endif
