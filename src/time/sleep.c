// SPDX-License-Identifier: MIT
// Sleeping: a timer in the sleeper's frame. It may fire before the sleeper has parked; then the park returns in the
// sleeper's next turn. A sleep for ever has a timer too, which never fires.
#include "time/moment.h"

struct sleeper {
    struct gf_timer timer;
    struct g *g;
};

static struct g *wake(struct m *m, struct gf_timer *t, int64_t now)
{
    (void)m, (void)now;
    return gf_container_of(t, struct sleeper, timer)->g;
}

void go_sleep(go_duration d)
{
    if (d <= 0)
        return;
    struct m *m = gf_enter();
    struct sleeper s = {.timer = {.when = gf_deadline(d), .fire = wake}, .g = m->g};
    gf_timer_start(m, &s.timer);
    m = gf_park(m, NULL, GF_WAIT_SLEEP, NULL);
    gf_leave(m);
}
