// SPDX-License-Identifier: MIT
// The report on goroutines that can never wake: on request, and at the end of main under GOFER_DEBUG=leak. Then the
// goroutines that are still about to do something get a moment to end or to park, for the end of main comes at any
// time; what is left runnable after it counts as alive.
//
// The process ends with status 3 if there were leaks and it would have ended with 0. It ends here, after the handlers
// that the program registered have run and its files are flushed, since the status cannot be changed otherwise.
#include "debug/goroutine.h"
#include "debug/heap.h"
#include "debug/leak.h"
#include "os/os.h"

#include "chan/view.h"

#include <errno.h>
#include <gofer/debug.h>
#include <gofer/time.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEAK_STATUS = 3 };
static const int64_t SETTLE_NS = 200000000, LOOK_NS = 500000, MILLISECOND_NS = 1000000;

// ---- Text ----

static void put_milliseconds(struct gf_text *text, int64_t ns)
{
    int64_t ms = ns > 0 ? ns / MILLISECOND_NS : 0;
    gf_text_put_decimal(text, (uint64_t)(ms / 1000));
    gf_text_put(text, ".");
    gf_text_put(text, ms % 1000 < 10 ? "00" : ms % 1000 < 100 ? "0" : "");
    gf_text_put_decimal(text, (uint64_t)(ms % 1000));
    gf_text_put(text, " s");
}

static bool waits_for_channel(const struct gf_leak *leak)
{
    return leak->view.reason == GF_WAIT_CHAN_SEND || leak->view.reason == GF_WAIT_CHAN_RECEIVE;
}

// What it waits for, and since when.
static void put_object(struct gf_text *text, const struct gf_leak *leak)
{
    const struct gf_view *v = &leak->view;
    gf_text_put(text, "\twaits ");
    if (waits_for_channel(leak)) {
        gf_text_put(text, "at channel ");
        gf_text_put_hex(text, (uintptr_t)v->object);
        gf_text_put(text, " (");
        gf_text_put_decimal(text, leak->chan_len);
        gf_text_put(text, " of ");
        gf_text_put_decimal(text, leak->chan_cap);
        gf_text_put(text, " buffered) ");
    } else if (v->object && v->reason != GF_WAIT_SELECT) {
        gf_text_put(text, "for ");
        gf_text_put_hex(text, (uintptr_t)v->object);
        gf_text_put(text, " ");
    }
    gf_text_put(text, "since ");
    put_milliseconds(text, gf_os_now() - v->waiting_since);
    gf_text_put(text, "\n");
}

static void put_leak(struct gf_text *text, const struct gf_leak *leak)
{
    gf_text_put(text, "\n");
    gf_goroutine_write(text, &leak->view, leak->view.state, &leak->trace, 0, gf_symbols_find);
    put_object(text, leak);
}

static void put_all(void *arg)
{
    char buffer[4096];
    const struct gf_leaks *leaks = arg;
    struct gf_text text = {.at = buffer, .room = sizeof buffer};
    gf_text_put(&text, "gofer: ");
    gf_text_put_decimal(&text, leaks->count);
    gf_text_put(&text, leaks->count == 1 ? " goroutine" : " goroutines");
    gf_text_put(&text, " can never wake (marking was ");
    gf_text_put(&text,
                leaks->exact ? "exact, by malloc chunk)\n" : "conservative: there may be more)\n");
    for (size_t i = 0; i < leaks->shown; i++)
        put_leak(&text, &leaks->leak[i]);
    if (leaks->count > leaks->shown)
        gf_text_put(&text, "\n...additional goroutines elided...\n");
    gf_text_flush(&text);
}

// ---- On request ----

static GF_NOINLINE int report(void)
{
    int saved = errno;
    struct gf_leaks leaks = gf_leaks_find();
    int n = leaks.complete ? (int)leaks.count : -EBUSY;
    if (n > 0)
        gf_symbols_run(put_all, &leaks); // on our own stack it would lead the next search to these
    gf_leaks_drop(&leaks);
    errno = saved;
    return n;
}

int go_leak_report(void)
{
    gf_leaks_sweep();
    return report();
}

// ---- At the end of main ----

// Whether somebody else is about to do something: runs, could run, or has slept long enough.
static bool others_are_active(void)
{
    const struct g *self = gf_view_current();
    struct gf_view v;
    if (gf_view_timers_are_due(gf_os_now()))
        return true;
    for (uint32_t slot = 0, n = gf_view_g_count(); slot < n; slot++)
        if (gf_view_g(slot) != self && gf_view_read(gf_view_g(slot), &v) &&
            v.reason == GF_WAIT_NONE)
            return true;
    return false;
}

// Never in its caller's frame: what it sees of others would lead the search to them.
GF_NOINLINE void gf_leaks_settle(void)
{
    int64_t end = gf_os_now() + SETTLE_NS;
    while (others_are_active() && gf_os_now() < end)
        go_sleep(LOOK_NS);
}

static void look_at_exit(int status, void *arg)
{
    (void)arg;
    gf_leaks_settle();
    int n = go_leak_report();
    if (n < 0)
        fprintf(stderr,
                "gofer: the process could not be stopped and read; leaks were not looked for\n");
    if (n <= 0 || status != 0)
        return;
    fflush(NULL);
    gf_os_exit_process(LEAK_STATUS);
}

// Before the program's first allocations, which may be large.
__attribute__((constructor)) static void keep_heap_simple(void)
{
    if (gf_debug_key("leak") > 0)
        gf_heap_keep_simple();
}

void gf_leak_init(void)
{
    if (gf_debug_key("leak") <= 0)
        return;
    gf_heap_keep_simple(); // for who has set the key since
    on_exit(look_at_exit, NULL);
    // The last one registered runs first: look_at_exit's frame will have a gap, and lie where main's calls had theirs.
    atexit(gf_leaks_sweep);
}
