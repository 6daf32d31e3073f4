// SPDX-License-Identifier: MIT
// Watched locks: what is reported, with whom and where, and what is legal and must not be: unlocking for another
// goroutine, one order taken by all, both orders under a common lock. Each report comes from a child process.
#include "support/test.h"

static go_mutex a, b, gate;
static go_rwmutex rw;

// The parent waits for the report, and does not let us live longer. If there is none, it is to see what else we said.
static void wait_for_the_report(void)
{
    go_sleep(20 * GO_SECOND * test_slowdown());
    exit(0);
}

static void lock_in_order(go_mutex *first, go_mutex *second)
{
    go_mutex_lock(first);
    go_mutex_lock(second);
    go_mutex_unlock(second);
    go_mutex_unlock(first);
}

static void run(void (*f)(go_mutex *, go_mutex *), go_mutex *first, go_mutex *second)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, f, first, second);
    go_waitgroup_wait(&wg);
}

static void take_both_orders(void)
{
    test_add_debug("locks=1");
    run(lock_in_order, &a, &b);
    run(lock_in_order, &b, &a);
}

// The watch begins before main, so its key must be there at the start of the process.
static struct outcome watched(void (*body)(void))
{
    return test_run_child(body);
}

TEST(inversion_is_reported_though_nobody_was_stuck)
{
    struct outcome o = watched(take_both_orders);
    CHECK_EQ(o.status, 0);
    CHECK_MATCH(
        o.err,
        "gofer: lock order inversion[^\n]*\n\ngoroutine [0-9]+ locks 0x[0-9a-f]+ while it holds "
        "0x[0-9a-f]+:\nlock_in_order\\(\\.\\.\\.\\)\n\t[^\n]*locks_test\\.c:[0-9]+ ");
    CHECK_MATCH(o.err, "\ngoroutine [0-9]+ has locked 0x[0-9a-f]+ while it holds 0x");
}

static void take_one_order(void)
{
    test_add_debug("locks=1");
    for (int i = 0; i < 3; i++)
        run(lock_in_order, &a, &b);
}

static void lock_under_gate(go_mutex *first, go_mutex *second)
{
    go_mutex_lock(&gate);
    lock_in_order(first, second);
    go_mutex_unlock(&gate);
}

static void take_both_orders_under_a_gate(void)
{
    test_add_debug("locks=1");
    run(lock_under_gate, &a, &b);
    run(lock_under_gate, &b, &a);
}

static void take_both_orders_alone(void)
{
    test_add_debug("locks=1");
    lock_in_order(&a, &b);
    lock_in_order(&b, &a);
}

static void unlock_it(go_mutex *m)
{
    go_mutex_unlock(m);
}

static void unlock_for_another(void)
{
    test_add_debug("locks=1");
    for (int i = 0; i < 3; i++) {
        go_mutex_lock(&a);
        go(unlock_it, &a);
        go_mutex_lock(&a);
        go_mutex_unlock(&a);
    }
}

TEST(orders_that_exclude_no_other_and_foreign_unlocks_are_legal)
{
    void (*const legal[])(void) = {take_one_order, take_both_orders_under_a_gate,
                                   take_both_orders_alone, unlock_for_another};
    for (size_t i = 0; i < sizeof legal / sizeof legal[0]; i++)
        CHECK_STR(watched(legal[i]).err, "");
}

static void lock_twice(go_mutex *m)
{
    go_mutex_lock(m);
    go_mutex_lock(m);
}

static void deadlock_alone(void)
{
    test_add_debug("locks=1");
    go(lock_twice, &a);
    wait_for_the_report();
}

TEST(goroutine_that_waits_for_its_own_mutex_is_reported)
{
    const char *end = "\nwhich is locked by itself, from:\nlock_twice\\(\\.\\.\\.\\)\n";
    struct outcome o = test_watch_child(deadlock_alone, end);
    CHECK_MATCH(o.err,
                "^gofer: a goroutine waits for a lock that it holds itself\n\n"
                "goroutine [0-9]+ waits for mutex 0x[0-9a-f]+:\nlock_twice\\(\\.\\.\\.\\)\n");
    CHECK_MATCH(o.err, end);
}

static void lock_when_told(go_mutex *first, go_mutex *second, chan(int) mine, chan(int) others)
{
    go_mutex_lock(first);
    chan_send(mine, 1);
    chan_recv(others);
    go_mutex_lock(second);
}

static void deadlock_in_a_circle(void)
{
    test_add_debug("locks=1");
    chan(int) c = chan_make(int, 1), d = chan_make(int, 1);
    go(lock_when_told, &a, &b, c, d);
    go(lock_when_told, &b, &a, d, c);
    wait_for_the_report();
}

TEST(circle_names_who_holds_what_and_who_waits_where)
{
    const char *circle =
        "gofer: goroutines wait in a circle for each other's locks\n\n"
        "goroutine ([0-9]+) waits for mutex 0x[0-9a-f]+:\nlock_when_told\\(\\.\\.\\.\\)\n"
        "[^\n]*\nwhich is locked by goroutine ([0-9]+), from:\nlock_when_told\\(\\.\\.\\.\\)\n"
        "[^\n]*\n\ngoroutine [0-9]+ waits for mutex ";
    CHECK_MATCH(test_watch_child(deadlock_in_a_circle, circle).err, circle);
}

static void lock_and_end(go_mutex *m)
{
    go_mutex_lock(m);
}

static void lock_once(go_mutex *m)
{
    go_mutex_lock(m);
    go_mutex_unlock(m);
}

static void end_with_a_lock(void)
{
    test_add_debug("locks=1");
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, lock_and_end, &a);
    go_waitgroup_wait(&wg);
    WAIT_UNTIL(go_num_goroutine() == 1);
    go(lock_once, &a);
    wait_for_the_report();
}

TEST(lock_of_a_goroutine_that_has_ended_is_reported)
{
    const char *end = "lock_and_end\\(\\.\\.\\.\\)\n";
    struct outcome o = test_watch_child(end_with_a_lock, end);
    CHECK_MATCH(o.err, "^gofer: a lock is held by a goroutine that has ended: goroutine [0-9]+\n\n"
                       "goroutine [0-9]+ waits for mutex 0x[0-9a-f]+:\nlock_once\\(\\.\\.\\.\\)\n");
    CHECK_MATCH(o.err, end);
}

static void write_lock(void)
{
    go_rwmutex_lock(&rw);
}

static void read_twice(void)
{
    go_rwmutex_rlock(&rw);
    go(write_lock);
    WAIT_UNTIL(test_count_waiters(&rw, sizeof rw) > 0);
    go_rwmutex_rlock(&rw);
}

static void read_recursively(void)
{
    test_add_debug("locks=1");
    go(read_twice);
    wait_for_the_report();
}

TEST(recursive_read_lock_behind_a_writer_is_reported)
{
    const char *end = "which is locked for reading by itself, from:\n";
    struct outcome o = test_watch_child(read_recursively, end);
    CHECK_MATCH(o.err,
                "gofer: a goroutine waits for a lock that it holds itself\n\n"
                "goroutine [0-9]+ waits for read lock 0x[0-9a-f]+:\nread_twice\\(\\.\\.\\.\\)\n");
    CHECK_CONTAINS(o.err, end);
}

static void use_without_the_key(void)
{
    run(lock_in_order, &a, &b);
    run(lock_in_order, &b, &a);
}

TEST(locks_are_not_watched_unless_asked)
{
    CHECK_STR(watched(use_without_the_key).err, "");
}
