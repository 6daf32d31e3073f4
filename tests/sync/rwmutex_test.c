// SPDX-License-Identifier: MIT
// go_rwmutex: exclusion of writers, company among readers, the turns that both kinds take when they wait for each
// other, misuse, and that it may be freed by its next holder. The order of waiters is made certain by one processor.
#include "support/test.h"

static go_rwmutex lock;
static long plain[2];
static atomic_int ended, inside;

static void write_often(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        go_rwmutex_lock(&lock);
        plain[0]++;
        if (i % 16 == 0)
            go_yield();
        plain[1]++;
        go_rwmutex_unlock(&lock);
    }
    atomic_fetch_add(&ended, 1);
}

static void read_often(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        go_rwmutex_rlock(&lock);
        CHECK_EQ(plain[0], plain[1]);
        if (i % 16 == 0)
            go_yield();
        go_rwmutex_runlock(&lock);
    }
    atomic_fetch_add(&ended, 1);
}

static void check_exclusion(int processors)
{
    int rounds = (int)test_rounds(5000);
    go_maxprocs(processors);
    for (int i = 0; i < 4; i++) {
        go(write_often, rounds);
        go(read_often, rounds);
    }
    WAIT_UNTIL(atomic_load(&ended) == 8);
    CHECK_EQ(plain[0], 4L * rounds);
    CHECK(go_rwmutex_try_lock(&lock));
}

TEST(readers_see_whole_changes_on_one_processor)
{
    check_exclusion(1);
}

TEST(readers_see_whole_changes_on_several_processors)
{
    check_exclusion(4);
}

TEST(readers_share_and_writers_do_not)
{
    go_rwmutex_rlock(&lock);
    CHECK(go_rwmutex_try_rlock(&lock));
    CHECK(!go_rwmutex_try_lock(&lock));
    go_rwmutex_runlock(&lock);
    CHECK(!go_rwmutex_try_lock(&lock));
    go_rwmutex_runlock(&lock);
    CHECK(go_rwmutex_try_lock(&lock));
    CHECK(!go_rwmutex_try_lock(&lock));
    CHECK(!go_rwmutex_try_rlock(&lock));
    go_rwmutex_unlock(&lock);
    CHECK(go_rwmutex_try_rlock(&lock));
}

static void read_and_stay(chan(go_unit) go_on)
{
    go_rwmutex_rlock(&lock);
    atomic_fetch_add(&inside, 1);
    chan_recv(go_on);
    go_rwmutex_runlock(&lock);
    atomic_fetch_add(&ended, 1);
}

static atomic_bool written;

static void write_once(void)
{
    go_rwmutex_lock(&lock);
    atomic_store(&written, true);
    go_rwmutex_unlock(&lock);
}

TEST(waiting_writer_keeps_new_readers_out)
{
    test_one_processor();
    chan(go_unit) go_on = chan_make(go_unit);
    go(read_and_stay, go_on);
    test_settle();
    go(write_once);
    test_settle();
    CHECK(!go_rwmutex_try_rlock(&lock));
    go(read_and_stay, go_on);
    test_settle();
    CHECK_EQ(atomic_load(&inside), 1);
    CHECK(!atomic_load(&written));
    chan_close(go_on);
    WAIT_UNTIL(atomic_load(&ended) == 2);
    CHECK(atomic_load(&written));
    chan_free(go_on);
}

TEST(unlocking_writer_lets_all_waiting_readers_in_before_the_next_writer)
{
    test_one_processor();
    chan(go_unit) go_on = chan_make(go_unit);
    go_rwmutex_lock(&lock);
    go(write_once);
    test_settle();
    for (int i = 0; i < 5; i++)
        go(read_and_stay, go_on);
    test_settle();
    CHECK_EQ(atomic_load(&inside), 0);
    go_rwmutex_unlock(&lock);
    test_settle();
    CHECK_EQ(atomic_load(&inside), 5);
    CHECK(!atomic_load(&written));
    chan_close(go_on);
    WAIT_UNTIL(atomic_load(&written));
    CHECK_EQ(atomic_load(&ended), 5);
    chan_free(go_on);
}

static atomic_int next_turn;

static void write_in_turn(int turn)
{
    go_rwmutex_lock(&lock);
    CHECK_EQ(atomic_fetch_add(&next_turn, 1), turn);
    go_rwmutex_unlock(&lock);
}

TEST(writers_are_served_in_order)
{
    enum { WRITERS = 10 };
    test_one_processor();
    go_rwmutex_rlock(&lock);
    for (int i = 0; i < WRITERS; i++) {
        go(write_in_turn, i);
        test_settle();
    }
    go_rwmutex_runlock(&lock);
    WAIT_UNTIL(atomic_load(&next_turn) == WRITERS);
}

// Handing the lock to a sleeper at once would make who is running sleep too, at each of its locks from then on. On a slow day
// the sleeper has waited for too long already, so it is tried again.
TEST(unlocked_lock_is_free_until_the_writer_that_was_woken_runs)
{
    bool was_free = false;
    test_one_processor();
    for (int i = 0; i < 1000 && !was_free; i++) {
        go_rwmutex_lock(&lock);
        go(write_once);
        test_settle();
        go_rwmutex_unlock(&lock);
        was_free = go_rwmutex_try_lock(&lock);
        if (was_free)
            go_rwmutex_unlock(&lock);
        WAIT_UNTIL(go_num_goroutine() == 1);
    }
    CHECK(was_free);
}

TEST(writer_that_has_waited_for_long_is_handed_the_lock)
{
    test_one_processor();
    go_rwmutex_lock(&lock);
    go(write_once);
    test_settle();
    go_sleep(3 * GO_MILLISECOND);
    go_rwmutex_unlock(&lock);
    CHECK(!go_rwmutex_try_lock(&lock) && !go_rwmutex_try_rlock(&lock));
    WAIT_UNTIL(atomic_load(&written));
    CHECK(go_rwmutex_try_lock(&lock));
    go_rwmutex_unlock(&lock);
}

static void write_and_read(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        if (i % 5 == 0) {
            write_once();
        } else {
            go_rwmutex_rlock(&lock);
            go_rwmutex_runlock(&lock);
        }
    }
    atomic_fetch_add(&ended, 1);
}

TEST(writers_that_are_woken_again_and_again_get_on)
{
    go_maxprocs(4);
    for (int i = 0; i < 8; i++)
        go(write_and_read, (int)test_rounds(20000));
    WAIT_UNTIL(atomic_load(&ended) == 8);
    CHECK(go_rwmutex_try_lock(&lock));
    go_rwmutex_unlock(&lock);
}

static void unlock(void)
{
    go_rwmutex_unlock(&lock);
}

static void runlock(void)
{
    go_rwmutex_runlock(&lock);
}

static void unlock_held_for_reading(void)
{
    go_rwmutex_rlock(&lock);
    go_rwmutex_unlock(&lock);
}

static void runlock_held_for_writing(void)
{
    go_rwmutex_lock(&lock);
    go_rwmutex_runlock(&lock);
}

static void unlock_before_waiting_writer(void)
{
    test_one_processor();
    go_rwmutex_rlock(&lock);
    go(write_once);
    test_settle();
    go_rwmutex_unlock(&lock);
}

static void runlock_before_waiting_reader(void)
{
    test_one_processor();
    go_rwmutex_lock(&lock);
    go(read_and_stay, NULL);
    test_settle();
    go_rwmutex_runlock(&lock);
}

TEST(fatal_misuse_shows_who_did_it_even_as_the_first_call_of_all)
{
    struct outcome o = EXPECT_FATAL(runlock, "fatal error: sync: RUnlock of unlocked RWMutex\n");
    CHECK_MATCH(o.err, "\n\ngoroutine 1 \\[running\\]:\nrunlock\\(\\.\\.\\.\\)\n");
}

TEST(unlocking_what_is_not_locked_is_fatal)
{
    EXPECT_FATAL(unlock, "fatal error: sync: Unlock of unlocked RWMutex\n");
    EXPECT_FATAL(unlock_held_for_reading, "fatal error: sync: Unlock of unlocked RWMutex\n");
    EXPECT_FATAL(runlock, "fatal error: sync: RUnlock of unlocked RWMutex\n");
    EXPECT_FATAL(unlock_before_waiting_writer, "fatal error: sync: Unlock of unlocked RWMutex\n");
    EXPECT_FATAL(runlock_held_for_writing, "fatal error: sync: RUnlock of unlocked RWMutex\n");
    EXPECT_FATAL(runlock_before_waiting_reader, "fatal error: sync: RUnlock of unlocked RWMutex\n");
}

struct counter {
    go_rwmutex lock;
    atomic_int references;
};

// Readers leave and writers leave; the last one out frees it, while the others are still on their way out.
static void release(struct counter *c, bool write)
{
    if (write)
        go_rwmutex_lock(&c->lock);
    else
        go_rwmutex_rlock(&c->lock);
    bool last = atomic_fetch_sub(&c->references, 1) == 1;
    if (write)
        go_rwmutex_unlock(&c->lock);
    else
        go_rwmutex_runlock(&c->lock);
    // Somebody else may hold it still: whoever gets it for writing after all others is alone.
    if (last) {
        go_rwmutex_lock(&c->lock);
        go_rwmutex_unlock(&c->lock);
        memset(c, 0xff, sizeof *c);
        free(c);
        atomic_fetch_add(&ended, 1);
    }
}

TEST(lock_may_be_freed_by_its_last_holder_while_the_unlock_returns)
{
    go_maxprocs(2);
    int rounds = (int)test_rounds(20000);
    for (int i = 0; i < rounds; i++) {
        struct counter *c = calloc(1, sizeof *c);
        atomic_store(&c->references, 3);
        go(release, c, i % 3 == 0);
        go(release, c, i % 3 == 1);
        release(c, i % 2);
    }
    WAIT_UNTIL(atomic_load(&ended) == rounds);
}

static void deadlock_reading(void)
{
    go_rwmutex_lock(&lock);
    go_rwmutex_rlock(&lock);
}

static void deadlock_writing(void)
{
    go_rwmutex_rlock(&lock);
    go_rwmutex_lock(&lock);
}

TEST(waits_are_shown_in_the_traces)
{
    EXPECT_FATAL(deadlock_reading, "goroutine 1 [sync.RWMutex.RLock]:");
    EXPECT_FATAL(deadlock_writing, "goroutine 1 [sync.RWMutex.Lock]:");
}
