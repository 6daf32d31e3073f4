// SPDX-License-Identifier: MIT
// System calls that may block in the kernel, on files above all, in a marked region; the number of those that do so at
// once is bounded, so that a slow disk does not breed threads.
#ifndef GF_IO_BLOCKING_H
#define GF_IO_BLOCKING_H

#include <gofer/go.h>

// Parks until one of the places is free, and begins the region; ends it.
void gf_blocking_enter(void);
void gf_blocking_leave(void);

// The value of `call`, an expression of a system call's type that gives a negative errno itself.
#define gf_blocking_call(call)                                                                     \
    __extension__({                                                                                \
        gf_blocking_enter();                                                                       \
        __typeof__(call) result_ = (call);                                                         \
        gf_blocking_leave();                                                                       \
        result_;                                                                                   \
    })

#endif
