// SPDX-License-Identifier: MIT
// Edges of locks, wait groups, once and conditions: what each operation orders, and what it does not, in programs of
// two goroutines that use one variable.
#include "edges.h"

static go_mutex mutex;
static go_rwmutex lock;
static go_waitgroup group;
static go_once once;
static go_once_value value;
static go_cond changed;

static void write_locked(void)
{
    go_mutex_lock(&mutex);
    write_cell();
    go_mutex_unlock(&mutex);
}

ORDERED(mutex_ordered)
{
    go(write_locked);
    nap();
    go_mutex_lock(&mutex);
    read_cell();
    go_mutex_unlock(&mutex);
}

ORDERED(mutex_try_ordered)
{
    go(write_locked);
    nap();
    must(go_mutex_try_lock(&mutex));
    read_cell();
    go_mutex_unlock(&mutex);
}

ORDERED(mutex_contended_ordered)
{
    go_mutex_lock(&mutex);
    go(write_locked);
    nap();
    write_cell();
    go_mutex_unlock(&mutex);
    nap();
    go_mutex_lock(&mutex);
    read_cell();
    go_mutex_unlock(&mutex);
}

RACES(mutex_outside_races)
{
    go(write_locked);
    nap();
    read_cell();
    go_mutex_lock(&mutex);
    go_mutex_unlock(&mutex);
}

static go_mutex second;

RACES(two_mutexes_race)
{
    go(write_locked);
    nap();
    go_mutex_lock(&second);
    read_cell();
    go_mutex_unlock(&second);
}

static void write_after_a_try_that_fails(void)
{
    must(!(go_mutex_try_lock(&mutex)));
    write_cell();
}

RACES(failed_try_orders_nothing)
{
    write_cell();
    go_mutex_lock(&mutex);
    go(write_after_a_try_that_fails);
    read_cell();
    nap();
    go_mutex_unlock(&mutex);
    read_cell();
}

static void write_locked_for_writing(void)
{
    go_rwmutex_lock(&lock);
    write_cell();
    go_rwmutex_unlock(&lock);
}

static void read_locked_for_reading(void)
{
    go_rwmutex_rlock(&lock);
    read_cell();
    go_rwmutex_runlock(&lock);
}

static void write_locked_for_reading(void)
{
    go_rwmutex_rlock(&lock);
    write_cell();
    go_rwmutex_runlock(&lock);
}

ORDERED(rw_unlock_rlock)
{
    go(write_locked_for_writing);
    nap();
    go_rwmutex_rlock(&lock);
    read_cell();
    go_rwmutex_runlock(&lock);
}

ORDERED(rw_unlock_try_rlock)
{
    go(write_locked_for_writing);
    nap();
    must(go_rwmutex_try_rlock(&lock));
    read_cell();
    go_rwmutex_runlock(&lock);
}

ORDERED(rw_runlock_lock)
{
    go(read_locked_for_reading);
    nap();
    go_rwmutex_lock(&lock);
    write_cell();
    go_rwmutex_unlock(&lock);
}

ORDERED(rw_runlock_try_lock)
{
    go(read_locked_for_reading);
    nap();
    must(go_rwmutex_try_lock(&lock));
    write_cell();
    go_rwmutex_unlock(&lock);
}

RACES(rw_rlock_rlock_write)
{
    go(write_locked_for_reading);
    nap();
    go_rwmutex_rlock(&lock);
    read_cell();
    go_rwmutex_runlock(&lock);
}

ORDERED(rw_writers)
{
    go(write_locked_for_writing);
    nap();
    go_rwmutex_lock(&lock);
    write_cell();
    go_rwmutex_unlock(&lock);
}

ORDERED(rw_contended_reader_then_writer)
{
    go_rwmutex_rlock(&lock);
    go(write_locked_for_writing);
    nap();
    read_cell();
    go_rwmutex_runlock(&lock);
    nap();
    go_rwmutex_rlock(&lock);
    read_cell();
    go_rwmutex_runlock(&lock);
}

ORDERED(rw_contended_writer_then_readers)
{
    go_rwmutex_lock(&lock);
    go(read_locked_for_reading);
    go(read_locked_for_reading);
    nap();
    write_cell();
    go_rwmutex_unlock(&lock);
    nap();
    go_rwmutex_lock(&lock);
    write_cell();
    go_rwmutex_unlock(&lock);
}

static void write_and_count_down(void)
{
    write_cell();
    go_waitgroup_done(&group);
}

static void count_down_and_write(void)
{
    go_waitgroup_done(&group);
    write_cell();
}

ORDERED(done_before_the_wait)
{
    go_waitgroup_add(&group, 1);
    go(write_and_count_down);
    go_waitgroup_wait(&group);
    read_cell();
}

ORDERED(done_before_a_wait_that_comes_late)
{
    go_waitgroup_add(&group, 1);
    go(write_and_count_down);
    nap();
    go_waitgroup_wait(&group);
    read_cell();
}

RACES(done_does_not_order_what_comes_after)
{
    go_waitgroup_add(&group, 1);
    go(count_down_and_write);
    go_waitgroup_wait(&group);
    nap();
    read_cell();
}

static void write_and_add_minus_two(void)
{
    write_cell();
    go_waitgroup_add(&group, -2);
}

ORDERED(add_to_zero_before_the_wait)
{
    go_waitgroup_add(&group, 2);
    go(write_and_add_minus_two);
    go_waitgroup_wait(&group);
    read_cell();
}

static void count_down_and_read(void)
{
    nap();
    go_waitgroup_done(&group);
    read_cell();
}

RACES(done_not_before_another_done)
{
    go_waitgroup_add(&group, 3);
    go(write_and_count_down);
    go(count_down_and_read);
    nap();
    nap();
    nap();
}

static void write_once(void)
{
    write_cell();
}

static void do_once_and_read(void)
{
    go_once_do(&once, write_once);
    read_cell();
}

ORDERED(once_ordered)
{
    go(do_once_and_read);
    go(do_once_and_read);
    go(do_once_and_read);
    nap();
    go_once_do(&once, write_once);
    read_cell();
}

static void *write_and_give_a_value(void)
{
    write_cell();
    return NULL;
}

static void get_once_and_read(void)
{
    go_once_get(&value, write_and_give_a_value);
    read_cell();
}

ORDERED(once_get_ordered)
{
    go(get_once_and_read);
    go(get_once_and_read);
    nap();
    go_once_get(&value, write_and_give_a_value);
    read_cell();
}

static void write_and_panic(void)
{
    write_cell();
    go_panic("x");
}

static void do_once_with_a_panic_and_read(void)
{
    go_try {
        go_once_do(&once, write_and_panic);
    }
    go_catch(p) {
        (void)p;
    }
    read_cell();
}

ORDERED(once_panic_ordered)
{
    go(do_once_with_a_panic_and_read);
    nap();
    go(do_once_with_a_panic_and_read);
    nap();
    go_once_do(&once, write_and_panic);
    read_cell();
}

static void wait_and_read(void)
{
    go_mutex_lock(&mutex);
    go_cond_wait(&changed);
    read_cell();
    go_mutex_unlock(&mutex);
}

ORDERED(cond_signal_without_lock_ordered)
{
    go_cond_init(&changed, &mutex);
    go(wait_and_read);
    nap();
    write_cell();
    go_cond_signal(&changed);
    nap();
}

ORDERED(cond_broadcast_without_lock_ordered)
{
    go_cond_init(&changed, &mutex);
    go(wait_and_read);
    go(wait_and_read);
    nap();
    write_cell();
    go_cond_broadcast(&changed);
    nap();
}

RACES(cond_after_signal_races)
{
    go_cond_init(&changed, &mutex);
    go(wait_and_read);
    nap();
    go_cond_signal(&changed);
    nap();
    write_cell();
}

static void wait_in_vain_and_read(void)
{
    go_mutex_lock(&mutex);
    go_cond_wait_timeout(&changed, 3 * GO_MILLISECOND);
    read_cell();
    go_mutex_unlock(&mutex);
}

RACES(cond_timeout_orders_nothing)
{
    go_cond_init(&changed, &mutex);
    go(wait_in_vain_and_read);
    write_cell();
    nap();
}

ORDERED(cond_wait_unlocks)
{
    go_cond_init(&changed, &mutex);
    go(wait_and_read);
    nap();
    go_mutex_lock(&mutex);
    write_cell();
    go_cond_signal(&changed);
    go_mutex_unlock(&mutex);
    nap();
}
