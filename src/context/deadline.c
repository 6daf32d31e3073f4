// SPDX-License-Identifier: MIT
// Contexts with a deadline of their own: a timer, which lives behind the context. It fires under the lock of its heap,
// where no subtree can be ended, so it starts a goroutine of the runtime's for that, and gives it a reference. The end of
// the context, by whatever, stops the timer; so the memory never goes while it is armed.
//
// The timer is armed before the context joins its parent, for whoever ends the context from then on stops it.
#include "context/context.h"

#include "sched/race.h"
#include "sched/timerheap.h"
#include "time/moment.h"

struct timed_context {
    go_context base;
    struct gf_timer timer;
    int cause; // [const] if the deadline is what ends it
};

static struct timed_context *timed(go_context *c)
{
    return gf_container_of(c, struct timed_context, base);
}

static void run_out(struct timed_context *t)
{
    gf_context_end(&t->base, -ETIMEDOUT, t->cause);
    gf_context_unref(&t->base);
}

static struct g *fire(struct m *m, struct gf_timer *timer, int64_t now)
{
    (void)now;
    struct timed_context *t = gf_container_of(timer, struct timed_context, timer);
    gf_add_relaxed(&t->base.refs, 1); // relaxed: it is not freed before its timer has been stopped
    struct go_call call = {.fn = (void *)run_out, .reg = {(uint64_t)(uintptr_t)t}};
    gf_race_origin(m, timer);
    gf_spawn(m, &call, NULL, NULL, true);
    return NULL;
}

static void stop_timer(struct m *m, go_context *c)
{
    (void)m;
    gf_timer_stop(&timed(c)->timer);
}

static const struct gf_context_class timed_class = {.ended = stop_timer};

static void arm(struct timed_context *t, go_duration left)
{
    t->timer.when = gf_deadline(left);
    t->timer.fire = fire;
    gf_race_release(&t->timer);
    struct m *m = gf_enter();
    gf_timer_start(m, &t->timer);
    gf_leave(m);
}

static bool has_earlier_deadline(const go_context *parent, go_time t)
{
    return parent && parent->has_deadline && go_time_sub(parent->deadline, t) < 0;
}

go_context *go_context_with_deadline_cause(go_context *parent, go_time when, int err)
{
    if (has_earlier_deadline(parent, when))
        return go_context_with_cancel(parent);
    struct timed_context *t = gf_context_new(sizeof *t, parent, &timed_class);
    t->base.deadline = when;
    t->base.has_deadline = true;
    t->cause = err ? err : -ETIMEDOUT;
    go_duration left = go_until(when);
    if (left > 0)
        arm(t, left);
    gf_context_attach(&t->base);
    if (left <= 0)
        gf_context_end(&t->base, -ETIMEDOUT, t->cause); // unless the parent's end was first
    return &t->base;
}

go_context *go_context_with_deadline(go_context *parent, go_time t)
{
    return go_context_with_deadline_cause(parent, t, 0);
}

go_context *go_context_with_timeout_cause(go_context *parent, go_duration d, int err)
{
    return go_context_with_deadline_cause(parent, go_time_add(go_now(), d), err);
}

go_context *go_context_with_timeout(go_context *parent, go_duration d)
{
    return go_context_with_timeout_cause(parent, d, 0);
}
