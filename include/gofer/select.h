// SPDX-License-Identifier: MIT
// select: waits for whichever of several channel operations can go ahead, and runs exactly that case.
//
//     go_select {
//         case_recv(ch, &v, &ok) { … }
//         case_send(out, v) { … }
//         case_timeout(20 * GO_MILLISECOND) { … }
//         case_default { … }
//     }
//
// The body is ordinary code that runs twice. The first pass collects the cases: each channel, value,
// destination and duration is evaluated once, top to bottom, and no case's block runs. Then the operation is
// chosen and done. The second pass runs the block of the chosen case. So cases may stand inside `if` and
// loops, there may be any number of them, and what stands between them runs in both passes and must have no
// side effects. A destination is written between the passes: an `if` around a case must not look at it.
//
// `break` leaves the select, `return` and `goto` leave the function; `continue` acts as `break`.
#ifndef GOFER_SELECT_H
#define GOFER_SELECT_H

// A select inside a case declares the same name again, on purpose: that is how a case finds its select.
// -Wshadow is silent about names that come from the macros of a system header, and about those only.
#pragma GCC system_header

#include <gofer/chan.h>
#include <gofer/context.h>
#include <gofer/detail/try.h>
#include <gofer/time.h>

GO_BEGIN_DECLS

// Chooses among the cases in the block that follows and runs one of them. Blocks until a case is ready,
// unless there is a default; without cases, or with NULL channels only, for ever. If several are ready at
// that moment each is equally likely.
// Panics: "send on closed channel", if that case is chosen.   From: goroutine or foreign thread.
// Memory: as the chosen operation alone.   Go: select
#define GO_SELECT GO_SELECT_(GO_UID)

// GO_CASE_RECV(ch), (ch, &v), (ch, &v, &ok): ready if a value can be received or ch is closed, in which
// case v is zeroed and ok is false. A NULL destination drops the value.   Go: case v, ok = <-ch
#define GO_CASE_RECV(...) GO_CAT(GO_CASE_RECV, GO_ARGC(__VA_ARGS__))(__VA_ARGS__)

// Ready if the value can be sent, or ch is closed: that panics.   Owns: the value is copied.
// Go: case ch <- v
#define GO_CASE_SEND(ch, ...) GO_CASE_SEND_(GO_UID, ch, (__VA_ARGS__))

// Ready when no other case has become so for the duration d, from the end of the first pass. Of several the
// earliest counts. Needs no channel and no allocation.   Go: case <-time.After(d)
#define GO_CASE_TIMEOUT(d)                                                                         \
    for (; go_selecting_.pass == 0 ? go_case_timeout_(&go_selecting_, (d)) : GO_CASE_HIT_;)

// Ready when the context has ended.   Go: case <-ctx.Done()
#define GO_CASE_DONE(ctx) GO_CASE_RECV(go_context_done(ctx))

// Ready if no other case is: the select never blocks.   Go: default
#define GO_CASE_DEFAULT                                                                            \
    for (; go_selecting_.pass == 0 ? go_case_default_(&go_selecting_)                              \
                                   : go_case_is_(&go_selecting_, GO_CASE_DEFAULT_);)

#ifndef GO_NO_KEYWORDS
#define go_select GO_SELECT
#define case_recv(...) GO_CASE_RECV(__VA_ARGS__)
#define case_send(ch, ...) GO_CASE_SEND(ch, __VA_ARGS__)
#define case_timeout(d) GO_CASE_TIMEOUT(d)
#define case_done(ctx) GO_CASE_DONE(ctx)
#define case_default GO_CASE_DEFAULT
#endif

// What the macros are made of. A case is a loop of at most one round rather than an `if`, so that an `else`
// after it belongs to the program's own `if` in front of it.

#define GO_SELECT_(id) GO_SELECT__(id)
#define GO_SELECT__(id)                                                                            \
    for (struct go_select_ go_frame_##id, *go_once_##id = &go_frame_##id; go_once_##id;            \
         go_once_##id = NULL)                                                                      \
        for (struct go_selecting_ go_selecting_ = {.frame = &go_frame_##id};                       \
             go_selecting_.pass < 2; go_select_turn_(&go_selecting_))

#define GO_CASE_HIT_ go_case_is_(&go_selecting_, go_selecting_.next++)

#define GO_CASE_RECV1(ch) GO_CASE_RECV_(GO_UID, ch, (void *)0, (bool *)0)
#define GO_CASE_RECV2(ch, p) GO_CASE_RECV_(GO_UID, ch, p, (bool *)0)
#define GO_CASE_RECV3(ch, p, ok) GO_CASE_RECV_(GO_UID, ch, p, ok)
#define GO_CASE_RECV_(id, ch, p, ok) GO_CASE_RECV__(id, ch, p, ok)
#define GO_CASE_RECV__(id, ch, p, ok)                                                              \
    for (; __extension__({                                                                         \
             GO_CHECK_RECV(ch);                                                                    \
             GO_CHECK_DEST(ch, p);                                                                 \
             bool go_hit_##id = false;                                                             \
             if (go_selecting_.pass == 0) {                                                        \
                 struct go_chan *go_ch_##id = (struct go_chan *)(ch);                              \
                 void *go_p_##id = (p);                                                            \
                 bool *go_ok_##id = (ok);                                                          \
                 go_case_add_(&go_selecting_, go_ch_##id, go_p_##id, go_ok_##id, 0);               \
             } else                                                                                \
                 go_hit_##id = GO_CASE_HIT_;                                                       \
             go_hit_##id;                                                                          \
         });)

#define GO_CASE_SEND_(id, ch, v) GO_CASE_SEND__(id, ch, v)
#define GO_CASE_SEND__(id, ch, v)                                                                  \
    for (; __extension__({                                                                         \
             GO_CHECK_SEND(ch);                                                                    \
             GO_CHECK_VALUE(ch, GO_STRIP v);                                                       \
             bool go_hit_##id = false;                                                             \
             if (go_selecting_.pass == 0) {                                                        \
                 struct go_chan *go_ch_##id = (struct go_chan *)(ch);                              \
                 GO_ELEM(ch) go_v_##id = v;                                                        \
                 void *go_kept_##id = go_select_keep_(&go_selecting_, sizeof go_v_##id);           \
                 __builtin_memcpy(go_kept_##id, &go_v_##id, sizeof go_v_##id);                     \
                 go_case_add_(&go_selecting_, go_ch_##id, go_kept_##id, NULL, 1);                  \
             } else                                                                                \
                 go_hit_##id = GO_CASE_HIT_;                                                       \
             go_hit_##id;                                                                          \
         });)

enum {
    GO_SELECT_CASES = 8,  // cases that the frame has room for
    GO_SELECT_KEPT = 128, // bytes of values to send that it has room for
    GO_SELECT_ROUND = 16, // values are kept at multiples of this

    GO_SELECT_DEFAULT = 1, // there is a default
    GO_SELECT_TIMEOUT = 2, // there is a time-out: `timeout` and `timeout_index` are set
    GO_SELECT_MORE = 4,    // the frame had not enough room: `more` is set
};
#define GO_CASE_NONE_ ((uint32_t)-1)    // no case any more: it has run
#define GO_CASE_DEFAULT_ ((uint32_t)-2) // the default

// A case on a channel that is not NULL.
struct go_case_ {
    struct go_chan *chan;
    void *slot;    // where the value is or goes; NULL: drop it
    bool *ok;      // NULL: not wanted
    uint32_t what; // twice its place among all cases but the default, and 1 if it sends
};

// What the runtime sees of a select, in the frame of the function that it stands in. Not initialised.
struct go_select_ {
    struct go_case_ cases[GO_SELECT_CASES];
    unsigned char values[GO_SELECT_KEPT] __attribute__((aligned(16)));
    go_duration timeout; // the earliest; INT64_MAX never ends
    uint32_t timeout_index;
    struct go_select_more_ *more;
    // A deferred call that releases `more` if a panic leaves the first pass; used with it only.
    struct {
        struct go_defer_ link;
        struct go_call call;
    } guard __attribute__((aligned(16)));
};

// The rest, whose address the runtime never sees, so that the compiler can keep it in registers.
struct go_selecting_ {
    struct go_select_ *frame;
    uint32_t pass;   // 0: collecting, 1: running the chosen case, 2: over
    uint32_t next;   // the index of the next case that is met in this pass
    uint32_t count;  // of cases on channels that are not NULL
    uint32_t kept;   // bytes of `values` in use
    uint32_t flags;  // GO_SELECT_*
    uint32_t chosen; // the index of the case to run, or GO_CASE_*_
};

// Chooses among the cases collected, of which `count` are on channels and `all` in the program, does the operation,
// and returns the index of the case to run. Releases `more`.
GO_API uint32_t go_select_pick_(struct go_select_ *f, uint32_t count, uint32_t flags, uint32_t all);
// Room for one case more than the `count` that there are, and for a value: when the frame has none.
GO_API struct go_case_ *go_select_more_case_(struct go_select_ *f, uint32_t count, uint32_t flags);
GO_API void *go_select_more_room_(struct go_select_ *f, size_t bytes, uint32_t flags);

GO_END_DECLS

GO_INLINE_ void go_select_turn_(struct go_selecting_ *s)
{
    if (s->pass++ > 0)
        return;
    s->chosen = go_select_pick_(s->frame, s->count, s->flags, s->next);
    s->next = 0;
}

// In the second pass: whether the case is the one to run; true once.
GO_INLINE_ bool go_case_is_(struct go_selecting_ *s, uint32_t index)
{
    if (s->chosen != index)
        return false;
    s->chosen = GO_CASE_NONE_;
    return true;
}

// The rest is for the first pass, in which no case runs.

GO_INLINE_ void *go_select_keep_(struct go_selecting_ *s, size_t bytes)
{
    size_t rounded = (bytes + GO_SELECT_ROUND - 1) / GO_SELECT_ROUND * GO_SELECT_ROUND;
    if (__builtin_expect(rounded > GO_SELECT_KEPT - s->kept, 0)) {
        void *more = go_select_more_room_(s->frame, bytes, s->flags);
        s->flags |= GO_SELECT_MORE;
        return more;
    }
    void *p = s->frame->values + s->kept;
    s->kept += (uint32_t)rounded;
    return p;
}

GO_INLINE_ void go_case_add_(struct go_selecting_ *s, struct go_chan *ch, void *slot, bool *ok,
                             uint32_t sends)
{
    uint32_t index = s->next++;
    struct go_case_ *c;
    if (!ch)
        return;
    if (__builtin_expect(s->count < GO_SELECT_CASES, 1))
        c = &s->frame->cases[s->count];
    else {
        c = go_select_more_case_(s->frame, s->count, s->flags);
        s->flags |= GO_SELECT_MORE;
    }
    s->count++;
    c->chan = ch;
    c->slot = slot;
    c->ok = ok;
    c->what = 2 * index + sends;
}

GO_INLINE_ bool go_case_timeout_(struct go_selecting_ *s, go_duration d)
{
    uint32_t index = s->next++;
    if ((s->flags & GO_SELECT_TIMEOUT) && s->frame->timeout <= d)
        return false;
    s->flags |= GO_SELECT_TIMEOUT;
    s->frame->timeout = d;
    s->frame->timeout_index = index;
    return false;
}

GO_INLINE_ bool go_case_default_(struct go_selecting_ *s)
{
    s->flags |= GO_SELECT_DEFAULT;
    return false;
}

#endif
