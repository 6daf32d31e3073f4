// SPDX-License-Identifier: MIT
// The timer of a timed park lies in the frame that parks. Either it claims, and then nobody else touches the wait any
// more; or it is stopped before the frame goes, which waits for one that is just firing and finds itself too late.
#include "sched/limit.h"

#include "sched/timerheap.h"

struct limit {
    struct gf_timer timer;
    struct g *g;
    uint32_t ticket;
    bool
        expired; // [owner] whoever has claimed: written before it is made ready, read after the park
};

static struct g *expire(struct m *m, struct gf_timer *t, int64_t now)
{
    (void)m, (void)now;
    struct limit *l = gf_container_of(t, struct limit, timer);
    struct g *g = l->g;
    if (!gf_claim(g, l->ticket))
        return NULL;
    l->expired = true;
    return g;
}

bool gf_park_until(struct m **m, uint32_t ticket, int64_t deadline, enum gf_wait reason,
                   const void *object)
{
    struct limit l = {.timer = {.when = deadline, .fire = expire}, .g = (*m)->g, .ticket = ticket};
    // If we have been made ready by now, or are so before the park, the park returns in our next turn all the same.
    gf_timer_start(*m, &l.timer);
    *m = gf_park(*m, NULL, reason, object);
    if (!l.expired)
        gf_timer_stop(&l.timer);
    return !l.expired;
}

const struct g *gf_limit_waiter(const struct gf_timer *t)
{
    return t->fire == expire ? gf_container_of(t, const struct limit, timer)->g : NULL;
}
