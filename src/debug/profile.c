// SPDX-License-Identifier: MIT
// The profiles by name. Three are collected over a time, into samples that stay until they are collected anew; three
// are a look at this moment.
#include "debug/cpu.h"
#include "debug/leak.h"
#include "debug/pprof.h"
#include "debug/snapshot.h"
#include "debug/symbols.h"
#include "os/os.h"

#include "base/hooks.h"

#include <errno.h>
#include <gofer/profile.h>
#include <gofer/sync.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_SAMPLES = 1 << 18, DEFAULT_HZ = 100, MOST_HZ = 1000 };
#define SECOND_NS INT64_C(1000000000)

// What is collected over a time.
struct collector {
    struct gf_samples samples;
    _Atomic(bool) on;      // release by who has made the rest ready, acquire by who adds
    _Atomic(int64_t) rate; // relaxed: one who adds late may see the next one's
    int64_t started, ended;
};
static struct collector cpu, block, mutex;
// Protects starting and stopping, and what is collected from being cleared while it is read.
static go_mutex collecting;

// ---- Collecting waits ----

static bool is_waiting_for_others(int reason)
{
    return reason != GF_WAIT_SLEEP && reason != GF_WAIT_IO_WAIT && reason != GF_WAIT_FINISHED &&
           reason != GF_WAIT_NONE;
}

static void add_caller(struct collector *c, uint64_t count, int64_t nanoseconds)
{
    struct gf_trace trace;
    struct gf_view v = {.name = NULL};
    gf_unwind_here(&trace);
    const struct g *g = gf_view_current();
    if (g)
        gf_view_read(g, &v);
    gf_samples_add(&c->samples, &trace, v.name, count, nanoseconds);
}

static int64_t draw(int64_t below)
{
    struct m *m = gf_self();
    return (int64_t)(((uint64_t)gf_random(m) << 32 | gf_random(m)) % (uint64_t)below);
}

// A wait shorter than the rate is taken with the chance that its length is of it, and counts for all like it.
static void unblocked(int reason, int64_t waited)
{
    if (!gf_load_acquire(&block.on) || !is_waiting_for_others(reason) || waited <= 0)
        return;
    int64_t rate = gf_load_relaxed(&block.rate);
    if (waited >= rate)
        add_caller(&block, 1, waited);
    else if (draw(rate) < waited)
        add_caller(&block, (uint64_t)(rate / waited), rate);
}

static void contended(int64_t waited)
{
    if (!gf_load_acquire(&mutex.on))
        return;
    int64_t rate = gf_load_relaxed(&mutex.rate);
    if (rate > 1 && draw(rate) != 0)
        return;
    add_caller(&mutex, (uint64_t)rate, waited * rate);
}

// After a change of what is on. [lock collecting]
static void watch_waits(void)
{
    static const struct gf_wait_watch watch = {.unblocked = unblocked, .contended = contended};
    bool needed = gf_load_relaxed(&block.on) || gf_load_relaxed(&mutex.on);
    gf_store_release(&gf_wait_watch, needed ? &watch : NULL); // release: see its declaration
}

// ---- Starting and stopping ----

static struct collector *collector_of(const char *name)
{
    return strcmp(name, "cpu") == 0     ? &cpu
           : strcmp(name, "block") == 0 ? &block
           : strcmp(name, "mutex") == 0 ? &mutex
                                        : NULL;
}

static int begin(struct collector *c, int64_t rate)
{
    if (gf_load_relaxed(&c->on))
        return -EBUSY;
    if (!c->samples.sample && !gf_samples_open(&c->samples, MOST_SAMPLES))
        return -ENOMEM;
    gf_samples_clear(&c->samples);
    if (c == &cpu)
        rate = rate <= 0 ? DEFAULT_HZ : rate < MOST_HZ ? rate : MOST_HZ;
    gf_store_relaxed(&c->rate, rate > 0 ? rate : 1);
    c->started = gf_os_wall();
    int error = c == &cpu ? gf_cpu_start(&c->samples, SECOND_NS / rate) : 0;
    if (!error)
        gf_store_release(&c->on, true);
    watch_waits();
    return error;
}

int go_profile_start(const char *name, int64_t rate)
{
    struct collector *c = collector_of(name);
    if (!c)
        return -EINVAL;
    go_mutex_lock(&collecting);
    int error = begin(c, rate);
    go_mutex_unlock(&collecting);
    return error;
}

static int end(struct collector *c)
{
    if (!gf_load_relaxed(&c->on))
        return -ESRCH;
    gf_store_relaxed(&c->on, false);
    c->ended = gf_os_wall();
    if (c == &cpu)
        gf_cpu_stop();
    watch_waits();
    return 0;
}

int go_profile_stop(const char *name)
{
    struct collector *c = collector_of(name);
    if (!c)
        return -EINVAL;
    go_mutex_lock(&collecting);
    int error = end(c);
    go_mutex_unlock(&collecting);
    return error;
}

// ---- Writing ----

struct writing {
    struct gf_text text;
    const char *name;
    int debug;
    struct gf_pprof pprof;
    struct gf_sample *sum;
    uint32_t count;
    const struct gf_snapshot *snapshot; // for debug=2
};

static void write_text(void *arg)
{
    struct writing *w = arg;
    if (w->snapshot)
        gf_snapshot_write(w->snapshot, &w->text);
    else if (w->debug > 0)
        gf_pprof_write_text(&w->text, w->name, &w->pprof, w->sum, w->count);
    else
        gf_pprof_write(&w->text, &w->pprof, w->sum, w->count);
}

static int write_with_symbols(struct writing *w)
{
    w->text = (struct gf_text){.grows = true};
    return gf_symbols_run(write_text, w) && !w->text.failed ? 0 : -ENOMEM;
}

static int write_sum(struct writing *w)
{
    int error = w->sum ? write_with_symbols(w) : -ENOMEM;
    free(w->sum);
    return error;
}

static int write_samples(struct writing *w, const struct gf_samples *samples)
{
    w->count = gf_samples_sum(samples, &w->sum);
    return write_sum(w);
}

static void take_collected(struct writing *w, struct collector *c)
{
    go_mutex_lock(&collecting);
    bool goes_on = gf_load_relaxed(&c->on);
    int64_t rate = gf_load_relaxed(&c->rate);
    w->pprof.period = c == &cpu && rate ? SECOND_NS / rate : 1;
    w->pprof.started = c->started;
    w->pprof.nanoseconds = (goes_on || !c->ended ? gf_os_wall() : c->ended) - c->started;
    if (c->samples.sample || gf_samples_open(&c->samples, MOST_SAMPLES))
        w->count = gf_samples_sum(&c->samples, &w->sum);
    go_mutex_unlock(&collecting);
}

static int write_snapshot(struct writing *w, const struct gf_snapshot *s)
{
    struct gf_samples samples;
    if (w->debug >= 2) {
        w->snapshot = s;
        return write_with_symbols(w);
    }
    if (!gf_samples_open(&samples, s->count + 1))
        return -ENOMEM;
    gf_snapshot_to_samples(s, &samples);
    int error = write_samples(w, &samples);
    gf_samples_close(&samples);
    return error;
}

static int write_goroutines(struct writing *w)
{
    struct gf_snapshot s;
    if (!gf_snapshot_take(&s))
        return -EBUSY;
    int error = write_snapshot(w, &s);
    gf_snapshot_close(&s);
    return error;
}

static void keep_leak(struct gf_snap *snap, const struct gf_leak *leak)
{
    struct gf_frame frame;
    snap->view = leak->view;
    memcpy(snap->name, leak->name, sizeof snap->name);
    snap->view.name = leak->view.name ? snap->name : NULL;
    snap->has_stack = true;
    for (size_t i = 0; i < leak->trace.count && snap->depth < GF_SAMPLE_DEPTH; i++)
        if (gf_trace_frame(&leak->trace, i, &frame))
            snap->pc[snap->depth++] = frame.pc;
}

static int write_leaks(struct writing *w)
{
    struct gf_leaks leaks = gf_leaks_find();
    struct gf_snapshot s = {.most = GF_MOST_LEAKS};
    int error = leaks.complete ? 0 : -EBUSY;
    s.snap = gf_os_reserve(s.most * sizeof *s.snap);
    if (!s.snap)
        error = -ENOMEM;
    for (size_t i = 0; !error && i < leaks.shown; i++)
        keep_leak(&s.snap[s.count++], &leaks.leak[i]);
    if (!error)
        error = write_snapshot(w, &s);
    gf_snapshot_close(&s);
    gf_leaks_drop(&leaks);
    return error;
}

static int write_threads(struct writing *w)
{
    static const struct gf_trace nowhere;
    struct gf_samples samples;
    int n = gf_os_thread_count();
    if (!gf_samples_open(&samples, 1))
        return -ENOMEM;
    gf_samples_add(&samples, &nowhere, NULL, n > 0 ? (uint64_t)n : 0, 0);
    int error = write_samples(w, &samples);
    gf_samples_close(&samples);
    return error;
}

static int write_named(struct writing *w)
{
    struct collector *c = collector_of(w->name);
    w->pprof = (struct gf_pprof){.type = w->name, .unit = "count", .started = gf_os_wall()};
    if (c) {
        w->pprof.has_time = true;
        w->pprof.type = c == &cpu ? "samples" : "contentions";
        w->pprof.time_type = c == &cpu ? "cpu" : "delay";
        w->pprof.shows_runtime = c == &cpu;
        take_collected(w, c);
        return write_sum(w);
    }
    if (strcmp(w->name, "goroutine") == 0)
        return write_goroutines(w);
    if (strcmp(w->name, "goroutineleak") == 0)
        return write_leaks(w);
    return strcmp(w->name, "threadcreate") == 0 ? write_threads(w) : -EINVAL;
}

char *go_profile_bytes(const char *name, int debug, size_t *n, int *error)
{
    struct writing w = {.name = name, .debug = debug};
    *error = write_named(&w);
    *n = w.text.used;
    if (!*error)
        return w.text.at ? w.text.at : calloc(1, 1);
    free(w.text.at);
    return NULL;
}

int go_profile_write(const char *name, int fd, int debug)
{
    size_t n, done = 0;
    int error;
    char *bytes = go_profile_bytes(name, debug, &n, &error);
    while (bytes && !error && done < n) {
        ssize_t written = write(fd, bytes + done, n - done);
        if (written >= 0)
            done += (size_t)written;
        else if (errno != EINTR)
            error = -errno;
    }
    free(bytes);
    return error;
}
