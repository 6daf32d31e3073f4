// SPDX-License-Identifier: MIT
// A meeting point for n goroutines, round after round: nobody goes on before all have come. It may be used again at once:
// all leave a round together, so one that comes again is in the next round, whatever the others are doing.
#ifndef GOFER_X_BARRIER_H
#define GOFER_X_BARRIER_H

#include <gofer/detail/base.h>

GO_BEGIN_DECLS

typedef struct go_barrier go_barrier;

// Makes a barrier for n; NULL if n < 1.   Errors: fatal when no memory is left.
// Owns: the caller, until go_barrier_free.
GO_API go_barrier *go_barrier_new(int n);

// Blocks until n have called it, and returns which round that was, from 0. The barrier is not touched any more once one
// of them has returned.   From: goroutine or foreign thread.
// Memory: what each of the n did before happens before each of them returns.
GO_API uint64_t go_barrier_wait(go_barrier *b);

// Ends it; NULL is allowed. Nobody may wait in it.
GO_API void go_barrier_free(go_barrier *b);

GO_END_DECLS

#endif
