// SPDX-License-Identifier: MIT
// What a goroutine can ask about itself and about the runtime: its number, how many there are, how many
// processors, and setting the number of processors while others run.
#include "support/test.h"

static atomic_int ended;

TEST(main_is_goroutine_1)
{
    CHECK_EQ(go_id(), 1);
}

static void send_id(chan(uint64_t) c)
{
    chan_send(c, go_id());
}

static int compare_ids(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

TEST(ids_are_never_reused)
{
    enum { IDS = 5000 };
    static uint64_t ids[IDS];
    chan(uint64_t) c = chan_make(uint64_t);
    for (int i = 0; i < IDS; i++) {
        go(send_id, c);
        ids[i] = chan_recv(c);
        CHECK(ids[i] > 1);
    }
    qsort(ids, IDS, sizeof *ids, compare_ids);
    for (int i = 1; i < IDS; i++)
        CHECK(ids[i] != ids[i - 1]);
    chan_free(c);
}

static void check_id_across_parks(chan(go_unit) c)
{
    uint64_t id = go_id();
    for (int i = 0; i < 100; i++) {
        chan_recv(c);
        CHECK_EQ(go_id(), id);
        go_yield();
        CHECK_EQ(go_id(), id);
    }
    atomic_fetch_add(&ended, 1);
}

TEST(id_stays_the_same_across_parks)
{
    chan(go_unit) c = chan_make(go_unit);
    for (int i = 0; i < 4; i++)
        go(check_id_across_parks, c);
    for (int i = 0; i < 400; i++)
        chan_send(c, GO_UNIT);
    WAIT_UNTIL(atomic_load(&ended) == 4);
    CHECK_EQ(go_id(), 1);
    chan_free(c);
}

static void wait_for(chan(go_unit) gate)
{
    chan_recv(gate);
}

TEST(num_goroutine_counts_main_and_those_that_live)
{
    chan(go_unit) gate = chan_make(go_unit);
    CHECK_EQ(go_num_goroutine(), 1);
    for (int i = 1; i <= 10; i++) {
        go(wait_for, gate);
        CHECK_EQ(go_num_goroutine(), i + 1);
    }
    chan_close(gate);
    WAIT_UNTIL(go_num_goroutine() == 1);
    chan_free(gate);
}

TEST(maxprocs_asks_with_less_than_one_and_returns_the_former_value)
{
    int first = go_maxprocs(0);
    CHECK(first >= 1);
    CHECK_EQ(go_maxprocs(3), first);
    CHECK_EQ(go_maxprocs(-1), 3);
    CHECK_EQ(go_maxprocs(0), 3);
    CHECK_EQ(go_maxprocs(1), 3);
    CHECK_EQ(go_maxprocs(0), 1);
}

static void print_maxprocs(void)
{
    printf("%d", go_maxprocs(0));
}

TEST(environment_sets_the_number_of_processors)
{
    test_setenv("GOFER_MAXPROCS", "5");
    struct outcome o = test_run_child(print_maxprocs);
    CHECK_EQ(o.status, 0);
    CHECK_STR(o.out, "5");
}

TEST(processors_are_as_many_as_the_machine_grants_by_default)
{
    unsetenv("GOFER_MAXPROCS");
    CHECK(go_num_cpu() >= 1);
    CHECK_EQ(go_maxprocs(0), go_num_cpu());
}

static atomic_bool stop;

static void keep_busy(chan(int) c)
{
    while (!atomic_load(&stop)) {
        chan_try_send(c, 1);
        chan_try_recv(c, NULL);
        go_yield();
    }
    atomic_fetch_add(&ended, 1);
}

TEST(number_of_processors_may_change_while_goroutines_run)
{
    chan(int) c = chan_make(int, 4);
    for (int i = 0; i < 8; i++)
        go(keep_busy, c);
    for (int i = 0; i < 100; i++) {
        go_maxprocs(1 + i * 7 % 9);
        go_yield();
    }
    atomic_store(&stop, true);
    WAIT_UNTIL(atomic_load(&ended) == 8);
    chan_free(c);
}

static void change_maxprocs(int seed)
{
    for (int i = 0; i < 50; i++) {
        go_maxprocs(1 + (seed + i) % 4);
        go_yield();
    }
    atomic_fetch_add(&ended, 1);
}

TEST(several_goroutines_may_set_the_number_of_processors)
{
    for (int i = 0; i < 4; i++)
        go(change_maxprocs, i);
    WAIT_UNTIL(atomic_load(&ended) == 4);
    CHECK(go_maxprocs(0) >= 1 && go_maxprocs(0) <= 4);
}

TEST(queued_goroutines_survive_a_smaller_number_of_processors)
{
    enum { MANY = 2000 };
    chan(go_unit) gate = chan_make(go_unit, MANY);
    go_maxprocs(8);
    for (int i = 0; i < MANY; i++) {
        chan_send(gate, GO_UNIT);
        go(wait_for, gate);
        if (i % 500 == 0)
            go_maxprocs(8 - i / 500);
    }
    go_maxprocs(1);
    WAIT_UNTIL(go_num_goroutine() == 1);
    CHECK_EQ(chan_len(gate), 0);
    chan_free(gate);
}
