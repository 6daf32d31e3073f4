// SPDX-License-Identifier: MIT
// A set of planted leaks and partial deadlocks, each with a fixed twin, counted: found, planted, false reports. The
// patterns are those of published studies of concurrency bugs in Go (Tu et al., ASPLOS 2019; GoBench, CGO 2021): a
// sender whose receiver gave up, a range that nobody closes, a wait group counted wrongly, locks in two orders, a
// channel operation under a lock that the peer needs, and so on. Each is planted three times, by where its objects
// live: on goroutines' stacks only, inside malloc'ed structs, and behind a freed chunk that still holds a pointer.
//
// One goroutine, the owner, runs a pattern and then waits for the goroutines that it started. So a pattern leaks its
// stuck goroutines and the owner.
#include "support/test.h"

#include "debug/leak.h"

#define NOINLINE __attribute__((noinline))
#define SHORT GO_MILLISECOND

// What a pattern is made of.
struct objects {
    go_waitgroup children, group;
    chan(int) c;
    chan(int) d;
    go_mutex m, n;
    go_rwmutex rw;
    go_cond cond;
    go_once once;
    bool ready;
};

struct pattern {
    const char *name;
    void (*run)(struct objects *o, bool fixed);
    int stuck; // goroutines besides the owner
};

static struct objects *fixed_flag(struct objects *o, bool fixed)
{
    o->ready = fixed;
    return o;
}

#define CHILD(o, f, ...) go_waitgroup_go(&(o)->children, f, ##__VA_ARGS__)

// ---- Channels ----

static void send_one(chan(int) c)
{
    chan_send(c, 1);
}

static void receive_one(chan(int) c)
{
    chan_recv(c);
}

static void send_without_receiver(struct objects *o, bool fixed)
{
    o->c = chan_make(int);
    CHILD(o, send_one, o->c);
    if (fixed)
        chan_recv(o->c);
}

static void receive_without_sender(struct objects *o, bool fixed)
{
    o->c = chan_make(int);
    CHILD(o, receive_one, o->c);
    if (fixed)
        chan_send(o->c, 1);
}

static void take_all(chan(int) c)
{
    chan_range(v, c)
        (void)v;
}

static void range_without_close(struct objects *o, bool fixed)
{
    o->c = chan_make(int);
    CHILD(o, take_all, o->c);
    chan_send(o->c, 1);
    chan_send(o->c, 2);
    if (fixed)
        chan_close(o->c);
}

static void send_late(chan(int) c, chan(int) begin)
{
    chan_recv(begin);
    chan_send(c, 1);
}

static void receiver_gives_up(struct objects *o, bool fixed)
{
    o->c = fixed ? chan_make(int, 1) : chan_make(int);
    o->d = chan_make(int, 1);
    CHILD(o, send_late, o->c, o->d);
    go_select {
        case_recv(o->c) {}
        case_timeout(SHORT) {}
    }
    chan_send(o->d, 1);
}

static void first_answer_wins(struct objects *o, bool fixed)
{
    o->c = fixed ? chan_make(int, 3) : chan_make(int);
    for (int i = 0; i < 3; i++)
        CHILD(o, send_one, o->c);
    chan_recv(o->c);
}

static void send_five(chan(int) c)
{
    for (int i = 0; i < 5; i++)
        chan_send(c, i);
    chan_close(c);
}

static void consumer_stops_early(struct objects *o, bool fixed)
{
    o->c = chan_make(int);
    CHILD(o, send_five, o->c);
    chan_range(v, o->c)
        if (v == 2 && !fixed)
            break;
}

static void fill_buffer(chan(int) c)
{
    for (int i = 0; i < 3; i++)
        chan_send(c, i);
}

static void buffer_too_small(struct objects *o, bool fixed)
{
    o->c = fixed ? chan_make(int, 3) : chan_make(int, 2);
    CHILD(o, fill_buffer, o->c);
}

static void select_two(chan(int) c, chan(int) d)
{
    go_select {
        case_recv(c) {}
        case_recv(d) {}
    }
}

static void select_that_nobody_serves(struct objects *o, bool fixed)
{
    o->c = chan_make(int);
    o->d = chan_make(int);
    CHILD(o, select_two, o->c, o->d);
    if (fixed)
        chan_close(o->d);
}

static void receive_nil(bool fixed)
{
    chan(int) nil = NULL;
    if (!fixed)
        chan_recv(nil);
}

static void nil_channel(struct objects *o, bool fixed)
{
    CHILD(o, receive_nil, fixed);
}

static void select_nil(bool fixed)
{
    chan(int) nil = NULL;
    go_select {
        case_recv(nil) {}
        if (fixed)
            case_timeout(SHORT) {}
    }
}

static void select_of_nil_channels(struct objects *o, bool fixed)
{
    CHILD(o, select_nil, fixed);
}

static void send_then_receive(chan(int) out, chan(int) in)
{
    chan_send(out, 1);
    chan_recv(in);
}

static void receive_then_send(chan(int) out, chan(int) in)
{
    chan_recv(in);
    chan_send(out, 1);
}

static void both_send_first(struct objects *o, bool fixed)
{
    o->c = chan_make(int);
    o->d = chan_make(int);
    CHILD(o, send_then_receive, o->c, o->d);
    if (fixed)
        CHILD(o, receive_then_send, o->d, o->c);
    else
        CHILD(o, send_then_receive, o->d, o->c);
}

static void pass_on(chan(int) in, chan(int) out)
{
    chan_send(out, chan_recv(in));
}

static void pipeline_without_sink(struct objects *o, bool fixed)
{
    o->c = chan_make(int);
    o->d = chan_make(int);
    CHILD(o, send_one, o->c);
    CHILD(o, pass_on, o->c, o->d);
    if (fixed)
        chan_recv(o->d);
}

static void serve_until_done(chan(int) work, chan(int) done)
{
    for (bool going = true; going;)
        go_select {
            case_recv(work) {}
            case_recv(done)
                going = false;
        }
}

static void done_is_never_closed(struct objects *o, bool fixed)
{
    o->c = chan_make(int);
    o->d = chan_make(int);
    CHILD(o, serve_until_done, o->c, o->d);
    chan_send(o->c, 1);
    if (fixed)
        chan_close(o->d);
}

static void take_permit(chan(int) permits, bool gives_back)
{
    chan_send(permits, 1);
    if (gives_back)
        chan_recv(permits);
}

static void permit_not_given_back(struct objects *o, bool fixed)
{
    o->c = chan_make(int, 1);
    CHILD(o, take_permit, o->c, fixed);
    CHILD(o, take_permit, o->c, fixed);
}

static void pool_of_three_whose_jobs_are_never_closed(struct objects *o, bool fixed)
{
    o->c = chan_make(int, 4);
    for (int i = 0; i < 3; i++)
        CHILD(o, take_all, o->c);
    for (int i = 0; i < 4; i++)
        chan_send(o->c, i);
    if (fixed)
        chan_close(o->c);
}

// ---- Locks ----

static void lock_twice(struct objects *o)
{
    go_mutex_lock(&o->m);
    if (o->ready)
        go_mutex_unlock(&o->m);
    go_mutex_lock(&o->m);
    go_mutex_unlock(&o->m);
}

static void double_lock(struct objects *o, bool fixed)
{
    CHILD(o, lock_twice, fixed_flag(o, fixed));
}

static void lock_and_leave(go_mutex *m, bool unlocks, chan(int) left)
{
    go_mutex_lock(m);
    if (unlocks)
        go_mutex_unlock(m);
    chan_send(left, 1);
}

static void lock_once(go_mutex *m)
{
    go_mutex_lock(m);
    go_mutex_unlock(m);
}

static void return_without_unlock(struct objects *o, bool fixed)
{
    o->c = chan_make(int);
    CHILD(o, lock_and_leave, &o->m, fixed, o->c);
    chan_recv(o->c);
    CHILD(o, lock_once, &o->m);
}

static void lock_both(go_mutex *first, go_mutex *second, chan(int) mine, chan(int) other)
{
    go_mutex_lock(first);
    chan_try_send(mine, 1);
    go_select {
        case_recv(other) {}
        case_timeout(20 * SHORT) {}
    }
    go_mutex_lock(second);
    go_mutex_unlock(second);
    go_mutex_unlock(first);
}

static void locks_in_two_orders(struct objects *o, bool fixed)
{
    o->c = chan_make(int, 1);
    o->d = chan_make(int, 1);
    CHILD(o, lock_both, &o->m, &o->n, o->c, o->d);
    if (fixed)
        CHILD(o, lock_both, &o->m, &o->n, o->d, o->c);
    else
        CHILD(o, lock_both, &o->n, &o->m, o->d, o->c);
}

static void write_lock(go_rwmutex *rw)
{
    go_rwmutex_lock(rw);
    go_rwmutex_unlock(rw);
}

static void read_twice(struct objects *o)
{
    go_rwmutex_rlock(&o->rw);
    CHILD(o, write_lock, &o->rw);
    WAIT_UNTIL(test_count_waiters(&o->rw, sizeof o->rw) > 0);
    if (!o->ready) {
        go_rwmutex_rlock(&o->rw);
        go_rwmutex_runlock(&o->rw);
    }
    go_rwmutex_runlock(&o->rw);
}

static void recursive_read_lock(struct objects *o, bool fixed)
{
    CHILD(o, read_twice, fixed_flag(o, fixed));
}

static void send_under_lock(struct objects *o)
{
    go_mutex_lock(&o->m);
    chan_send(o->d, 1);
    chan_send(o->c, 1);
    go_mutex_unlock(&o->m);
}

static void lock_then_receive(struct objects *o)
{
    chan_recv(o->d);
    if (!o->ready)
        go_mutex_lock(&o->m);
    chan_recv(o->c);
    if (!o->ready)
        go_mutex_unlock(&o->m);
}

static void channel_under_lock(struct objects *o, bool fixed)
{
    o->c = chan_make(int);
    o->d = chan_make(int);
    fixed_flag(o, fixed);
    CHILD(o, send_under_lock, o);
    CHILD(o, lock_then_receive, o);
}

// ---- Wait groups, conditions, once ----

static void wait_for(go_waitgroup *wg)
{
    go_waitgroup_wait(wg);
}

static void group_counted_too_high(struct objects *o, bool fixed)
{
    go_waitgroup_add(&o->group, fixed ? 1 : 2);
    CHILD(o, wait_for, &o->group);
    go_waitgroup_done(&o->group);
}

static void work(go_waitgroup *wg, bool fails)
{
    if (!fails)
        go_waitgroup_done(wg);
}

static void done_is_skipped_on_error(struct objects *o, bool fixed)
{
    go_waitgroup_add(&o->group, 1);
    CHILD(o, work, &o->group, !fixed);
    CHILD(o, wait_for, &o->group);
}

static void wait_until_ready(struct objects *o)
{
    go_mutex_lock(&o->m);
    while (!o->ready)
        go_cond_wait(&o->cond);
    go_mutex_unlock(&o->m);
}

static void change_without_signal(struct objects *o, bool fixed)
{
    go_cond_init(&o->cond, &o->m);
    CHILD(o, wait_until_ready, o);
    WAIT_UNTIL(test_count_waiters(&o->cond, sizeof o->cond) > 0);
    go_mutex_lock(&o->m);
    o->ready = true;
    go_mutex_unlock(&o->m);
    if (fixed)
        go_cond_signal(&o->cond);
}

static void wait_for_signal(struct objects *o)
{
    go_mutex_lock(&o->m);
    if (!o->ready)
        go_cond_wait(&o->cond);
    go_mutex_unlock(&o->m);
}

static void signal_before_the_wait(struct objects *o, bool fixed)
{
    go_cond_init(&o->cond, &o->m);
    o->ready = fixed;
    go_cond_signal(&o->cond);
    CHILD(o, wait_for_signal, o);
}

static void again(go_once *once, int depth)
{
    if (depth > 0)
        go_once_do(once, again, once, depth - 1);
}

static void once_in_itself(struct objects *o, bool fixed)
{
    CHILD(o, again, &o->once, fixed ? 1 : 2);
}

static const struct pattern patterns[] = {
    {"send without receiver", send_without_receiver, 1},
    {"receive without sender", receive_without_sender, 1},
    {"range without close", range_without_close, 1},
    {"receiver gives up", receiver_gives_up, 1},
    {"first answer wins", first_answer_wins, 2},
    {"consumer stops early", consumer_stops_early, 1},
    {"buffer too small", buffer_too_small, 1},
    {"select that nobody serves", select_that_nobody_serves, 1},
    {"nil channel", nil_channel, 1},
    {"select of nil channels", select_of_nil_channels, 1},
    {"both send first", both_send_first, 2},
    {"pipeline without sink", pipeline_without_sink, 1},
    {"done is never closed", done_is_never_closed, 1},
    {"permit not given back", permit_not_given_back, 1},
    {"jobs are never closed", pool_of_three_whose_jobs_are_never_closed, 3},
    {"double lock", double_lock, 1},
    {"return without unlock", return_without_unlock, 1},
    {"locks in two orders", locks_in_two_orders, 2},
    {"recursive read lock", recursive_read_lock, 2},
    {"channel under lock", channel_under_lock, 2},
    {"group counted too high", group_counted_too_high, 1},
    {"done is skipped on error", done_is_skipped_on_error, 1},
    {"change without signal", change_without_signal, 1},
    {"signal before the wait", signal_before_the_wait, 1},
    {"once in itself", once_in_itself, 1},
};
enum { PATTERNS = sizeof patterns / sizeof patterns[0], MOST_LOOKS = 1000 };

// ---- Planting ----

static void run_and_wait(struct objects *o, const struct pattern *p, bool fixed)
{
    p->run(o, fixed);
    go_waitgroup_wait(&o->children);
}

static void on_stack(const struct pattern *p, bool fixed)
{
    struct objects o = {.ready = false};
    run_and_wait(&o, p, fixed);
}

static void in_heap(const struct pattern *p, bool fixed)
{
    struct objects *o = calloc(1, sizeof *o);
    run_and_wait(o, p, fixed);
}

// Points to a chunk that has been freed, and that still leads to the objects.
static void *volatile stale;

struct link {
    char before[48];
    struct objects *objects;
};

static void behind_freed(const struct pattern *p, bool fixed)
{
    struct link *l = calloc(1, sizeof *l);
    struct objects *o = calloc(1, sizeof *o);
    l->objects = o;
    stale = l;
    free(l);
    run_and_wait(o, p, fixed);
}

// Overwrites what calls have left below the stack pointer.
static NOINLINE void sweep(void)
{
    volatile char dead[8192];
    for (size_t i = 0; i < sizeof dead; i++)
        dead[i] = 0;
}

static NOINLINE void plant(void (*where)(const struct pattern *, bool), const struct pattern *p,
                           bool fixed)
{
    go(where, p, fixed);
}

static NOINLINE size_t count_leaks(void)
{
    struct gf_leaks leaks = gf_leaks_find();
    CHECK(leaks.complete);
    CHECK(leaks.exact);
    gf_leaks_drop(&leaks);
    return leaks.count;
}

static NOINLINE void search(chan(size_t) found)
{
    chan_send(found, count_leaks());
}

static void sweep_then_search(chan(size_t) found)
{
    sweep();
    search(found);
}

// In a goroutine of its own, on a stack that has been swept, as the one of who waits for it: what earlier calls have left
// in unused slots of the frames that lead to the search would keep a leak from being found. The scheduler's timers run on
// the stack of whoever parks.
static NOINLINE size_t found_now(void)
{
    sweep();
    chan(size_t) found = chan_make(size_t);
    go(sweep_then_search, found);
    size_t n = chan_recv(found);
    chan_free(found);
    return n;
}

// Plants each pattern, and checks that what is found is what was planted, no less and never more.
static void count_planted(void (*where)(const struct pattern *, bool))
{
    if (test_under_other_malloc())
        test_skip("another malloc is not told chunk by chunk");
    test_add_debug("leak=1");
    size_t all = 0, planted = 0;
    for (int i = 0; i < PATTERNS; i++) {
        int before = go_num_goroutine();
        plant(where, &patterns[i], false);
        planted += (size_t)patterns[i].stuck + 1;
        for (int looks = 0; (all = found_now()) < planted && looks < MOST_LOOKS; looks++)
            go_sleep(2 * GO_MILLISECOND);
        if (all > planted)
            FAIL("%s: found %zu of %zu", patterns[i].name, all, planted);
        WAIT_UNTIL(go_num_goroutine() - before == patterns[i].stuck + 1);
    }
    if (all != planted)
        FAIL("found %zu of %zu", all, planted);
}

// The status 3 says that the report at the end of main came too.
static void expect_found(void (*body)(void))
{
    if (test_under_other_malloc())
        test_skip("another malloc is not told chunk by chunk");
    struct outcome o = test_run_child(body);
    if (o.status != 3)
        FAIL("status %d: %.2000s", o.status, o.err);
}

// Runs the fixed twins, and checks that nothing is found, neither while they run nor after they have ended.
static void count_false(void (*where)(const struct pattern *, bool))
{
    if (test_under_other_malloc())
        test_skip("another malloc is not told chunk by chunk");
    test_add_debug("leak=1");
    for (int i = 0; i < PATTERNS; i++) {
        plant(where, &patterns[i], true);
        do
            if (found_now() > 0)
                FAIL("%s: the fixed twin is reported", patterns[i].name);
        while (go_num_goroutine() > 1);
    }
}

static void plant_on_stack(void)
{
    count_planted(on_stack);
}

TEST_LONG(those_planted_on_stacks_only_are_found, 60)
{
    expect_found(plant_on_stack);
}

static void plant_in_heap(void)
{
    count_planted(in_heap);
}

TEST_LONG(those_planted_in_malloced_structs_are_found, 60)
{
    expect_found(plant_in_heap);
}

static void plant_behind_freed(void)
{
    count_planted(behind_freed);
}

TEST_LONG(those_planted_behind_freed_chunks_are_found, 60)
{
    expect_found(plant_behind_freed);
}

TEST_LONG(no_fixed_twin_on_stacks_is_reported, 60)
{
    count_false(on_stack);
}

TEST_LONG(no_fixed_twin_in_malloced_structs_is_reported, 60)
{
    count_false(in_heap);
}

TEST_LONG(no_fixed_twin_behind_freed_chunks_is_reported, 60)
{
    count_false(behind_freed);
}
