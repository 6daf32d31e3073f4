// SPDX-License-Identifier: MIT
// A bounded queue of values of one type, first in, first out, for many goroutines on each side: go_ring(T) is a type, as
// chan(T) is. It blocks when it is full or empty, and its try forms never do. What it is beside a channel: it has no end,
// that is, no close, no direction, and always a capacity; so getting needs no second result.
#ifndef GOFER_X_RING_H
#define GOFER_X_RING_H

#include <gofer/chan.h>

GO_BEGIN_DECLS

struct go_ring_;

#define go_ring(T) __typeof__(__typeof__(T)(**)(struct go_ring_ *))
#define GO_RING_ELEM(r) __typeof__((*(r))((struct go_ring_ *)0))

// go_ring_new(T, n): makes a queue with room for exactly n values of T; NULL if n < 1.
// Errors: fatal when no memory is left.   Owns: the caller, until go_ring_free.
#define go_ring_new(T, n) ((go_ring(T))go_ring_new_(sizeof(T), (n)))

// go_ring_put(r, v): appends v. Blocks while the queue is full; who waits is served in order.
// From: goroutine or foreign thread.   Memory: happens before the get that returns the value.
#define go_ring_put(r, ...) GO_RING_PUT_(GO_UID, go_chan_send_, r, (__VA_ARGS__))
// The same if there is room now; returns whether it did.
#define go_ring_try_put(r, ...) GO_RING_PUT_(GO_UID, go_chan_try_send_, r, (__VA_ARGS__))

// go_ring_get(r): takes the oldest value and returns it. Blocks while the queue is empty; who waits is served in order.
#define go_ring_get(r) GO_RING_GET_(GO_UID, r)
// go_ring_try_get(r, &v): the same if there is one now; returns whether there was, else v stays.
#define go_ring_try_get(r, p)                                                                      \
    __extension__({                                                                                \
        GO_CHECK_RING(r);                                                                          \
        _Static_assert(GO_IS_DEST(GO_RING_ELEM(r), p),                                             \
                       "gofer: the destination does not point to the ring's element type");        \
        go_chan_try_recv_((struct go_chan *)(r), (p)) == GO_OK;                                    \
    })

// go_ring_free(r): ends it; values that are still in it go with it. NULL is allowed. Nobody may wait in it. May be bound by
// its name: defer(go_ring_free, r).
#define go_ring_free(r)                                                                            \
    __extension__({                                                                                \
        GO_CHECK_RING(r);                                                                          \
        go_chan_free_((struct go_chan *)(r));                                                      \
    })

// What the macros are made of.

#define GO_CHECK_RING(r)                                                                           \
    _Static_assert(__builtin_types_compatible_p(__typeof__(r), go_ring(GO_RING_ELEM(r))),          \
                   "gofer: this is no ring")

#define GO_RING_PUT_(id, f, r, v) GO_RING_PUT__(id, f, r, v)
#define GO_RING_PUT__(id, f, r, v)                                                                 \
    __extension__({                                                                                \
        GO_CHECK_RING(r);                                                                          \
        _Static_assert(GO_IS_ASSIGNABLE(GO_RING_ELEM(r), GO_STRIP v),                              \
                       "gofer: the value is not of the ring's element type");                      \
        struct go_chan *GO_CAT(go_ring_, id) = (struct go_chan *)(r);                              \
        GO_RING_ELEM(r) GO_CAT(go_v_, id) = v;                                                     \
        f(GO_CAT(go_ring_, id), &GO_CAT(go_v_, id));                                               \
    })

#define GO_RING_GET_(id, r) GO_RING_GET__(id, r)
#define GO_RING_GET__(id, r)                                                                       \
    __extension__({                                                                                \
        GO_CHECK_RING(r);                                                                          \
        __typeof__(GO_RING_ELEM(r)) GO_CAT(go_v_, id);                                             \
        go_chan_recv_((struct go_chan *)(r), &GO_CAT(go_v_, id));                                  \
        GO_CAT(go_v_, id);                                                                         \
    })

GO_API void *go_ring_new_(size_t elem_size, int64_t n);

static inline void(go_ring_free)(void *r)
{
    go_chan_free_((struct go_chan *)r);
}

GO_END_DECLS

#endif
