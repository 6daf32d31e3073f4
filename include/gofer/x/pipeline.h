// SPDX-License-Identifier: MIT
// Pipeline stages. Each takes typed channels in and out, starts its goroutines and returns; it closes its outputs when
// its inputs have ended, or when ctx has: then it drops what it holds and ends even if nobody reads any more. A NULL ctx
// never ends. Stages keep references of their own to the channels and the context, so the program may free its own at
// any time. The functions get their values and return results by value, of exactly the channels' element types, and
// run outside of any lock; a panic in one crashes the process.
//
//     GO_STAGE(ctx, paths, images, load);        // struct image load(const char *path)
//     GO_FILTER(ctx, images, large, is_large);   // bool is_large(struct image i)
//     GO_BATCH(ctx, large, batches, 100, GO_SECOND);
//
// Element types are aligned to at most 8 bytes.   Go: the patterns of go.dev/blog/pipelines
#ifndef GOFER_X_PIPELINE_H
#define GOFER_X_PIPELINE_H

#include <gofer/context.h>
#include <gofer/detail/value.h>
#include <gofer/x/limiter.h>

GO_BEGIN_DECLS

// GO_STAGE(ctx, in, out, f): sends f(v) on out for each v from in, in order: Out f(In).
#define GO_STAGE(ctx, in, out, f) GO_STAGE_(GO_UID, ctx, in, out, f)

// GO_FILTER(ctx, in, out, f): sends on out each v from in for which f(v) is true, in order: bool f(In).
#define GO_FILTER(ctx, in, out, f) GO_FILTER_(GO_UID, ctx, in, out, f)

// GO_FAN_OUT(ctx, in, n, f): calls f(v) for each v from in, in n goroutines: void f(In). It has no output, so f itself
// says what is done. Panics: "pipeline: number out of range" for n < 1.
#define GO_FAN_OUT(ctx, in, n, f) GO_FAN_OUT_(GO_UID, ctx, in, n, f)

// GO_MERGE(ctx, out, ins, n): sends on out what comes from the n channels of the array ins, as it comes; out is closed
// when all have ended.   Panics: "pipeline: number out of range" for n < 0.   Owns: the array is copied.
#define GO_MERGE(ctx, out, ins, n) GO_MERGE_(GO_UID, ctx, out, ins, n)

// GO_TEE(ctx, in, out1, out2): sends each value from in on both, in whichever order they can take it, before the next.
#define GO_TEE(ctx, in, out1, out2) GO_TEE_(GO_UID, ctx, in, out1, out2)

// GO_OR_DONE(ctx, in, out): sends on out what comes from in, so that whoever reads out needs to watch no context.
#define GO_OR_DONE(ctx, in, out) GO_OR_DONE_(GO_UID, ctx, in, out)

// GO_BATCH(ctx, in, out, max, d): gathers values from in and sends them on out as a go_batch(In): max of them, or those
// that have come within d of the first. For d <= 0 a batch ends when nothing more is there. What is left goes out when
// in ends.   Panics: "pipeline: number out of range" for max < 1.   Owns: the receiver frees batch.items.
#define GO_BATCH(ctx, in, out, max, d) GO_BATCH_(GO_UID, ctx, in, out, max, d)

// The type of a batch. Each use names a new type, so give it a name: typedef go_batch(int) int_batch;
#define go_batch(T)                                                                                \
    struct {                                                                                       \
        __typeof__(T) *items;                                                                      \
        size_t n;                                                                                  \
    }

// GO_THROTTLE(ctx, in, out, limiter): sends on out what comes from in, each value when the limiter lets it. Ends with
// ctx, or as soon as ctx's deadline comes before the limiter's next turn.   Owns: the limiter lives until out is closed.
#define GO_THROTTLE(ctx, in, out, limiter) GO_THROTTLE_(GO_UID, ctx, in, out, limiter)

// What the macros are made of.

enum go_pipe_kind_ {
    GO_PIPE_STAGE,
    GO_PIPE_FILTER,
    GO_PIPE_FAN_OUT,
    GO_PIPE_MERGE,
    GO_PIPE_TEE,
    GO_PIPE_OR_DONE,
    GO_PIPE_BATCH,
    GO_PIPE_THROTTLE,
};

// A stage as its macro describes it.
struct go_pipe_ {
    enum go_pipe_kind_ kind;
    go_context *ctx;
    const struct go_chan *const *ins; // `n` of them for a merge, else one
    const struct go_chan *out[2];     // NULL: none
    int64_t n;                        // goroutines, or elements of a batch
    size_t size;                      // of an element from in
    void *fn;
    struct go_value_type_ in_type, out_type; // of fn
    go_duration d;
    go_limiter *limiter;
};
GO_API void go_pipe_start_(const struct go_pipe_ *p);

#define GO_PIPE_RAW_(ch) ((const struct go_chan *)(ch))
#define GO_PIPE_IN_(ch)                                                                            \
    .ins = (const struct go_chan *const[]){GO_PIPE_RAW_(ch)}, .size = sizeof(GO_ELEM(ch))

#define GO_CHECK_SAME_ELEM(a, b)                                                                   \
    _Static_assert(__builtin_types_compatible_p(GO_ELEM(a), GO_ELEM(b)),                           \
                   "gofer: the channels of this stage carry different types")
#define GO_CHECK_STAGE_FN(f, Out, In)                                                              \
    _Static_assert(                                                                                \
        __builtin_types_compatible_p(__typeof__(*(f)), __typeof__(Out)(__typeof__(In))),           \
        "gofer: the function does not take and return the element types of this stage")

#define GO_STAGE_(id, ctx_, in_, out_, f)                                                          \
    __extension__({                                                                                \
        GO_CHECK_RECV(in_);                                                                        \
        GO_CHECK_SEND(out_);                                                                       \
        GO_CHECK_STAGE_FN(f, GO_ELEM(out_), GO_ELEM(in_));                                         \
        go_pipe_start_(&(struct go_pipe_){.kind = GO_PIPE_STAGE,                                   \
                                          .ctx = (ctx_),                                           \
                                          GO_PIPE_IN_(in_),                                        \
                                          .out = {GO_PIPE_RAW_(out_)},                             \
                                          .fn = (void *)(f),                                       \
                                          .in_type = GO_VALUE_TYPE(GO_ELEM(in_)),                  \
                                          .out_type = GO_VALUE_TYPE(GO_ELEM(out_))});              \
    })

#define GO_FILTER_(id, ctx_, in_, out_, f)                                                         \
    __extension__({                                                                                \
        GO_CHECK_RECV(in_);                                                                        \
        GO_CHECK_SEND(out_);                                                                       \
        GO_CHECK_SAME_ELEM(in_, out_);                                                             \
        GO_CHECK_STAGE_FN(f, bool, GO_ELEM(in_));                                                  \
        go_pipe_start_(&(struct go_pipe_){.kind = GO_PIPE_FILTER,                                  \
                                          .ctx = (ctx_),                                           \
                                          GO_PIPE_IN_(in_),                                        \
                                          .out = {GO_PIPE_RAW_(out_)},                             \
                                          .fn = (void *)(f),                                       \
                                          .in_type = GO_VALUE_TYPE(GO_ELEM(in_)),                  \
                                          .out_type = GO_VALUE_TYPE(bool)});                       \
    })

#define GO_FAN_OUT_(id, ctx_, in_, n_, f)                                                          \
    __extension__({                                                                                \
        GO_CHECK_RECV(in_);                                                                        \
        GO_CHECK_STAGE_FN(f, void, GO_ELEM(in_));                                                  \
        go_pipe_start_(&(struct go_pipe_){.kind = GO_PIPE_FAN_OUT,                                 \
                                          .ctx = (ctx_),                                           \
                                          GO_PIPE_IN_(in_),                                        \
                                          .n = (n_),                                               \
                                          .fn = (void *)(f),                                       \
                                          .in_type = GO_VALUE_TYPE(GO_ELEM(in_)),                  \
                                          .out_type = GO_VALUE_VOID});                             \
    })

#define GO_MERGE_(id, ctx_, out_, ins_, n_)                                                        \
    __extension__({                                                                                \
        GO_CHECK_SEND(out_);                                                                       \
        GO_CHECK_RECV((ins_)[0]);                                                                  \
        GO_CHECK_SAME_ELEM((ins_)[0], out_);                                                       \
        go_pipe_start_(                                                                            \
            &(struct go_pipe_){.kind = GO_PIPE_MERGE,                                              \
                               .ctx = (ctx_),                                                      \
                               .ins = (const struct go_chan *const *)(const void *)(ins_),         \
                               .out = {GO_PIPE_RAW_(out_)},                                        \
                               .n = (n_),                                                          \
                               .size = sizeof(GO_ELEM(out_))});                                    \
    })

#define GO_TEE_(id, ctx_, in_, out1_, out2_)                                                       \
    __extension__({                                                                                \
        GO_CHECK_RECV(in_);                                                                        \
        GO_CHECK_SEND(out1_);                                                                      \
        GO_CHECK_SEND(out2_);                                                                      \
        GO_CHECK_SAME_ELEM(in_, out1_);                                                            \
        GO_CHECK_SAME_ELEM(in_, out2_);                                                            \
        go_pipe_start_(&(struct go_pipe_){.kind = GO_PIPE_TEE,                                     \
                                          .ctx = (ctx_),                                           \
                                          GO_PIPE_IN_(in_),                                        \
                                          .out = {GO_PIPE_RAW_(out1_), GO_PIPE_RAW_(out2_)}});     \
    })

#define GO_OR_DONE_(id, ctx_, in_, out_)                                                           \
    __extension__({                                                                                \
        GO_CHECK_RECV(in_);                                                                        \
        GO_CHECK_SEND(out_);                                                                       \
        GO_CHECK_SAME_ELEM(in_, out_);                                                             \
        go_pipe_start_(&(struct go_pipe_){.kind = GO_PIPE_OR_DONE,                                 \
                                          .ctx = (ctx_),                                           \
                                          GO_PIPE_IN_(in_),                                        \
                                          .out = {GO_PIPE_RAW_(out_)}});                           \
    })

// The layout of every batch.
struct go_batch_ {
    void *items;
    size_t n;
};

#define GO_BATCH_(id, ctx_, in_, out_, max_, d_)                                                   \
    __extension__({                                                                                \
        GO_CHECK_RECV(in_);                                                                        \
        GO_CHECK_SEND(out_);                                                                       \
        _Static_assert(__builtin_types_compatible_p(__typeof__(GO_DECLVAL(GO_ELEM(out_)).items),   \
                                                    __typeof__(GO_ELEM(in_)) *) &&                 \
                           sizeof(GO_ELEM(out_)) == sizeof(struct go_batch_),                      \
                       "gofer: the output does not carry batches of what the input carries");      \
        go_pipe_start_(&(struct go_pipe_){.kind = GO_PIPE_BATCH,                                   \
                                          .ctx = (ctx_),                                           \
                                          GO_PIPE_IN_(in_),                                        \
                                          .out = {GO_PIPE_RAW_(out_)},                             \
                                          .n = (max_),                                             \
                                          .d = (d_)});                                             \
    })

#define GO_THROTTLE_(id, ctx_, in_, out_, limiter_)                                                \
    __extension__({                                                                                \
        GO_CHECK_RECV(in_);                                                                        \
        GO_CHECK_SEND(out_);                                                                       \
        GO_CHECK_SAME_ELEM(in_, out_);                                                             \
        go_pipe_start_(&(struct go_pipe_){.kind = GO_PIPE_THROTTLE,                                \
                                          .ctx = (ctx_),                                           \
                                          GO_PIPE_IN_(in_),                                        \
                                          .out = {GO_PIPE_RAW_(out_)},                             \
                                          .limiter = (limiter_)});                                 \
    })

GO_END_DECLS

#endif
