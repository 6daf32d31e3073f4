// SPDX-License-Identifier: MIT
// How many threads there are, and may be. A thread that has ended is still there for the kernel for a moment, and who
// asks whether all is lost compares the kernel's number with ours: so a thread that leaves goes onto a list, and its
// structure is free for reuse, and its end counts, only when the kernel says that it is gone. The monitor looks.
#include "sched/internal.h"

#include "sched/start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_THREADS = 10000 };

static struct {
    int most;          // [lock sched.lock] how many workers, with main's thread, there may be
    struct m *leaving; // [lock sched.lock] linked by idle_next
    _Atomic(int)
        leaving_count; // written under the lock; relaxed reads are ordered by their readers' fences
} count;

void gf_thread_count_init(void)
{
    const char *text = getenv("GOFER_MAXTHREADS");
    int n = text ? atoi(text) : 0;
    count.most = n > 0 ? n : MOST_THREADS;
}

int go_set_max_threads(int n)
{
    struct m *m = gf_enter();
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    int old = count.most;
    bool exceeded = n > 0 && gf_sched.m_count > n;
    if (n > 0)
        count.most = n;
    gf_unlock(&gf_sched.lock);
    if (exceeded)
        gf_no_thread(-EDQUOT);
    gf_leave(m);
    return old;
}

bool gf_thread_count_one(void)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    bool room = gf_sched.m_count < count.most;
    gf_sched.m_count += room;
    gf_sched.starting_count += room;
    gf_unlock(&gf_sched.lock);
    return room;
}

void gf_thread_count_none(void)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    gf_sched.m_count--;
    gf_sched.starting_count--;
    gf_unlock(&gf_sched.lock);
}

void gf_no_thread(int error)
{
    char lines[256];
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    int have = gf_sched.m_count, most = count.most;
    gf_unlock(&gf_sched.lock);
    if (error == -EDQUOT) {
        snprintf(lines, sizeof lines, "runtime: program exceeds %d-thread limit\n", most);
        gf_fatal_after(lines, "thread exhaustion");
    }
    snprintf(
        lines, sizeof lines,
        "runtime: failed to create new OS thread (have %d already; errno=%d)\n%s", have, -error,
        error == -EAGAIN ? "runtime: may need to increase max user processes (ulimit -u)\n" : "");
    gf_fatal_after(lines, "newosproc");
}

// --- Threads that leave ---

void gf_thread_leaves(struct m *m)
{
    bool foreign = gf_load_relaxed(&m->foreign); // relaxed, here and below: this thread's own
    m->left = gf_load_relaxed(&m->tid);
    gf_store_relaxed(&m->tid, 0);
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    m->idle_next = count.leaving;
    count.leaving = m;
    gf_store_relaxed(&count.leaving_count, gf_load_relaxed(&count.leaving_count) + 1);
    if (foreign)
        gf_sched.foreign_count--;
    else
        gf_sched.m_count--;
    gf_unlock(&gf_sched.lock);
    gf_sysmon_wake();
}

bool gf_threads_are_leaving(void)
{
    return gf_load_relaxed(&count.leaving_count) > 0;
}

static bool is_gone(const struct m *m)
{
    return gf_os_thread_signal(m->left, 0) == -ESRCH;
}

// Takes the first off the list that is gone; NULL if there is none. The list is the monitor's but for its head.
static struct m *take_gone(void)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    struct m *first = count.leaving;
    gf_unlock(&gf_sched.lock);
    struct m *m = first, *before = NULL;
    for (; m && !is_gone(m); m = m->idle_next)
        before = m;
    if (!m)
        return NULL;
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    // Others may have come before the one that was the first.
    if (!before && count.leaving != m)
        for (before = count.leaving; before->idle_next != m; before = before->idle_next)
            ;
    *(before ? &before->idle_next : &count.leaving) = m->idle_next;
    gf_store_relaxed(&count.leaving_count, gf_load_relaxed(&count.leaving_count) - 1);
    gf_unlock(&gf_sched.lock);
    return m;
}

void gf_threads_look(void)
{
    bool some = false;
    if (!gf_threads_are_leaving())
        return;
    for (struct m *m; (m = take_gone()); some = true)
        gf_m_free(m);
    // Who found nothing to do while they were leaving has left the question to us.
    if (some && gf_load_relaxed(&gf_sched.idle_p_count) == gf_load_relaxed(&gf_sched.procs))
        gf_check_deadlock();
}
