// SPDX-License-Identifier: MIT
// Making, measuring, sharing and freeing channels: what chan_make refuses, what len and cap say, what the
// reference count keeps alive, and which element types a channel can carry.
#include "chan/chan.h"
#include "support/test.h"

TEST(unbuffered_channel_has_no_capacity_and_no_length)
{
    chan(int) c = chan_make(int);
    CHECK_EQ(chan_cap(c), 0);
    CHECK_EQ(chan_len(c), 0);
    chan_free(c);
}

TEST(length_counts_the_buffered_values_and_capacity_stays)
{
    chan(int) c = chan_make(int, 3);
    for (int i = 1; i <= 3; i++) {
        chan_send(c, i);
        CHECK_EQ(chan_len(c), i);
        CHECK_EQ(chan_cap(c), 3);
    }
    chan_recv(c);
    CHECK_EQ(chan_len(c), 2);
    chan_free(c);
}

static void send_one(chan(int) c)
{
    chan_send(c, 1);
}

TEST(parked_sender_of_an_unbuffered_channel_does_not_count_as_length)
{
    test_one_processor();
    chan(int) c = chan_make(int);
    go(send_one, c);
    test_settle();
    CHECK_EQ(chan_len(c), 0);
    CHECK_EQ(chan_recv(c), 1);
    chan_free(c);
}

TEST(parked_sender_of_a_full_channel_does_not_count_as_length)
{
    test_one_processor();
    chan(int) c = chan_make(int, 1);
    chan_send(c, 0);
    go(send_one, c);
    test_settle();
    CHECK_EQ(chan_len(c), 1);
    chan_recv(c);
    chan_recv(c);
    chan_free(c);
}

TEST(closed_channel_keeps_its_length_until_drained)
{
    chan(int) c = chan_make(int, 2);
    chan_send(c, 1);
    chan_close(c);
    CHECK_EQ(chan_len(c), 1);
    CHECK_EQ(chan_cap(c), 2);
    chan_recv(c);
    CHECK_EQ(chan_len(c), 0);
    chan_free(c);
}

TEST(negative_capacity_panics)
{
    volatile int n = -1;
    EXPECT_RUNTIME_PANIC("makechan: size out of range", (void)chan_make(int, n));
}

TEST(smallest_capacity_panics)
{
    EXPECT_RUNTIME_PANIC("makechan: size out of range", (void)chan_make(int, INT64_MIN));
}

struct kilobyte {
    char bytes[1024];
};

TEST(capacity_whose_bytes_overflow_panics)
{
    EXPECT_RUNTIME_PANIC("makechan: size out of range",
                         (void)chan_make(struct kilobyte, INT64_MAX));
    EXPECT_RUNTIME_PANIC("makechan: size out of range",
                         (void)chan_make(struct kilobyte, INT64_MAX / 1024));
    EXPECT_RUNTIME_PANIC("makechan: size out of range",
                         (void)chan_make(struct kilobyte, INT64_C(1) << 54));
}

TEST(zero_size_elements_need_no_room_whatever_the_capacity)
{
    int64_t many = INT64_C(1) << 40;
    chan(go_unit) c = chan_make(go_unit, many);
    CHECK_EQ(chan_cap(c), many);
    for (int i = 0; i < 1000; i++)
        CHECK(chan_try_send(c, GO_UNIT));
    CHECK_EQ(chan_len(c), 1000);
    chan_free(c);
}

TEST(go_unit_has_size_zero)
{
    CHECK_EQ(sizeof(go_unit), 0);
}

TEST(channel_lives_until_its_last_reference_is_freed)
{
    chan(int) c = chan_make(int, 1);
    chan(int) second = chan_ref(c);
    CHECK(second == c);
    chan_free(c);
    chan_send(second, 7);
    CHECK_EQ(chan_recv(second), 7);
    chan_free(second);
}

TEST(freeing_and_referencing_a_null_channel_does_nothing)
{
    chan(int) none = NULL;
    CHECK(chan_ref(none) == NULL);
    chan_free(none);
}

TEST(a_reference_through_a_directed_type_can_be_freed)
{
    chan(int) c = chan_make(int, 1);
    send_chan(int) out = c;
    recv_chan(int) in = c;
    chan_ref(out);
    chan_ref(in);
    chan_free(out);
    chan_free(in);
    CHECK_EQ(chan_cap(c), 1);
    CHECK_EQ(chan_cap(out) + chan_cap(in), 2);
    CHECK_EQ(chan_len(out) + chan_len(in), 0);
    chan_free(c);
}

TEST(values_still_buffered_are_dropped_with_the_channel)
{
    chan(struct kilobyte) c = chan_make(struct kilobyte, 4);
    struct kilobyte k = {{0}};
    chan_send(c, k);
    chan_send(c, k);
    chan_free(c);
}

static int twice(int x)
{
    return 2 * x;
}

TEST(elements_may_be_functions_channels_floats_and_structs)
{
    chan(int (*)(int)) functions = chan_make(int (*)(int), 1);
    chan_send(functions, twice);
    CHECK_EQ(chan_recv(functions)(21), 42);

    chan(chan(long double)) channels = chan_make(chan(long double), 1);
    chan(long double) inner = chan_make(long double, 1);
    chan_send(channels, inner);
    chan_send(chan_recv(channels), 0.5L);
    CHECK(chan_recv(inner) == 0.5L);

    chan(const char *) texts = chan_make(const char *, 1);
    chan_send(texts, "literal");
    CHECK_STR(chan_recv(texts), "literal");

    chan(bool) flags = chan_make(bool, 1);
    chan_send(flags, true);
    CHECK(chan_recv(flags));

    chan_free(functions);
    chan_free(channels);
    chan_free(inner);
    chan_free(texts);
    chan_free(flags);
}

TEST(twins_without_keywords_are_the_same_operations)
{
    GO_CHAN(int) c = GO_CHAN_MAKE(int, 2);
    GO_SEND_CHAN(int) out = c;
    GO_RECV_CHAN(int) in = c;
    go_chan_send(out, 4);
    CHECK(go_chan_try_send(out, 5));
    CHECK_EQ(go_chan_len(c), 2);
    CHECK_EQ(go_chan_recv(in), 4);
    int v = 0;
    CHECK(go_chan_recv(in, &v));
    CHECK_EQ(v, 5);
    go_chan_close(out);
    CHECK_EQ(go_chan_try_recv(in, &v), GO_CLOSED);
    go_chan_free(c);
}

static bool leads_behind(void *c)
{
    void **word = c, *end = (char *)c + sizeof(struct go_chan);
    for (; (void *)word < end; word++)
        if (*word == end)
            return true;
    return false;
}

// Another object may begin there, which a search for leaks would then take for reachable.
TEST(channel_without_room_for_values_does_not_lead_behind_itself)
{
    if (test_under_race())
        return; // the library's channels have more in them
    chan(int) unbuffered = chan_make(int), buffered = chan_make(int, 1);
    chan(go_unit) units = chan_make(go_unit, 5);
    CHECK(!leads_behind(unbuffered));
    CHECK(!leads_behind(units));
    CHECK(leads_behind(buffered));
    chan_free(unbuffered);
    chan_free(buffered);
    chan_free(units);
}
