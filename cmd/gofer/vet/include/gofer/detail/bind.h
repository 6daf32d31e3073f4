// SPDX-License-Identifier: MIT
// What `gofer vet` reads in place of the bound call. This directory comes before gofer's own headers on vet's include
// path: the real header is taken first, and then the macros that capture a call's registers are replaced by ones whose
// syntax tree says what is meant: a statement expression of a marker and the call itself. So the compiler's checks of
// the arguments stay, and a check finds function and arguments where a reader of the program sees them.
#ifndef GOFER_VET_BIND_H
#define GOFER_VET_BIND_H

#include_next <gofer/detail/bind.h>

// The markers. Whose call stands first in a statement expression says what becomes of the call behind it.
void go_vet_call_(void);  // it is made here
void go_vet_defer_(void); // it is made when the block is left
void go_vet_keep_(void);  // it becomes a value, for the function of the runtime that gets this one
void go_vet_spawn_(void (*then)(const struct go_call *call, const void *arg, void *pc),
                   const void *arg); // it is handed to that function

#undef GO_CALL_ROOM
#define GO_CALL_ROOM(f, ...)                                                                       \
    struct {                                                                                       \
        struct go_call call;                                                                       \
    }

#undef GO_BIND_HERE
#define GO_BIND_HERE(id, room, f, ...)                                                             \
    (void)({                                                                                       \
        go_vet_call_();                                                                            \
        (f)(__VA_ARGS__);                                                                          \
    })

#undef GO_BIND_THEN
#define GO_BIND_THEN(id, then, arg, f, ...)                                                        \
    (void)({                                                                                       \
        go_vet_spawn_((then), (arg));                                                              \
        (f)(__VA_ARGS__);                                                                          \
    })

#undef GO_BIND_KEEP
#define GO_BIND_KEEP(id, f, ...)                                                                   \
    ({                                                                                             \
        go_vet_keep_();                                                                            \
        (f)(__VA_ARGS__);                                                                          \
        (struct go_kept_call){{0}, NULL};                                                          \
    })

#endif
