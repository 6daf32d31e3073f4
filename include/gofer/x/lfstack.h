// SPDX-License-Identifier: MIT
// A stack that no goroutine ever waits for: last in, first out, by one compare-and-swap each. Many producers, many
// consumers; lock-free: whoever fails has been overtaken by one that succeeded. A zero-initialised stack is empty and
// ready to use; it must not be copied once used.
#ifndef GOFER_X_LFSTACK_H
#define GOFER_X_LFSTACK_H

#include <gofer/detail/base.h>

GO_BEGIN_DECLS

typedef struct go_lfstack {
    void *head; // see src/x/lfstack.c
} go_lfstack;

// Pushes a value, NULL among them.   Errors: fatal when no memory is left.   From: goroutine or foreign thread.
// Memory: happens before the pop that returns the value.   Go: Treiber, "Coping with Parallelism", 1986
GO_API void go_lfstack_push(go_lfstack *s, void *value);

// Pops the value that was pushed last; false if the stack is empty, and then *value stays. value may be NULL.
// Memory, From: as the push.
GO_API bool go_lfstack_pop(go_lfstack *s, void **value);

// Removes everything; the stack is empty and ready again. Nobody else uses it any more.
// Owns: the values stay the caller's.
GO_API void go_lfstack_free(go_lfstack *s);

GO_END_DECLS

#endif
