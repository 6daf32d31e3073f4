// SPDX-License-Identifier: MIT
// How blocking calls of the rooms above wait with a context (context/context.h): a call that parks in a queue of its own
// is woken by its peer, by the time, or by the end of the context, and by exactly one of them.
#include "support/test.h"

#include "context/context.h"
#include "sched/limit.h"

// A queue for one, as a room above would have it.
struct slot {
    struct gf_lock lock;
    struct g *g;
    uint32_t ticket;
};

enum ending { SERVED, ENDED, TIMED_OUT };

static enum ending wait_in(struct slot *s, go_context *ctx, go_duration d)
{
    struct gf_context_waiter w;
    struct m *m = gf_enter();
    uint32_t ticket = gf_claim_ticket(m->g);
    if (!gf_context_wait(m, ctx, &w, ticket)) {
        gf_leave(m);
        return ENDED;
    }
    gf_lock(&s->lock, GF_RANK_SEMA);
    s->g = m->g;
    s->ticket = ticket;
    gf_unlock(&s->lock);
    bool woken = gf_park_until(&m, ticket, go_time_add(go_now(), d).monotonic, GF_WAIT_SELECT, s);
    bool ended = gf_context_wait_over(ctx, &w);
    gf_leave(m);
    return ended ? ENDED : woken ? SERVED : TIMED_OUT;
}

static bool serve(struct slot *s)
{
    struct m *m = gf_enter();
    gf_lock(&s->lock, GF_RANK_SEMA);
    struct g *g = s->g;
    bool ours = g && gf_claim(g, s->ticket);
    gf_unlock(&s->lock);
    if (ours)
        gf_ready(m, g);
    gf_leave(m);
    return ours;
}

static void serve_when_there(struct slot *s)
{
    WAIT_UNTIL(serve(s));
}

static void cancel_later(go_context *ctx)
{
    go_context_cancel(ctx);
}

TEST(end_of_the_context_wakes_a_parked_call)
{
    struct slot s = {.g = NULL};
    go_context *ctx = go_context_with_cancel(go_context_background());
    go(cancel_later, ctx);
    CHECK_EQ(wait_in(&s, ctx, GO_HOUR), ENDED);
    go_context_free(ctx);
}

TEST(call_with_an_ended_context_does_not_park)
{
    struct slot s = {.g = NULL};
    go_context *ctx = go_context_with_timeout(go_context_background(), 0);
    CHECK_EQ(wait_in(&s, ctx, GO_HOUR), ENDED);
    go_context_free(ctx);
}

TEST(peer_and_time_wake_a_call_with_a_live_context_or_with_none)
{
    struct slot s = {.g = NULL};
    go_context *live = go_context_with_cancel(go_context_background());
    go_context *contexts[] = {live, go_context_background(), NULL};
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(wait_in(&s, contexts[i], GO_MILLISECOND), TIMED_OUT);
        go(serve_when_there, &s);
        CHECK_EQ(wait_in(&s, contexts[i], GO_HOUR), SERVED);
    }
    go_context_free(live);
}

static void race(struct slot *s, atomic_int *served, go_waitgroup *wg)
{
    for (int i = 0; i < 50; i++) {
        atomic_fetch_add(served, serve(s));
        go_yield();
    }
    go_waitgroup_done(wg);
}

static void wait_in_rounds(size_t rounds, struct slot *s, atomic_int *served)
{
    for (size_t i = 0; i < rounds; i++) {
        go_waitgroup wg = {0};
        go_context *ctx = go_context_with_cancel(go_context_background());
        go_waitgroup_add(&wg, 1);
        go(race, s, served, &wg);
        go(cancel_later, go_context_ref(ctx));
        int before = atomic_load(served);
        enum ending o = wait_in(s, ctx, 20 * GO_MICROSECOND);
        go_waitgroup_wait(&wg);
        CHECK_EQ(atomic_load(served) - before, o == SERVED);
        WAIT_UNTIL(go_context_err(ctx) != 0);
        go_context_free(ctx);
        go_context_free(ctx);
    }
}

TEST(exactly_one_of_peer_time_and_context_wakes_the_call)
{
    struct slot s = {.g = NULL};
    atomic_int served = 0;
    go_maxprocs(4);
    wait_in_rounds(test_rounds(1000), &s, &served);
}
