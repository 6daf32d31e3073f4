// SPDX-License-Identifier: MIT
// When fewer processors are faster. Goroutines that hand tiny pieces of work to each other over one channel run up to
// ten times slower on two cores than on one, for each piece drags the same cache lines to and fro. No count of
// queues or contended locks tells such a program from one that merely communicates a lot, so sysmon tries it out: it
// lets half of the busy Ps go idle for a millisecond and compares how often the runtime is entered, which is how fast
// such a program gets on. If that was clearly better it stays so for a while, and is then questioned again.
//
// Only programs that enter the runtime more often than every 600 ns on each P are tried, and those that don't profit
// are left alone for longer and longer. A program that turns to computing is let go at once.
//
// The limit is a policy, not a promise: a P that a thread takes for another reason (it comes back from the kernel, a
// timer is due) gives itself up at its next look around (gf_over_limit).
#include "sched/internal.h"

#include "sched/start.h"

#include <limits.h>

enum {
    WINDOW_NS = 1000000,    // of a measurement
    SETTLE_NS = 300000,     // from a new limit to the measurement
    KEEP_NS = 60000000,     // how long a limit that has proved itself stays
    PAUSE_NS = 2000000,     // from the end of such a limit to the next trial
    FIRST_NS = 20000000,    // from a trial that has failed to the next, at first
    LONGEST_NS = 1000000000 // the same, at last
};

static const double CROWDED = 1 / 600.0; // entries a ns and P
static const double BETTER = 1.2;        // times as many entries make a limit worthwhile
static const double LET_GO =
    0.25; // of the rate under the limit: the program does something else now

enum state { FREE, SETTLING, TRYING, LIMITED };

// All of it sysmon's.
static struct {
    enum state state;
    int64_t start;    // of the window
    uint64_t entries; // then
    double rate;    // entries a ns: before the trial (SETTLING, TRYING), under the limit (LIMITED)
    int64_t until;  // when a limit ends, or the next trial may begin
    int64_t pause;  // after the next trial that fails
    bool eager;     // GOFER_DEBUG=crowd=2: tries it with every program, again and again
    bool candidate; // the last window looked like one to try
} crowd = {.pause = FIRST_NS};

void gf_crowd_init(void)
{
    crowd.eager = gf_debug_key("crowd") == 2;
}

static uint64_t all_entries(void)
{
    uint64_t n = 0;
    for (struct m *m = gf_load_acquire(&gf_sched.all_ms); m; m = m->all_next)
        n += gf_load_relaxed(&m->entries); // relaxed: a count
    return n;
}

static void enter(enum state state, int64_t now)
{
    crowd.state = state;
    crowd.start = now;
    crowd.entries = all_entries();
}

static void lift(int64_t now, int64_t pause)
{
    gf_store_relaxed(&gf_sched.busy_limit, INT_MAX); // relaxed: a hint
    crowd.until = now + pause;
    enter(FREE, now);
    gf_wake_one();
}

// Nobody is limited: is this a program to try it with?
static void look_for_crowd(int64_t now, double rate, int busy)
{
    crowd.candidate = busy > 1 && (rate >= CROWDED * busy || crowd.eager);
    if (!crowd.candidate || (now < crowd.until && !crowd.eager)) {
        enter(FREE, now);
        return;
    }
    crowd.rate = rate;
    gf_store_relaxed(&gf_sched.busy_limit, busy / 2); // relaxed: a hint
    enter(SETTLING, now);
}

static void judge(int64_t now, double rate)
{
    if (rate > BETTER * crowd.rate) {
        crowd.rate = rate;
        crowd.until = now + KEEP_NS;
        crowd.pause = FIRST_NS;
        enter(LIMITED, now);
        return;
    }
    lift(now, crowd.pause);
    if (crowd.pause < LONGEST_NS)
        crowd.pause *= 2;
}

bool gf_crowd_look(int64_t now)
{
    int busy = gf_load_relaxed(&gf_sched.procs) -
               gf_load_relaxed(&gf_sched.idle_p_count); // relaxed: hints
    int64_t window = now - crowd.start;
    if (crowd.state == SETTLING && window >= SETTLE_NS) {
        enter(TRYING, now);
    } else if (window >= WINDOW_NS) {
        double rate = (double)(all_entries() - crowd.entries) / (double)window;
        if (crowd.state == FREE)
            look_for_crowd(now, rate, busy);
        else if (crowd.state == TRYING)
            judge(now, rate);
        else if (rate < LET_GO * crowd.rate || now >= crowd.until)
            lift(now, PAUSE_NS);
        else
            enter(LIMITED, now);
    }
    return crowd.state != FREE || crowd.candidate;
}
