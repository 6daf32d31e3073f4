// SPDX-License-Identifier: MIT
// The runner of users' tests (Go's package testing). Each test is a goroutine; who started it waits until it is over or
// becomes parallel. Parallel ones sleep at their parent's barrier until the others of their level are over, then as many
// at once run as -parallel says: each holds a place in a channel. A test whose body has returned waits for its parallel
// subtests, then reports: so a report is whole, and the output of two tests never mixes.
//
// After each test of the first level, and after its parallel ones together, whoever has been left behind and can never
// wake is looked for. The heap is kept simple from before main on, so that this is exact.
#include "debug/testing.h"

#include "debug/heap.h"
#include "debug/leak.h"
#include "debug/race.h"
#include "os/os.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    struct go_test_entry_ *first, **last;
    struct gf_test_options options;
    chan(go_unit) places; // one element for each parallel test that runs
    go_mutex printing;
    size_t leaks; // reported so far
    bool ran;     // at least one test was chosen
} testing;

void go_test_register_(struct go_test_entry_ *entry)
{
    if (!testing.last) {
        testing.last = &testing.first;
        gf_heap_keep_simple();
    }
    *testing.last = entry;
    testing.last = &entry->next;
}

// ---- What a test says ----

static void add_text(go_test *t, const char *text)
{
    size_t n = strlen(text);
    char *grown = realloc(t->said, t->said_size + n + 1);
    if (!grown)
        return;
    memcpy(grown + t->said_size, text, n + 1);
    t->said = grown;
    t->said_size += n;
}

void go_test_say_(go_test *t, const char *file, int line, enum go_test_kind_ kind, const char *fmt,
                  ...)
{
    char text[4096];
    const char *base = strrchr(file, '/');
    int used = snprintf(text, sizeof text, "    %s:%d: ", base ? base + 1 : file, line);
    va_list args;
    va_start(args, fmt);
    vsnprintf(text + used, sizeof text - (size_t)used - 1, fmt, args);
    va_end(args);
    strcat(text, "\n");
    go_mutex_lock(&t->mutex);
    add_text(t, text);
    t->skipped |= kind == GO_TEST_SKIP_;
    go_mutex_unlock(&t->mutex);
    if (kind == GO_TEST_ERROR_ || kind == GO_TEST_FATAL_)
        go_test_fail(t);
    if (kind == GO_TEST_FATAL_ || kind == GO_TEST_SKIP_)
        go_exit();
}

// A test fails with its subtests.
void go_test_fail(go_test *t)
{
    for (; t; t = t->parent) {
        go_mutex_lock(&t->mutex);
        t->failed = true;
        go_mutex_unlock(&t->mutex);
    }
}

bool go_test_failed(const go_test *t)
{
    go_mutex *mutex = (go_mutex *)&t->mutex;
    go_mutex_lock(mutex);
    bool failed = t->failed;
    go_mutex_unlock(mutex);
    return failed;
}

const char *go_test_name(const go_test *t)
{
    return t->name;
}

static void print(const char *mark, const go_test *t)
{
    double seconds = (double)(gf_os_now() - t->start) / (double)GO_SECOND;
    go_mutex_lock(&testing.printing);
    printf("--- %s: %s (%.2fs)\n%s", mark, t->name, seconds, t->said ? t->said : "");
    fflush(stdout);
    go_mutex_unlock(&testing.printing);
}

static void report(go_test *t)
{
    if (t->failed)
        print("FAIL", t);
    else if (testing.options.verbose)
        print(t->skipped ? "SKIP" : "PASS", t);
}

// ---- Running ----

static go_test *new_test(go_test *parent, const char *name)
{
    go_test *t = calloc(1, sizeof *t);
    char *full = NULL;
    if (!t || asprintf(&full, "%s%s%s", parent ? parent->name : "",
                       parent && parent->parent ? "/" : "", name) < 0) {
        fprintf(stderr, "no memory for a test\n");
        exit(1);
    }
    t->name = full;
    t->parent = parent;
    t->settled = chan_make(int, 1);
    t->over = chan_make(go_unit);
    t->barrier = chan_make(go_unit);
    return t;
}

static void free_test(go_test *t)
{
    chan_free(t->settled);
    chan_free(t->over);
    chan_free(t->barrier);
    free(t->said);
    free(t->name);
    free(t);
}

static void wait_for_parallel(go_test *t)
{
    chan_close(t->barrier);
    for (go_test *sub = t->parallel, *next; sub; sub = next) {
        next = sub->next;
        chan_recv(sub->over);
        free_test(sub);
    }
}

// What was reported since the test began, by whichever test, if several run: as in Go.
static void blame_for_races(go_test *t)
{
    if (gf_race_count() == t->races)
        return;
    go_mutex_lock(&t->mutex);
    add_text(t, "    testing: race detected during execution of test\n");
    go_mutex_unlock(&t->mutex);
    go_test_fail(t);
}

// Deferred by the test's goroutine: it may end by go_exit.
static void finish(go_test *t)
{
    bool parallel = t->is_parallel;
    if (parallel)
        chan_recv(testing.places);
    wait_for_parallel(t);
    blame_for_races(t);
    report(t);
    // The last touch: who waits frees it.
    if (parallel)
        chan_close(t->over);
    else
        chan_send(t->settled, 1);
}

static void run_body(go_test *t)
{
    defer(finish, t);
    go_set_name("%s", t->name);
    if (t->sub)
        t->sub(t, t->arg);
    else
        t->body(t);
}

// Starts the test and waits until it is over, then frees it, or until it is parallel. Returns whether it has not failed.
static bool run(go_test *t)
{
    if (testing.options.verbose) {
        go_mutex_lock(&testing.printing);
        printf("=== RUN   %s\n", t->name);
        fflush(stdout);
        go_mutex_unlock(&testing.printing);
    }
    t->start = gf_os_now();
    t->races = gf_race_count();
    go(run_body, t);
    bool over = chan_recv(t->settled) == 1;
    bool good = !go_test_failed(t);
    if (over)
        free_test(t);
    return good;
}

bool go_test_run(go_test *t, const char *name, void (*f)(go_test *t, void *arg), void *arg)
{
    go_test *sub = new_test(t, name);
    sub->sub = f;
    sub->arg = arg;
    if (gf_test_is_chosen(&testing.options, sub->name))
        return run(sub);
    free_test(sub);
    return true;
}

void go_test_parallel(go_test *t)
{
    go_test *parent = t->parent;
    if (t->is_parallel)
        go_panic("testing: go_test_parallel called multiple times");
    t->is_parallel = true;
    go_mutex_lock(&parent->mutex);
    t->next = parent->parallel;
    parent->parallel = t;
    go_mutex_unlock(&parent->mutex);
    chan_send(t->settled, 0);
    chan_recv(parent->barrier);
    chan_send(testing.places, GO_UNIT);
    t->start = gf_os_now();
    t->races = gf_race_count();
}

// ---- Leaks ----

// Fails the run if there are more than before; says so under the name.
static void look_for_leaks(go_test *root, const char *name)
{
    gf_leaks_settle();
    struct gf_leaks leaks = gf_leaks_find();
    size_t count = leaks.complete ? leaks.count : 0;
    gf_leaks_drop(&leaks);
    if (count <= testing.leaks)
        return;
    printf("--- FAIL: %s: left %zu goroutine%s behind that can never wake\n", name,
           count - testing.leaks, count - testing.leaks == 1 ? "" : "s");
    fflush(stdout);
    go_leak_report();
    testing.leaks = count;
    go_test_fail(root);
}

// ---- The whole run ----

static void run_entry(go_test *root, const struct go_test_entry_ *entry)
{
    go_test *t = new_test(root, entry->name);
    t->body = entry->body;
    if (!gf_test_is_chosen(&testing.options, t->name)) {
        free_test(t);
        return;
    }
    testing.ran = true;
    run(t);
    look_for_leaks(root, entry->name);
}

static void run_all(go_test *root)
{
    for (const struct go_test_entry_ *e = testing.first; e; e = e->next)
        run_entry(root, e);
    bool had_parallel = root->parallel != NULL;
    wait_for_parallel(root);
    if (had_parallel)
        look_for_leaks(root, "the parallel tests");
}

static void time_out(int64_t limit)
{
    fflush(stdout);
    go_panic("test timed out after %gs", (double)limit / (double)GO_SECOND);
}

int go_test_main_(int argc, char **argv)
{
    if (!gf_test_parse(&testing.options, argc, argv))
        return 2;
    testing.places = chan_make(go_unit, (size_t)testing.options.parallel);
    go_timer *limit = NULL;
    if (testing.options.timeout)
        limit = go_after_func(testing.options.timeout, time_out, testing.options.timeout);
    bool good = true;
    for (long i = 0; i < testing.options.count; i++) {
        static go_test *volatile root; // leads to all tests of the round
        root = new_test(NULL, "");
        run_all(root);
        good = good && !go_test_failed(root);
        free_test(root);
    }
    go_timer_free(limit);
    if (!testing.ran)
        printf("no tests to run\n");
    printf(good ? "PASS\n" : "FAIL\n");
    return good ? 0 : 1;
}
