// SPDX-License-Identifier: MIT
// Who is solo (solo.h says what for). sysmon grants it, to the thread of the only P that is not idle, and anybody
// may end it. gf_sched.solo names the thread; the thread itself looks at its own `solo`.
//
// Ending, under sched.lock: clears m->solo, then membarrier's RSEQ command, which aborts a sequence that m is in
// (arch/x86_64/solo.h). After it whatever m has stored is seen, and m sees that it is not solo.
//
// Granting, under sched.lock, so that no P is acquired meanwhile. A foreign thread may be inside, though, or enter:
//     sysmon                                foreign thread
//     1. gf_sched.solo = m                  1. in_runtime = 1
//     2. membarrier                         2. (the compiler's order is enough)
//     3. looks at in_runtime of all         3. looks at gf_sched.solo; if set, ends it
// (A visitor without a P is counted, with a full barrier, instead of setting in_runtime.) One of the two sees the other (the asymmetric Dekker protocol of m.h).
//
// Each costs some microseconds. A program whose second thread comes and goes is asked less and less often.
//
// Passing it on: where a time slice ends and another thread gets the P, no second one has come. The one that gives the P up
// stays in gf_sched.solo, so that whoever would end that does, until the other one has the P and takes its place there.
#include "sched/internal.h"

#include "sched/solo.h"
#include "sched/start.h"

enum {
    SHORTEST_NS = 5000000,  // between an end and the next grant
    LONGEST_NS = 1000000000 // the same, after many short ones
};

static struct {
    bool possible;      // [const] the kernel and libc have what is needed
    bool eager;         // [const] no pause between an end and the next grant
    int64_t since;      // [lock sched.lock] of sysmon's last grant; 0: there was none
    struct p *passed;   // [lock sched.lock] whoever gets this P is solo; NULL: gf_sched.solo is
    int64_t interval;   // [lock sched.lock]
    int64_t not_before; // [lock sched.lock]
    // Threads without a P that take such locks. [atomic] seq_cst: the increment is 1. and 2. of the protocol above.
    _Atomic(uint32_t) visitors;
} solo;

// GOFER_DEBUG=solo=0 never grants it, solo=2 grants it again at once, for tests.
void gf_solo_init(void)
{
    long key = gf_debug_key("solo");
    solo.possible = key != 0 && gf_arch_rseq_slot() && gf_os_membarrier_rseq_init();
    solo.eager = key == 2;
    solo.interval = SHORTEST_NS;
}

static void end(struct m *m)
{
    gf_store_relaxed(&m->solo, 0); // relaxed, as below: membarrier orders it
    gf_os_membarrier_rseq();
    gf_store_relaxed(&gf_sched.solo, NULL);
    solo.passed = NULL;
    if (solo.eager || solo.since == 0) // a program's start says nothing about its later life
        return;
    int64_t now = gf_os_now();
    bool long_enough = now - solo.since > 10 * solo.interval;
    solo.interval = long_enough ? SHORTEST_NS : 2 * solo.interval;
    if (solo.interval > LONGEST_NS)
        solo.interval = LONGEST_NS;
    solo.not_before = now + solo.interval;
}

void gf_solo_acquires(struct m *m, struct p *p)
{
    struct m *other = gf_load_relaxed(&gf_sched.solo); // relaxed: changed under the lock
    if (gf_likely(!other || (other == m && !solo.passed)))
        return;
    if (!p || solo.passed != p) {
        end(other);
        return;
    }
    solo.passed = NULL;
    // Relaxed: m runs nothing yet, and all others come through the lock.
    gf_store_relaxed(&gf_sched.solo, m);
    gf_store_relaxed(&m->solo, 1);
}

void gf_solo_pass(struct m *m, struct p *p)
{
    if (gf_load_relaxed(&gf_sched.solo) != m || solo.passed) // relaxed: under the lock
        return;
    // m is the caller, and in no sequence: the signal has aborted one that it was in. Whoever is next sees what it has
    // stored, for that one comes through the lock.
    gf_store_relaxed(&m->solo, 0);
    solo.passed = p;
}

void gf_solo_end_for_outsider(void)
{
    // 3. of the foreign thread's side.
    if (!gf_load_relaxed(&gf_sched.solo))
        return;
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    gf_solo_acquires(NULL, NULL);
    gf_unlock(&gf_sched.lock);
}

void gf_solo_visit(struct m *m)
{
    if (gf_p(m))
        return;
    gf_add_seqcst(&solo.visitors, 1);
    gf_solo_end_for_outsider();
}

void gf_solo_leave(struct m *m)
{
    if (!gf_p(m))
        gf_sub_acqrel(&solo.visitors, 1); // release: pairs with the acquire in gf_solo_look
}

// The thread of the only P that is not idle. NULL: there are more, or it is on its way to a thread.
static struct m *only_runner(void)
{
    int procs = gf_load_relaxed(&gf_sched.procs); // relaxed: under the lock
    if (gf_load_relaxed(&gf_sched.stopping) || procs - gf_load_relaxed(&gf_sched.idle_p_count) != 1)
        return NULL;
    for (int i = 0; i < procs; i++)
        if (gf_p_at(i)->m)
            return gf_p_at(i)->m;
    return NULL;
}

static bool foreign_thread_inside(void)
{
    for (struct m *m = gf_load_acquire(&gf_sched.all_ms); m; m = m->all_next)
        // Acquire: pairs with the release in gf_leave: what it did under a lock is over.
        if (gf_load_relaxed(&m->tid) && (m->g0.flags & GF_G_THREAD) &&
            gf_load_acquire(&m->in_runtime))
            return true;
    return false;
}

// Under sched.lock: makes the only thread that runs goroutines solo, if there is such a one.
static bool grant(void)
{
    struct m *m = solo.possible ? only_runner() : NULL;
    if (!m || gf_load_relaxed(&gf_sched.solo)) // relaxed: under the lock
        return false;
    gf_store_relaxed(&gf_sched.solo, m); // 1.
    gf_os_membarrier();                  // 2.
    // Acquire: pairs with the release in gf_solo_leave.
    if (foreign_thread_inside() || gf_load_acquire(&solo.visitors)) { // 3.
        gf_store_relaxed(&gf_sched.solo, NULL);
        return false;
    }
    // Release: pairs with nothing but the lock that all others have come through.
    gf_store_release(&m->solo, 1);
    return true;
}

void gf_solo_look(int64_t now)
{
    if (gf_load_relaxed(&gf_sched.solo)) // relaxed: a hint
        return;
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    if (now >= solo.not_before && grant())
        solo.since = now;
    gf_unlock(&gf_sched.lock);
}

void gf_solo_start(void)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    grant();
    gf_unlock(&gf_sched.lock);
}
