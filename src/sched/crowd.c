// SPDX-License-Identifier: MIT
// When fewer processors are faster. Goroutines that hand tiny pieces of work to each other over one channel run up to
// ten times slower on two cores than on one, for each piece drags the same cache lines to and fro. No count of
// queues or contended locks tells such a program from one that merely communicates a lot, so sysmon tries it out: it
// lets half of the busy Ps go idle for a millisecond and compares how often the runtime is entered, which is how fast
// such a program gets on. If that was clearly better it stays so for a while, and is then questioned again.
//
// Only programs that enter the runtime more often than every 600 ns on each P are tried, and those that don't profit
// are left alone for longer and longer. A program that turns to computing is let go at once, nearly.
//
// A P goes idle where it looks around, between two goroutines. Goroutines that never pause, for what they share they need not
// wait for (a stack without locks, a cache behind one), would try out nothing: so where threads clash with each other, as they
// do over such things, half of them are preempted, and where they don't, they are not tried.
//
// The limit is a policy, not a promise: a P that a thread takes for another reason (it comes back from the kernel, a
// timer is due) gives itself up at its next look around (gf_over_limit).
#include "sched/internal.h"

#include "sched/start.h"

#include <limits.h>

enum {
    WINDOW_NS = 1000000,         // of a measurement
    SETTLE_NS = 300000,          // from a new limit to the measurement
    SETTLE_LONGEST_NS = 5000000, // the same, while too many do not rest
    KEEP_NS = 60000000,          // how long a limit that has proved itself stays
    PAUSE_NS = 2000000,          // from the end of such a limit to the next trial
    FIRST_NS = 20000000,         // from a trial that has failed to the next, at first
    LONGEST_NS = 1000000000      // the same, at last
};

static const double CROWDED = 1 / 600.0; // entries a ns and P
static const double BETTER = 1.2;        // times as many entries make a limit worthwhile
static const double CLASHING = 1 / 64.0; // of the entries: threads get in each other's way
static const double LET_GO =
    0.25; // of the rate under the limit: the program does something else now

enum state { FREE, SETTLING, TRYING, LIMITED };

// All of it sysmon's.
static struct {
    enum state state;
    int64_t start;    // of the window
    uint64_t entries; // then
    uint64_t clashes;
    double rate;    // entries a ns: before the trial (SETTLING, TRYING), under the limit (LIMITED)
    int64_t until;  // when a limit ends, or the next trial may begin
    int64_t pause;  // after the next trial that fails
    bool eager;     // GOFER_DEBUG=crowd=2: tries it with every program, again and again
    bool candidate; // the last window looked like one to try
    int slow;       // windows in a row under the limit that were
    bool clashing;  // threads clashed in the window before the trial
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

static uint64_t all_clashes(void)
{
    uint64_t n = 0;
    for (struct m *m = gf_load_acquire(&gf_sched.all_ms); m; m = m->all_next)
        n += gf_load_relaxed(&m->clashes); // relaxed: a count
    return n;
}

static void enter(enum state state, int64_t now)
{
    crowd.state = state;
    crowd.start = now;
    crowd.entries = all_entries();
    crowd.clashes = all_clashes();
}

static bool threads_clash(void)
{
    return (double)(all_clashes() - crowd.clashes) >=
           CLASHING * (double)(all_entries() - crowd.entries);
}

// Whether the goroutine on a thread keeps a P from looking around.
static bool is_restless(const struct m *m, int64_t now)
{
    // Hints, all. Acquire: pairs with the release in gf_acquire_p.
    const struct p *p = gf_load_acquire(&m->p);
    return p && p == m->seen_p && gf_load_relaxed(&p->tick) == m->seen_tick &&
           now - m->seen_at >= SETTLE_NS;
}

static int count_restless(int64_t now)
{
    int n = 0;
    for (struct m *m = gf_load_acquire(&gf_sched.all_ms); m; m = m->all_next)
        n += is_restless(m, now);
    return n;
}

// More Ps are busy than should be: preempts as many of those that do not look around. They enter the runtime all the time, so
// none need be interrupted, which might cut a call of the system's short.
static void rest_the_restless(int64_t now, int busy)
{
    int excess = busy - gf_load_relaxed(&gf_sched.busy_limit);
    for (struct m *m = gf_load_acquire(&gf_sched.all_ms); m && excess > 0; m = m->all_next) {
        if (!is_restless(m, now))
            continue;
        if (!gf_load_relaxed(&m->pending))
            gf_preempt_on_exit(m);
        excess--;
    }
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
    crowd.clashing = threads_clash() || crowd.eager;
    if (!crowd.clashing && count_restless(now) >= busy) { // nobody would rest
        enter(FREE, now);
        return;
    }
    crowd.rate = rate;
    gf_store_relaxed(&gf_sched.busy_limit, busy / 2); // relaxed: a hint
    enter(SETTLING, now);
    if (crowd.clashing)
        rest_the_restless(now, busy);
}

static void judge(int64_t now, double rate)
{
    if (rate > BETTER * crowd.rate) {
        crowd.rate = rate;
        crowd.until = now + KEEP_NS;
        crowd.pause = FIRST_NS;
        crowd.slow = 0;
        enter(LIMITED, now);
        return;
    }
    lift(now, crowd.pause);
    if (crowd.pause < LONGEST_NS)
        crowd.pause *= 2;
}

// Under a limit: is it still the program that it was? One slow window may be the turn of another goroutine that never pauses,
// on a thread that has to be woken.
static void question(int64_t now, double rate)
{
    crowd.slow = rate < LET_GO * crowd.rate ? crowd.slow + 1 : 0;
    if (crowd.slow > 1 || now >= crowd.until)
        lift(now, PAUSE_NS);
    else
        enter(LIMITED, now);
}

bool gf_crowd_look(int64_t now)
{
    int busy = gf_load_relaxed(&gf_sched.procs) -
               gf_load_relaxed(&gf_sched.idle_p_count); // relaxed: hints
    int64_t window = now - crowd.start;
    bool settles = crowd.state == SETTLING && crowd.clashing && window < SETTLE_LONGEST_NS &&
                   busy > gf_load_relaxed(&gf_sched.busy_limit);
    if (settles) {
        rest_the_restless(now, busy);
    } else if (crowd.state == SETTLING && window >= SETTLE_NS) {
        enter(TRYING, now);
    } else if (window >= WINDOW_NS) {
        double rate = (double)(all_entries() - crowd.entries) / (double)window;
        if (crowd.state == FREE)
            look_for_crowd(now, rate, busy);
        else if (crowd.state == TRYING)
            judge(now, rate);
        else
            question(now, rate);
    }
    return crowd.state != FREE || crowd.candidate;
}
