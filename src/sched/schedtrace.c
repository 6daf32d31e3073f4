// SPDX-License-Identifier: MIT
// GOFER_DEBUG=schedtrace=MS: every so many milliseconds the monitor prints one line about the scheduler on standard
// error, with scheddetail=1 also every P, M and G; in Go's format (runtime/proc.go, schedtrace), so that what reads
// Go's reads ours. A field of Go's that has no meaning here, such as those of the collector, is 0.
//
// The world runs on meanwhile: each number is looked at without its owner's knowledge, and may be a moment old. Nothing
// is printed with a lock held, for standard error may block.
#include "sched/internal.h"

#include "mem/slab.h"
#include "sched/start.h"

#include <stdarg.h>
#include <stdio.h>

static struct {
    int64_t period, start, next; // nanoseconds; period 0: off. [const] but next, the monitor's
    bool detail;                 // [const]
    char text[8192];             // [owner] the monitor
    size_t used;
} trace;

void gf_schedtrace_init(void)
{
    long ms = gf_debug_key("schedtrace");
    trace.period = ms > 0 ? ms * INT64_C(1000000) : 0;
    trace.detail = gf_debug_key("scheddetail") > 0;
    trace.start = gf_os_now();
    trace.next = trace.start;
}

bool gf_schedtrace_on(void)
{
    return trace.period > 0;
}

static void flush(void)
{
    gf_os_write_error(trace.text, trace.used);
    trace.used = 0;
}

GF_PRINTF(1, 2) static void print(const char *fmt, ...)
{
    const size_t longest = 512;
    if (sizeof trace.text - trace.used < longest)
        flush();
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(trace.text + trace.used, longest, fmt, args);
    va_end(args);
    trace.used += n < (int)longest ? (size_t)n : longest - 1;
}

static void print_number_or_nil(const char *label, bool some, uint64_t number)
{
    if (some)
        print("%s%llu", label, (unsigned long long)number);
    else
        print("%snil", label);
}

static void print_summary(int64_t now)
{
    gf_lock(&gf_sched.lock, GF_RANK_SCHED);
    int threads = gf_sched.m_count + gf_sched.helper_count, idle = gf_sched.idle_m_count;
    gf_unlock(&gf_sched.lock);
    // Relaxed, as all loads below: see the head.
    print("SCHED %lldms: gomaxprocs=%d idleprocs=%d threads=%d spinningthreads=%d needspinning=0 "
          "idlethreads=%d "
          "runqueue=%d",
          (long long)(now - trace.start) / 1000000, gf_load_relaxed(&gf_sched.procs),
          gf_load_relaxed(&gf_sched.idle_p_count), threads, gf_load_relaxed(&gf_sched.spinning),
          idle, gf_load_relaxed(&gf_sched.queue_count));
}

// A P's queue as Go counts it, without runnext.
static void print_queues(int procs)
{
    print(" [");
    for (int i = 0; i < procs; i++)
        print(" %u", gf_runq_len(gf_sched.ps[i]));
    print(" ] schedticks=[ ");
    for (int i = 0; i < procs; i++)
        print("%llu ", (unsigned long long)gf_load_relaxed(&gf_sched.ps[i]->tick));
    print("]\n");
}

// Go's numbers: _Pidle, _Prunning, _Pgcstop, _Pdead.
static int go_p_status(const struct p *p)
{
    static const int number[] = {
        [GF_P_IDLE] = 0, [GF_P_RUNNING] = 1, [GF_P_STOPPED] = 3, [GF_P_UNUSED] = 4};
    return number[gf_load_relaxed(&p->status)];
}

GF_RACY_BY_DESIGN static void print_p(const struct p *p)
{
    const struct m *m = p->m;
    print("  P%d: status=%d schedtick=%llu syscalltick=%llu", p->id, go_p_status(p),
          (unsigned long long)gf_load_relaxed(&p->tick),
          (unsigned long long)gf_load_relaxed(&p->n_handoffs));
    print_number_or_nil(" m=", m != NULL, m ? (uint64_t)m->id : 0);
    print(" runqsize=%u gfreecnt=%u timerslen=%u\n", gf_runq_len(p), p->free_count,
          p->timers.count);
}

GF_RACY_BY_DESIGN static void print_m(const struct m *m)
{
    const struct p *p = gf_p(m);
    const struct g *g = m->g, *locked = m->locked_g;
    bool idle = g == &m->g0;
    print("  M%d:", m->id);
    print_number_or_nil(" p=", p != NULL, p ? (uint64_t)p->id : 0);
    print_number_or_nil(" curg=", !idle, idle ? 0 : g->id);
    print(" mallocing=0 throwing=0 preemptoff= locks=%u dying=%d spinning=%s blocked=%s",
          gf_load_relaxed(&m->in_runtime), m->ending, m->spinning ? "true" : "false",
          m->idle ? "true" : "false");
    print_number_or_nil(" lockedg=", locked != NULL, locked ? locked->id : 0);
    print("\n");
}

// Go's numbers: _Grunnable, _Grunning, _Gsyscall, _Gwaiting, _Gdead.
static int go_g_status(const struct g *g)
{
    static const int number[] = {
        [GF_DEAD] = 6, [GF_RUNNABLE] = 1, [GF_RUNNING] = 2, [GF_WAITING] = 4, [GF_BLOCKED] = 3};
    return number[gf_load_relaxed(&g->status)];
}

GF_RACY_BY_DESIGN static void print_g(const struct g *g)
{
    int status = go_g_status(g);
    bool runs = status == 2 || status == 3, waits = status == 4;
    const struct m *m = runs ? g->m : NULL, *locked = g->lock_depth > 0 ? g->locked_m : NULL;
    if (status == 6)
        return;
    print("  G%llu: status=%d(%s)", (unsigned long long)g->id, status,
          waits ? gf_wait_text((enum gf_wait)gf_load_relaxed(&g->reason)) : "");
    print_number_or_nil(" m=", m != NULL, m ? (uint64_t)m->id : 0);
    print_number_or_nil(" lockedm=", locked != NULL, locked ? (uint64_t)locked->id : 0);
    print("\n");
}

static void print_details(int procs)
{
    print(" gcwaiting=%s nmidlelocked=0 stopwait=0 sysmonwait=false\n",
          gf_load_relaxed(&gf_sched.stopping) ? "true" : "false");
    for (int i = 0; i < procs; i++)
        print_p(gf_sched.ps[i]);
    // Acquire: pairs with the release in gf_m_new.
    for (const struct m *m = gf_load_acquire(&gf_sched.all_ms); m; m = m->all_next)
        if (gf_load_relaxed(&m->tid) && !gf_load_relaxed(&m->foreign))
            print_m(m);
    for (uint32_t i = 0; i < gf_slab_count(); i++)
        print_g(gf_slab_at(i));
}

void gf_schedtrace_look(int64_t now)
{
    if (trace.period == 0 || now < trace.next)
        return;
    // On the grid, without making up for lines that were missed.
    trace.next += ((now - trace.next) / trace.period + 1) * trace.period;
    int procs = gf_load_relaxed(&gf_sched.procs);
    print_summary(now);
    if (trace.detail)
        print_details(procs);
    else
        print_queues(procs);
    flush();
}
