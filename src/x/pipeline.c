// SPDX-License-Identifier: MIT
// Pipeline stages. A stage is one record, shared by its goroutines; the last of them closes the outputs and drops the
// references. Every goroutine is the same loop, receive and step, where the step is what the kinds differ in; only a
// batch has a loop of its own, for its receives have a limit of time.
//
// A goroutine that has to wait selects between the channel and the context's end; one that need not looks at the
// context before each receive, so a stage ends soon after its context even if its neighbours never let it wait. The
// closes and the frees stand in a deferred call, so that a function which ends its goroutine by go_exit ends its stage
// in good order.
#include "arch/arch.h"
#include "base/atomic.h"
#include "base/race.h"
#include "panic/misuse.h"
#include "x/alloc.h"
#include "x/until.h"

#include <gofer/panic.h>
#include <gofer/select.h>
#include <gofer/x/pipeline.h>
#include <string.h>

struct runner;

struct stage {
    go_context *ctx;               // [const] a reference, as are the channels; NULL: never ends
    GO_RECV_CHAN(go_unit) done;    // [const] of the context
    struct go_chan *out[2];        // [const]
    bool (*step)(struct runner *); // [const] false ends the goroutine
    size_t size;                   // [const] of an element from in
    void *fn;                      // [const]
    struct go_value_type_ in_type, out_type; // [const] of fn
    size_t max;                              // [const] elements of a batch
    go_duration d;                           // [const]
    go_limiter *limiter;                     // [const]
    _Atomic(int) left;                       // [atomic] goroutines that have not ended
};

// A goroutine of a stage, in its frame.
struct runner {
    struct stage *stage;
    struct go_chan *in;         // a reference
    void *value, *result;       // what was received, and what fn made of it
    struct gf_typed_call *call; // of fn; NULL: none
};

// --- Receiving and sending, until the context ends ---

// The cases of a select over channels whose types only the macros know: what go_select makes of its own.
#define SELECTING(frame_) ((struct go_selecting_){.frame = (frame_)})

static void add_done(struct go_selecting_ *s, const struct stage *st)
{
    go_case_add_(s, (struct go_chan *)st->done, NULL, NULL, 0);
}

static uint32_t pick(struct go_selecting_ *s)
{
    return go_select_pick_(s->frame, s->count, s->flags, s->next);
}

// Receives from in; false if it has ended, or the context.
static bool receive(struct runner *r, void *value)
{
    struct stage *st = r->stage;
    if (gf_x_err(st->ctx))
        return false;
    go_status status = go_chan_try_recv_(r->in, value);
    if (status != GO_WOULD_BLOCK)
        return status == GO_OK;
    struct go_select_ frame;
    struct go_selecting_ s = SELECTING(&frame);
    bool ok = false;
    go_case_add_(&s, r->in, value, &ok, 0);
    add_done(&s, st);
    pick(&s);
    return ok;
}

// Sends on out; false if the context has ended.
static bool send(const struct stage *st, struct go_chan *out, void *value)
{
    if (go_chan_try_send_(out, value))
        return true;
    struct go_select_ frame;
    struct go_selecting_ s = SELECTING(&frame);
    go_case_add_(&s, out, value, NULL, 1);
    add_done(&s, st);
    return pick(&s) == 0;
}

// --- What the kinds do with a value ---

static bool step_stage(struct runner *r)
{
    gf_arch_typed_call(r->call, r->value, r->result);
    return send(r->stage, r->stage->out[0], r->result);
}

static bool step_filter(struct runner *r)
{
    gf_arch_typed_call(r->call, r->value, r->result);
    return !*(bool *)r->result || send(r->stage, r->stage->out[0], r->value);
}

static bool step_fan_out(struct runner *r)
{
    gf_arch_typed_call(r->call, r->value, r->result);
    return true;
}

static bool step_forward(struct runner *r)
{
    return send(r->stage, r->stage->out[0], r->value);
}

static bool step_throttle(struct runner *r)
{
    return go_limiter_wait(r->stage->limiter, r->stage->ctx) == 0 && step_forward(r);
}

// Sends on whichever can take the value, then on the other.
static bool step_tee(struct runner *r)
{
    struct stage *st = r->stage;
    struct go_select_ frame;
    struct go_selecting_ s = SELECTING(&frame);
    go_case_add_(&s, st->out[0], r->value, NULL, 1);
    go_case_add_(&s, st->out[1], r->value, NULL, 1);
    add_done(&s, st);
    uint32_t chosen = pick(&s);
    return chosen < 2 && send(st, st->out[!chosen], r->value);
}

// --- Batches ---

enum got { GOT_VALUE, GOT_END, GOT_NOTHING };

// Receives what comes within d.
static enum got receive_within(struct runner *r, void *value, go_duration d)
{
    struct go_select_ frame;
    struct go_selecting_ s = SELECTING(&frame);
    bool ok = false;
    go_case_add_(&s, r->in, value, &ok, 0);
    add_done(&s, r->stage);
    go_case_timeout_(&s, d);
    uint32_t chosen = pick(&s);
    if (chosen == 2)
        return GOT_NOTHING;
    return ok ? GOT_VALUE : GOT_END;
}

// The step of a batch: the value just received is its first; false if the input ended behind it.
static bool step_batch(struct runner *r)
{
    struct stage *st = r->stage;
    enum got got = GOT_VALUE;
    go_time begin = go_now();
    struct go_batch_ b = {.items = gf_x_alloc(st->max * st->size), .n = 1};
    memcpy(b.items, r->value, st->size);
    while (b.n < st->max) {
        got = receive_within(r, (char *)b.items + b.n * st->size, st->d - go_since(begin));
        if (got != GOT_VALUE)
            break;
        b.n++;
    }
    if (gf_x_err(st->ctx) || !send(st, st->out[0], &b)) {
        free(b.items);
        return false;
    }
    return got != GOT_END;
}

// --- A goroutine's life ---

static void free_stage(struct stage *st)
{
    for (int i = 0; i < 2; i++) {
        if (!st->out[i])
            continue;
        go_chan_close_(st->out[i]);
        go_chan_free_(st->out[i]);
    }
    go_context_free(st->ctx);
    free(st);
}

static void finish(struct runner *r)
{
    free(r->value);
    free(r->result);
    free(r->call);
    go_chan_free_(r->in);
    // Acquire and release: whatever the others did with the stage happens before its end.
    if (gf_race_last_of(&r->stage->left, gf_sub_acqrel(&r->stage->left, 1) == 1))
        free_stage(r->stage);
}

static void prepare_call(struct runner *r)
{
    const struct stage *st = r->stage;
    r->result = gf_x_alloc(st->out_type.size + 1);
    r->call = gf_x_alloc(gf_arch_typed_call_bytes(&st->in_type));
    gf_arch_typed_call_init(r->call, st->fn, &st->in_type, &st->out_type);
}

static void run(struct stage *st, struct go_chan *in)
{
    struct runner r = {.stage = st, .in = in, .value = gf_x_alloc(st->size + 1)};
    GO_DEFER(finish, &r);
    if (st->fn)
        prepare_call(&r);
    while (receive(&r, r.value) && st->step(&r)) {}
}

static bool (*const steps[])(struct runner *) = {
    [GO_PIPE_STAGE] = step_stage,     [GO_PIPE_FILTER] = step_filter,
    [GO_PIPE_FAN_OUT] = step_fan_out, [GO_PIPE_MERGE] = step_forward,
    [GO_PIPE_TEE] = step_tee,         [GO_PIPE_OR_DONE] = step_forward,
    [GO_PIPE_BATCH] = step_batch,     [GO_PIPE_THROTTLE] = step_throttle,
};

static struct go_chan *reference(const struct go_chan *c)
{
    return go_chan_ref_((struct go_chan *)c);
}

static struct stage *new_stage(const struct go_pipe_ *p, int goroutines)
{
    struct stage *st = gf_x_alloc(sizeof *st);
    st->ctx = go_context_ref(p->ctx);
    st->done = gf_x_done(p->ctx);
    st->out[0] = reference(p->out[0]);
    st->out[1] = reference(p->out[1]);
    st->step = steps[p->kind];
    st->size = p->size;
    st->fn = p->fn;
    st->in_type = p->in_type;
    st->out_type = p->out_type;
    st->max = (size_t)p->n;
    st->d = p->d;
    st->limiter = p->limiter;
    atomic_init(&st->left, goroutines);
    return st;
}

// The number that the macro was given says how many goroutines there are, or how much is in a batch.
static void check_number(const struct go_pipe_ *p)
{
    bool has_least = p->kind == GO_PIPE_FAN_OUT || p->kind == GO_PIPE_BATCH;
    if (gf_unlikely(p->n < (has_least ? 1 : 0) || p->n > INT32_MAX))
        gf_panic_runtime("pipeline: number out of range");
}

void go_pipe_start_(const struct go_pipe_ *p)
{
    check_number(p);
    bool many = p->kind == GO_PIPE_FAN_OUT || p->kind == GO_PIPE_MERGE;
    int goroutines = many ? (int)p->n : 1;
    struct stage *st = new_stage(p, goroutines);
    if (goroutines == 0)
        free_stage(st);
    for (int i = 0; i < goroutines; i++) {
        struct go_chan *in = reference(p->ins[p->kind == GO_PIPE_MERGE ? i : 0]);
        GO_SPAWN(run, st, in);
    }
}
