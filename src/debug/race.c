// SPDX-License-Identifier: MIT
// Reports of the race detector in Go's layout; only in the library of `gofer run -race`.
//
// Who finds a race holds locks of thread sanitizer's, and printing needs symbols, whose library allocates, which may need
// the same locks. So a thread of its own prints: the finder copies the report into a ring and waits until it is printed.
// Should that thread need a lock that the finder holds, which is rare, the finder goes on after a moment, and the report
// is printed then. Reports come one at a time, for thread sanitizer has a lock for that.
//
// Before the runtime has started there is no such thread, and no goroutine but main's: the finder prints.
#include "debug/race.h"

#include "base/atomic.h"
#include "base/hooks.h"
#include "base/racereport.h"
#include "debug/symbols.h"
#include "debug/text.h"
#include "debug/trace.h"
#include "os/os.h"
#include "sched/view.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RING = 32 };
static const int64_t PATIENCE = 1000000000, LAST_PATIENCE = 5000000000;

static struct {
    struct gf_race_report
        report[RING]; // [owner] the finder until `handed` counts it, then the printer
    struct gf_race_output output[RING];
    _Atomic(uint32_t) handed;  // by finders; release, pairs with the printer's acquire
    _Atomic(uint32_t) printed; // release, pairs with the finders' acquire
    _Atomic(bool) has_printer; // relaxed: set before main
} ring;

// --- Text ---

struct printing {
    struct gf_text text;
    const char *strip;
    const struct gf_race_report *report;
    gf_lookup *lookup;
    bool any;   // frame of this stack has been written
    bool ended; // with main, or where a goroutine begins
};

static void put(struct printing *p, const char *s)
{
    gf_text_put(&p->text, s);
}

// Addresses have twelve digits, as in Go.
static void put_address(struct printing *p, uintptr_t address)
{
    char digits[] = "0x000000000000";
    for (size_t i = sizeof digits - 2; i > 1; i--, address >>= 4)
        digits[i] = "0123456789abcdef"[address & 15];
    put(p, digits);
}

static const char *without_prefix(const char *s, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(s, prefix, n) == 0 ? s + n : s;
}

// gofer.h's macros call functions whose names end with an underscore, and the wrappers of thread sanitizer have a prefix;
// the reader knows both without.
static void put_function(struct printing *p, const struct gf_symbol *s)
{
    const char *name = s->place.function ? without_prefix(s->place.function, "__interceptor_")
                                         : "?";
    size_t n = strlen(name);
    bool hidden_twin = s->kind == GF_SYMBOL_PUBLIC && n > 0 && name[n - 1] == '_';
    put(p, "  ");
    gf_text_put_n(&p->text, name, n - hidden_twin);
    put(p, "()\n      ");
}

static void put_frame(struct printing *p, const struct gf_symbol *s)
{
    const struct gf_place *place = &s->place;
    put_function(p, s);
    if (place->file) {
        put(p, without_prefix(place->file, p->strip));
        put(p, ":");
        gf_text_put_decimal(&p->text, place->line);
    } else {
        put(p, place->module ? place->module : "?");
    }
    uintptr_t offset = place->file ? place->offset : place->module_offset;
    put(p, " +");
    gf_text_put_hex(&p->text, place->inlined ? 0 : offset + 1);
    put(p, "\n");
    p->any = true;
    p->ended = place->function && strcmp(place->function, "main") == 0 && !place->inlined;
}

// Of gofer's own functions those that the program has called are shown.
static bool is_shown(const struct gf_symbol *s)
{
    return gf_trace_shows_runtime || s->kind == GF_SYMBOL_USER || s->kind == GF_SYMBOL_PUBLIC;
}

static void put_frames_of(struct printing *p, uintptr_t pc)
{
    struct gf_symbols found = p->lookup(pc - 1);
    for (int i = 0; i < found.count && !p->ended; i++)
        if (is_shown(&found.symbol[i]))
            put_frame(p, &found.symbol[i]);
}

static void put_stack(struct printing *p, const uintptr_t *stack)
{
    p->any = p->ended = false;
    for (int i = 0; i < GF_RACE_FRAMES && stack[i] && !p->ended; i++)
        put_frames_of(p, stack[i]);
    if (!p->any)
        put(p, "  [failed to restore the stack]\n");
}

// --- A report ---

static const struct gf_race_thread *thread_of(const struct gf_race_report *r, int number)
{
    for (int i = 0; i < r->thread_count; i++)
        if (r->thread[i].number == number)
            return &r->thread[i];
    return NULL;
}

// Main's thread is thread sanitizer's number 0; a goroutine's name is its id; the rest are threads that the program made.
static void put_who(struct printing *p, const struct gf_race_thread *t, int number, bool begins)
{
    if (number == 0) {
        put(p, "main goroutine");
        return;
    }
    bool is_goroutine = t && t->name[0];
    if (is_goroutine)
        put(p, begins ? "Goroutine " : "goroutine ");
    else
        put(p, begins ? "Thread T" : "thread T");
    if (is_goroutine)
        put(p, t->name);
    else
        gf_text_put_decimal(&p->text, (uint64_t)number);
}

static void put_access(struct printing *p, const struct gf_race_access *a, bool first)
{
    static const char *const words[2][2] = {{"Previous read", "Previous write"}, {"Read", "Write"}};
    put(p, words[first][a->writes]);
    put(p, " at ");
    put_address(p, a->address);
    put(p, " by ");
    put_who(p, thread_of(p->report, a->thread), a->thread, false);
    put(p, ":\n");
    put_stack(p, a->stack);
}

static void put_thread(struct printing *p, const struct gf_race_thread *t)
{
    if (t->number == 0)
        return;
    put(p, "\n");
    put_who(p, t, t->number, true);
    put(p, t->runs ? " (running) created at:\n" : " (finished) created at:\n");
    put_stack(p, t->created);
}

static void put_report(struct printing *p)
{
    const struct gf_race_report *r = p->report;
    put(p, "==================\nWARNING: DATA RACE\n");
    for (int i = 0; i < r->access_count; i++) {
        if (i > 0)
            put(p, "\n");
        put_access(p, &r->access[i], i == 0);
    }
    for (int i = 0; i < r->thread_count; i++)
        put_thread(p, &r->thread[i]);
    put(p, "==================\n");
}

static void write_whole(int fd, const char *s)
{
    for (size_t n = strlen(s); n > 0;) {
        ssize_t done = write(fd, s, n);
        if (done <= 0)
            return;
        s += done;
        n -= (size_t)done;
    }
}

static void print(const struct gf_race_report *r, const struct gf_race_output *to)
{
    struct printing p = {.text = {.grows = true}, .strip = to->strip, .report = r};
    bool locked = gf_symbols_lock_within(PATIENCE);
    p.lookup = locked ? gf_symbols_find : gf_symbols_find_plain;
    put_report(&p);
    if (locked)
        gf_symbols_unlock();
    char *text = gf_text_finish(&p.text);
    write_whole(to->fd, text ? text : "WARNING: DATA RACE (no memory for its report)\n");
    free(text);
}

// --- The printer ---

static void *print_for_ever(void *none)
{
    for (uint32_t n = 0;; n++) {
        // Acquire: pairs with the release in go_race_print_.
        while (gf_load_acquire(&ring.handed) == n)
            gf_os_futex_wait(&ring.handed, n, INT64_MAX);
        print(&ring.report[n % RING], &ring.output[n % RING]);
        gf_store_release(&ring.printed, n + 1); // pairs with the acquire in wait_for
        gf_os_futex_wake(&ring.printed, INT32_MAX);
    }
    return none;
}

void gf_race_reports_init(void)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    gf_store_relaxed(&ring.has_printer, gf_os_thread_start(print_for_ever, NULL, 0) == 0);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

// Waits until `count` reports are printed, but not for ever.
static void wait_for(uint32_t count, int64_t patience)
{
    int64_t deadline = gf_os_now() + patience;
    uint32_t printed;
    // Acquire: pairs with the release of the printer.
    while ((int32_t)((printed = gf_load_acquire(&ring.printed)) - count) < 0 &&
           gf_os_now() < deadline)
        gf_os_futex_wait(&ring.printed, printed, deadline);
}

void go_race_print_(const struct gf_race_report *r, const struct gf_race_output *to)
{
    uint32_t n = gf_load_relaxed(&ring.handed); // relaxed: only finders change it, one at a time
    if (!gf_load_relaxed(&ring.has_printer)) {
        print(r, to);
        return;
    }
    wait_for(n - (RING - 1), LAST_PATIENCE);
    ring.report[n % RING] = *r;
    ring.output[n % RING] = *to;
    gf_store_release(&ring.handed, n + 1); // pairs with the acquire of the printer
    gf_os_futex_wake(&ring.handed, 1);
    wait_for(n + 1, PATIENCE);
}

void go_race_drain_(void)
{
    wait_for(gf_load_relaxed(&ring.handed), LAST_PATIENCE); // relaxed: what comes later is lost
}

uint32_t gf_race_count(void)
{
    return gf_load_relaxed(&ring.handed); // relaxed: what is reported meanwhile may count or not
}

bool go_race_leaves_goroutines_(void)
{
    int count = 0;
    struct gf_view v;
    if (!gf_load_relaxed(&ring.has_printer))
        return false; // the runtime has not started
    for (uint32_t slot = 0, n = gf_view_g_count(); slot < n && count < 2; slot++)
        count += gf_view_read(gf_view_g(slot), &v);
    return count > 1;
}
