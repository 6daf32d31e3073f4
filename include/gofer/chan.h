// SPDX-License-Identifier: MIT
// Channels. A channel's static type carries its element type and its direction: chan(T) converts to
// recv_chan(T) and send_chan(T), never back. A NULL channel behaves as Go's nil channel everywhere: it
// blocks for ever in both directions, and its length and capacity are 0.
//
// An element is anything that a function can return, so no array, but a struct that holds one; and since what is sent is a
// copy, its type has no const or volatile of its own: chan(const char *) but not chan(const int).
//
// Freeing is safe as soon as the caller's own synchronisation says so: an operation does not touch the
// channel once its effect can be seen.
#ifndef GOFER_CHAN_H
#define GOFER_CHAN_H

#include <gofer/detail/elem.h>
#include <gofer/go.h>

// The element type for pure signals, of size 0 in C and in C++; what is declared extern "C" clang takes for greater.
typedef struct {
    char none[0];
} go_unit;
#define GO_UNIT ((go_unit){})

GO_BEGIN_DECLS

struct go_chan;

#define GO_CHAN(T) __typeof__(__typeof__(T)(**)(struct go_chan *))
#define GO_RECV_CHAN(T) __typeof__(__typeof__(T)(*const *)(struct go_chan *))
#define GO_SEND_CHAN(T) __typeof__(__typeof__(T)(*volatile *)(struct go_chan *))
#define GO_ELEM(ch) __typeof__((*(ch))((struct go_chan *)0))

typedef enum { GO_OK, GO_CLOSED, GO_WOULD_BLOCK } go_status;

// Makes a channel of T: GO_CHAN_MAKE(T) is unbuffered, GO_CHAN_MAKE(T, cap) has room for cap elements.
// Panics: "makechan: size out of range" for a negative or too large capacity.
// Errors: fatal when no memory is left.   Owns: the caller; end with chan_free.   Go: make(chan T, cap)
#define GO_CHAN_MAKE(...) GO_CAT(GO_CHAN_MAKE, GO_ARGC(__VA_ARGS__))(__VA_ARGS__)
#define GO_CHAN_MAKE1(T) ((GO_CHAN(T))go_chan_make_(sizeof(T), 0))
#define GO_CHAN_MAKE2(T, cap) ((GO_CHAN(T))go_chan_make_(sizeof(T), (cap)))

// Sends v on ch. Blocks until a receiver takes it or the buffer has room; for ever if ch is NULL.
// Panics: "send on closed channel", also while blocked.   Memory: happens before the matching receive
// completes.   Owns: v is copied.   From: goroutine or foreign thread.   Go: ch <- v
#define go_chan_send(ch, ...) GO_CHAN_SEND_(GO_UID, go_chan_send_, ch, (__VA_ARGS__))

// Sends v on ch if that needs no waiting; returns whether it did. Panics as go_chan_send does.
// Go: select { case ch <- v: default: }
#define go_chan_try_send(ch, ...) GO_CHAN_SEND_(GO_UID, go_chan_try_send_, ch, (__VA_ARGS__))

// go_chan_recv(ch): receives the next value; the zero value once ch is closed and drained.
// go_chan_recv(ch, &v): the same into v, and returns whether the value was sent (Go's v, ok := <-ch).
// Blocks until a value comes or ch is closed; for ever if ch is NULL. A NULL for &v drops the value.
// Memory: the matching send happens before this returns; so does the close that it reports.
#define go_chan_recv(...) GO_CAT(GO_CHAN_RECV, GO_ARGC(__VA_ARGS__))(GO_UID, __VA_ARGS__)

// Receives into v if that needs no waiting: GO_OK, GO_CLOSED (v is zeroed), or GO_WOULD_BLOCK (v stays).
#define go_chan_try_recv(ch, p)                                                                    \
    __extension__({                                                                                \
        GO_CHECK_RECV(ch);                                                                         \
        GO_CHECK_DEST(ch, p);                                                                      \
        go_chan_try_recv_((struct go_chan *)(ch), (p));                                            \
    })

// Closes ch: receivers get what is buffered, then the zero value for ever; senders panic.
// Panics: "close of closed channel", "close of nil channel".   Go: close(ch)
//
// The name alone is a function, to be bound: defer(chan_close, ch), go_after_func(d, chan_close, ch). It refuses a
// receive-only channel like the call, but takes any other pointer for a channel. So does chan_free.
#define go_chan_close(ch)                                                                          \
    __extension__({                                                                                \
        GO_CHECK_SEND(ch);                                                                         \
        go_chan_close_((struct go_chan *)(ch));                                                    \
        GO_KEEP_FRAME;                                                                             \
    })

// The number of buffered elements, and the capacity. They order nothing.
#define go_chan_len(ch) go_chan_len_((struct go_chan *)(1 ? (ch) : (GO_ANY_CHAN(ch))0))
#define go_chan_cap(ch) go_chan_cap_((struct go_chan *)(1 ? (ch) : (GO_ANY_CHAN(ch))0))
#define GO_ANY_CHAN(ch) const volatile __typeof__(*(ch)) *

// for each value v received from ch, until it is closed and drained: declares v, evaluates ch once;
// break and continue as in any loop.   Go: for v := range ch
#define go_chan_range(v, ch) GO_CHAN_RANGE_(GO_UID, v, ch)

// Takes another reference and returns ch; drops one, and with the last one the memory. Values still
// buffered are dropped with it. NULL is allowed in both.
#define go_chan_ref(ch) ((__typeof__(ch))go_chan_ref_((struct go_chan *)(ch)))
#define go_chan_free(ch) go_chan_free_((struct go_chan *)(1 ? (ch) : (GO_ANY_CHAN(ch))0))

#ifndef GO_NO_KEYWORDS
#define chan(T) GO_CHAN(T)
#define recv_chan(T) GO_RECV_CHAN(T)
#define send_chan(T) GO_SEND_CHAN(T)
#define chan_make(...) GO_CHAN_MAKE(__VA_ARGS__)
#define chan_send(ch, ...) go_chan_send(ch, __VA_ARGS__)
#define chan_try_send(ch, ...) go_chan_try_send(ch, __VA_ARGS__)
#define chan_recv(...) go_chan_recv(__VA_ARGS__)
#define chan_try_recv(ch, p) go_chan_try_recv(ch, p)
#define chan_close go_chan_close
#define chan_len(ch) go_chan_len(ch)
#define chan_cap(ch) go_chan_cap(ch)
#define chan_range(v, ch) go_chan_range(v, ch)
#define chan_ref(ch) go_chan_ref(ch)
#define chan_free go_chan_free
#endif

// What the macros are made of.

#define GO_CHAN_IS(ch, C) __builtin_types_compatible_p(__typeof__(ch), C(GO_ELEM(ch)))
#define GO_CHECK_SEND(ch)                                                                          \
    _Static_assert(GO_CHAN_IS(ch, GO_CHAN) || GO_CHAN_IS(ch, GO_SEND_CHAN),                        \
                   "gofer: cannot send on or close a receive-only channel")
#define GO_CHECK_RECV(ch)                                                                          \
    _Static_assert(GO_CHAN_IS(ch, GO_CHAN) || GO_CHAN_IS(ch, GO_RECV_CHAN),                        \
                   "gofer: cannot receive from a send-only channel")
#define GO_CHECK_VALUE(ch, v)                                                                      \
    _Static_assert(GO_IS_ASSIGNABLE(GO_ELEM(ch), v),                                               \
                   "gofer: the value is not of the channel's element type")
#define GO_CHECK_DEST(ch, p)                                                                       \
    _Static_assert(GO_IS_DEST(GO_ELEM(ch), p),                                                     \
                   "gofer: the destination does not point to the channel's element type")

#define GO_CHAN_SEND_(id, f, ch, v) GO_CHAN_SEND__(id, f, ch, v)
#define GO_CHAN_SEND__(id, f, ch, v)                                                               \
    __extension__({                                                                                \
        GO_CHECK_SEND(ch);                                                                         \
        GO_CHECK_VALUE(ch, GO_STRIP v);                                                            \
        struct go_chan *GO_CAT(go_ch_, id) = (struct go_chan *)(ch);                               \
        GO_ELEM(ch) GO_CAT(go_v_, id) = v;                                                         \
        f(GO_CAT(go_ch_, id), &GO_CAT(go_v_, id));                                                 \
    })
#define GO_STRIP(...) (__VA_ARGS__)

#define GO_CHAN_RECV1(id, ch) GO_CHAN_RECV1_(id, ch)
#define GO_CHAN_RECV1_(id, ch)                                                                     \
    __extension__({                                                                                \
        GO_CHECK_RECV(ch);                                                                         \
        __typeof__(GO_ELEM(ch)) GO_CAT(go_v_, id);                                                 \
        go_chan_recv_((struct go_chan *)(ch), &GO_CAT(go_v_, id));                                 \
        GO_CAT(go_v_, id);                                                                         \
    })
#define GO_CHAN_RECV2(id, ch, p)                                                                   \
    __extension__({                                                                                \
        GO_CHECK_RECV(ch);                                                                         \
        GO_CHECK_DEST(ch, p);                                                                      \
        go_chan_recv_((struct go_chan *)(ch), (p));                                                \
    })

#define GO_CHAN_RANGE_(id, v, ch) GO_CHAN_RANGE__(id, v, ch)
// Past its evaluation ch is not named again: v may hide a name in it.
#define GO_CHAN_RANGE__(id, v, ch)                                                                 \
    for (__typeof__(ch) GO_CAT(go_ch_, id) = (ch), *GO_CAT(go_once_, id) = &GO_CAT(go_ch_, id);    \
         GO_CAT(go_once_, id); GO_CAT(go_once_, id) = NULL)                                        \
        for (GO_ELEM(GO_CAT(go_ch_, id)) v; __extension__({                                        \
                 GO_CHECK_RECV(GO_CAT(go_ch_, id));                                                \
                 go_chan_recv_((struct go_chan *)GO_CAT(go_ch_, id), &v);                          \
             });)

GO_API struct go_chan *go_chan_make_(size_t elem_size, int64_t cap);
GO_API void go_chan_send_(struct go_chan *c, const void *v);
GO_API bool go_chan_try_send_(struct go_chan *c, const void *v);
GO_API bool go_chan_recv_(struct go_chan *c, void *v);
GO_API go_status go_chan_try_recv_(struct go_chan *c, void *v);
GO_API void go_chan_close_(struct go_chan *c);
GO_API size_t go_chan_len_(const struct go_chan *c);
GO_API size_t go_chan_cap_(const struct go_chan *c);
GO_API struct go_chan *go_chan_ref_(struct go_chan *c);
GO_API void go_chan_free_(struct go_chan *c);

// A chan(T) and a send_chan(T) convert to the first one's parameter, and every channel to the second one's.
static inline void(go_chan_close)(volatile void *ch)
{
    go_chan_close_((struct go_chan *)ch);
    GO_KEEP_FRAME;
}

static inline void(go_chan_free)(const volatile void *ch)
{
    go_chan_free_((struct go_chan *)ch);
}

GO_END_DECLS

#endif
