// SPDX-License-Identifier: MIT
// Goroutines that can never wake, by reachability (Saioc et al., "Dynamic Partial Deadlock Detection and Recovery via
// Garbage Collection", ASPLOS 2025; Go 1.26's goroutineleak profile). A goroutine that waits for a channel, lock,
// condition or wait group is woken by somebody who has its address. So:
//
//   1. everything stops: the world, and by signals all threads;
//   2. roots: the program's data, the stacks and registers of threads and of goroutines that do not wait, armed
//      timers, and goroutines that something outside wakes (sleep, descriptors);
//   3. what is reachable from them is marked (mark.h);
//   4. a waiting goroutine whose object is marked may be woken, so its own stack is marked too; again, until nothing
//      changes;
//   5. those that are left can never wake.
//
// The runtime's own records are no roots, for they lead to every goroutine. What a goroutine waits for may lie on its
// own stack: a pointer to anywhere in that stack leads there, as one into an allocation does.
//
// Where it errs, it errs to silence: a stale pointer in a dead variable keeps a goroutine from being reported. Wrong
// alarms need a program that hides its pointers (in a file, xor-ed), or a thread that takes no signals and keeps one
// in a register.
#include "debug/leak.h"

#include "base/assert.h"
#include "chan/view.h"
#include "debug/freeze.h"
#include "debug/locks.h"
#include "debug/mark.h"
#include "debug/report.h"
#include "debug/stop.h"
#include "mem/view.h"
#include "os/os.h"
#include "select/view.h"

#include <string.h>

enum { ATTEMPTS = 5 }; // at stopping all threads
static const int64_t BETWEEN_ATTEMPTS_NS = 20000000;

// What is known of the goroutine in a slot.
enum fate {
    NOBODY,  // a free slot
    ROOT,    // runs, or something outside wakes it
    WAITS,   // for something that nobody has been found to reach so far
    REACHED, // waits, and somebody may wake it
};

static struct {
    uint8_t *fate; // of each slot
    uint32_t slots;
    const struct g *self;
    uintptr_t self_sp;
    struct gf_leaks *result;
} search;

// ---- What a goroutine waits for ----

static bool waits_for_channel(enum gf_wait reason)
{
    return reason == GF_WAIT_CHAN_SEND || reason == GF_WAIT_CHAN_RECEIVE;
}

// Whether the only thing that can wake it is another party that has what it waits for.
static bool depends_on_others(const struct gf_view *v)
{
    switch (v->reason) {
    case GF_WAIT_CHAN_SEND:
    case GF_WAIT_CHAN_RECEIVE:
    case GF_WAIT_CHAN_SEND_NIL:
    case GF_WAIT_CHAN_RECEIVE_NIL:
    case GF_WAIT_SELECT:
    case GF_WAIT_SELECT_NO_CASES:
    case GF_WAIT_MUTEX_LOCK:
    case GF_WAIT_RWMUTEX_RLOCK:
    case GF_WAIT_RWMUTEX_LOCK:
    case GF_WAIT_WAITGROUP_WAIT:
    case GF_WAIT_COND_WAIT:
    case GF_WAIT_ONCE_DO:
    case GF_WAIT_SEMACQUIRE:
        return v->sp && !v->foreign;
    default:
        return false;
    }
}

static bool select_is_reached(const struct gf_view *v)
{
    const struct go_chan *c;
    for (uint32_t i = 0; (c = gf_view_select_channel(v->object, i)); i++)
        if (gf_mark_is_reached((uintptr_t)c))
            return true;
    return false;
}

// Whether a party that can still run has what it waits for. Nobody has a nil channel.
static bool object_is_reached(const struct gf_view *v)
{
    if (v->reason == GF_WAIT_SELECT)
        return select_is_reached(v);
    return v->object && gf_mark_is_reached((uintptr_t)v->object);
}

// ---- Objects ----

// A channel is an object of its own where the heap's chunks are not known, lest its list of waiters lead to itself.
static void add_channel(const struct go_chan *c)
{
    uintptr_t start = (uintptr_t)c;
    gf_mark_add_object((struct gf_range){start, start + gf_view_chan_bytes(c)});
}

static void add_waiting(const struct gf_view *v)
{
    const struct go_chan *c;
    // Without the last byte: the runtime keeps the tops of stacks, which are no pointers into them.
    gf_mark_add_object((struct gf_range){(uintptr_t)v->sp, v->top - 1});
    if (waits_for_channel(v->reason))
        add_channel(v->object);
    for (uint32_t i = 0; v->reason == GF_WAIT_SELECT && (c = gf_view_select_channel(v->object, i));
         i++)
        add_channel(c);
}

static void add_goroutine(const struct g *g)
{
    struct gf_view v;
    if (!gf_view_read_any(g, &v))
        return;
    bool waits = g != search.self && depends_on_others(&v);
    search.fate[v.slot] = waits ? WAITS : ROOT;
    if (waits)
        add_waiting(&v);
    gf_mark_exclude((struct gf_range){v.low, v.top});
}

static void exclude_record(const void *start, size_t bytes)
{
    gf_mark_exclude((struct gf_range){(uintptr_t)start, (uintptr_t)start + bytes});
}

static void ignore_record(const void *start, size_t bytes)
{
    (void)bytes;
    gf_mark_ignore((uintptr_t)start);
}

static void exclude_runtime(void)
{
    struct gf_range r;
    for (int i = 0; gf_view_stack_region(i, &r.start, &r.end); i++)
        gf_mark_exclude(r);
    for (int i = 0; gf_view_slab_chunk(i, &r.start, &r.end); i++)
        gf_mark_exclude(r);
    gf_view_records(exclude_record);
    gf_report_records(exclude_record);
    gf_locks_records(exclude_record);
}

// Whether a thread was stopped in the scheduler, whose registers and frames hold nothing of the program.
static bool was_in_scheduler(const struct gf_frozen *f)
{
    struct gf_view v;
    return f->g && !gf_view_read_any(f->g, &v);
}

// A worker's own stack counts from its base on, another thread's from where it was stopped; what handlers of signals
// left behind on its signal stack is nobody's.
static void add_threads(void)
{
    for (const struct m *m = gf_view_next_thread(NULL); m; m = gf_view_next_thread(m)) {
        struct gf_view_range r = gf_view_signal_stack(m);
        if (r.start)
            gf_mark_exclude((struct gf_range){(uintptr_t)r.start, (uintptr_t)r.start + r.bytes});
        if (gf_view_thread_base(m))
            gf_mark_add_stack((uintptr_t)gf_view_thread_base(m));
    }
    for (const struct gf_frozen *f = gf_freeze_list(); f; f = f->next)
        if (!was_in_scheduler(f))
            gf_mark_add_stack(f->trace.sp - GF_ARCH_RED_ZONE);
    gf_mark_add_stack(search.self_sp);
}

// ---- Roots ----

static void mark_state(const struct g *g)
{
    struct gf_view_range r = gf_view_state_of(g);
    gf_mark_range((struct gf_range){(uintptr_t)r.start, (uintptr_t)r.start + r.bytes});
}

// From where a goroutine that does not wait uses its stack.
static uintptr_t stack_pointer(const struct g *g, const struct gf_view *v)
{
    if (g == search.self)
        return search.self_sp;
    if (v->sp)
        return (uintptr_t)v->sp;
    const struct gf_frozen *f = gf_freeze_find(g, v->low, v->top, true);
    return f && f->trace.sp > v->low + GF_ARCH_RED_ZONE ? f->trace.sp - GF_ARCH_RED_ZONE : v->low;
}

static void mark_goroutine(const struct g *g)
{
    struct gf_view v;
    if (!gf_view_read_any(g, &v))
        return;
    uintptr_t sp = v.function ? v.top : stack_pointer(g, &v);
    mark_state(g);
    if (sp >= v.low && sp < v.top)
        gf_mark_range((struct gf_range){sp, v.top});
}

// The registers of a stopped thread; and its signal stack, if it was stopped there: it is held in a handler, below
// which lie the registers of the program.
static void mark_frozen(const struct gf_frozen *f)
{
    for (int i = 0; i < f->register_count && !was_in_scheduler(f); i++)
        gf_mark_address(f->registers[i]);
    for (const struct m *m = gf_view_next_thread(NULL); m; m = gf_view_next_thread(m)) {
        struct gf_view_range r = gf_view_signal_stack(m);
        uintptr_t start = (uintptr_t)r.start;
        if (start && f->sp >= start && f->sp < start + r.bytes)
            gf_mark_range((struct gf_range){f->sp, start + r.bytes});
    }
}

static void mark_timer(const struct gf_timer *t)
{
    const struct g *waiter = gf_limit_waiter(t);
    struct gf_view v;
    if (!waiter)
        gf_mark_address((uintptr_t)t);
    else if (gf_view_read_any(waiter, &v) && search.fate[v.slot] == WAITS)
        search.fate[v.slot] = ROOT;
}

static void mark_timers(void)
{
    for (int p = 0; p < GF_MOST_PROCS; p++)
        for (uint32_t i = 0, n = gf_view_timer_count(p); i < n; i++) {
            const struct gf_timer *t = gf_view_timer(p, i);
            if (t)
                mark_timer(t);
        }
}

static bool mark_all_roots(void)
{
    mark_timers();
    if (!gf_mark_roots())
        return false;
    for (uint32_t slot = 0; slot < search.slots; slot++)
        if (search.fate[slot] == ROOT)
            mark_goroutine(gf_view_g(slot));
    for (const struct gf_frozen *f = gf_freeze_list(); f; f = f->next)
        mark_frozen(f);
    return true;
}

// ---- The fixed point ----

// One round; returns whether anything changed.
static bool reach_more(void)
{
    bool changed = false;
    struct gf_view v;
    for (uint32_t slot = 0; slot < search.slots; slot++) {
        const struct g *g = gf_view_g(slot);
        if (search.fate[slot] != WAITS || !gf_view_read_any(g, &v) || !object_is_reached(&v))
            continue;
        search.fate[slot] = REACHED;
        mark_state(g);
        gf_mark_address((uintptr_t)v.sp);
        changed = true;
    }
    return changed;
}

static void say_leaked(struct gf_leak *leak, const char *state)
{
    static const char words[] = " (leaked)";
    size_t n = strlen(state);
    gf_assert(n + sizeof words <= sizeof leak->state);
    memcpy(leak->state, state, n);
    memcpy(leak->state + n, words, sizeof words);
    leak->view.state = leak->state;
}

static void keep(struct gf_leak *leak, const struct gf_view *v)
{
    leak->view = *v;
    if (v->name)
        memcpy(leak->name, v->name, sizeof leak->name);
    leak->view.name = v->name ? leak->name : NULL;
    say_leaked(leak, v->state);
    if (waits_for_channel(v->reason)) {
        leak->chan_len = gf_view_chan_len(v->object);
        leak->chan_cap = gf_view_chan_cap(v->object);
    }
    gf_unwind_parked(&leak->trace, v->sp);
}

static void collect(void)
{
    struct gf_leaks *r = search.result;
    struct gf_view v;
    for (uint32_t slot = 0; slot < search.slots; slot++) {
        if (search.fate[slot] != WAITS || !gf_view_read(gf_view_g(slot), &v))
            continue;
        if (r->shown < GF_MOST_LEAKS)
            keep(&r->leak[r->shown++], &v);
        r->count++;
    }
}

// ---- The search ----

static void look(const struct gf_stopped *stopped, void *arg)
{
    struct gf_leaks *r = search.result = arg;
    search.self = stopped->self;
    search.self_sp = stopped->self_sp;
    search.slots = gf_view_g_count();
    search.fate = gf_os_reserve(search.slots + 1);
    if (search.fate && gf_mark_begin()) {
        exclude_runtime();
        for (uint32_t slot = 0; slot < search.slots; slot++)
            add_goroutine(gf_view_g(slot));
        add_threads();
        exclude_record(search.fate, search.slots + 1);
        gf_mark_exclude(stopped->stack);
        gf_mark_ready();
        gf_view_records(ignore_record);
        r->complete = mark_all_roots();
        while (r->complete && reach_more())
            continue;
        if (r->complete)
            collect();
        r->exact = gf_mark_knows_heap() && gf_heap_is_simple();
    }
    gf_mark_end();
    if (search.fate)
        gf_os_release(search.fate, search.slots + 1);
}

// Whether another look might tell more: somebody may have been held inside malloc, or have changed the heap where no
// entry of malloc is on the stack, as a thread does that ends.
static bool is_worth_another(const struct gf_leaks *result)
{
    return !result->complete || (gf_heap_is_simple() && !result->exact);
}

GF_NOINLINE void gf_leaks_sweep(void)
{
    char dead[4096];
    memset(dead, 0, sizeof dead);
    __asm__ volatile("" : : "r"(dead) : "memory");
}

static GF_NOINLINE void search_with_patience(struct gf_leaks *result)
{
    for (int i = 0; i < ATTEMPTS && is_worth_another(result); i++) {
        if (i > 0)
            gf_os_sleep(BETWEEN_ATTEMPTS_NS);
        *result = (struct gf_leaks){.leak = result->leak};
        gf_stop_run(look, result);
    }
}

struct gf_leaks gf_leaks_find(void)
{
    struct gf_leaks result = {.leak = gf_os_reserve(GF_MOST_LEAKS * sizeof *result.leak)};
    gf_heap_learn();
    gf_leaks_sweep();
    if (result.leak)
        search_with_patience(&result);
    return result;
}

void gf_leaks_drop(struct gf_leaks *leaks)
{
    if (leaks->leak)
        gf_os_release(leaks->leak, GF_MOST_LEAKS * sizeof *leaks->leak);
}
