// SPDX-License-Identifier: MIT
// Connections: what is written is read, both directions at once, deadlines, closes, half closes and broken peers. On one
// processor test_settle makes certain that an operation is under way before something is done to it.
#include "net/conn.h"
#include "net/support.h"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

TEST(what_one_end_writes_the_other_reads)
{
    struct pair p = pair_open();
    send_text(p.client, "ping");
    expect_text(p.server, "ping");
    send_text(p.server, "pong");
    expect_text(p.client, "pong");
    pair_free(p);
}

static void read_some(go_conn *c, chan(ssize_t) result)
{
    char buf[64];
    chan_send(result, go_conn_read(c, buf, sizeof buf));
}

TEST(read_parks_until_something_comes)
{
    struct pair p = pair_open();
    test_one_processor();
    chan(ssize_t) result = chan_make(ssize_t, 1);
    go(read_some, p.server, result);
    test_settle();
    CHECK_EQ(chan_len(result), 0);
    send_text(p.client, "abc");
    CHECK_EQ(chan_recv(result), 3);
    chan_free(result);
    pair_free(p);
}

TEST(read_of_nothing_returns_at_once)
{
    struct pair p = pair_open();
    CHECK_EQ(go_conn_read(p.client, NULL, 0), 0);
    go_conn_close(p.client);
    CHECK_EQ(go_conn_read(p.client, NULL, 0), -ESHUTDOWN);
    pair_free(p);
}

static void write_much(go_conn *c, size_t n, chan(ssize_t) result)
{
    char *buf = calloc(1, n);
    for (size_t i = 0; i < n; i++)
        buf[i] = (char)(i % 251);
    chan_send(result, go_conn_write(c, buf, n));
    free(buf);
}

static void check_much(go_conn *c, size_t n, chan(bool) same)
{
    size_t at = 0;
    char buf[4096];
    while (at < n) {
        ssize_t got = go_conn_read(c, buf, sizeof buf);
        CHECK(got > 0);
        for (ssize_t i = 0; i < got; i++, at++)
            CHECK_EQ(buf[i], (char)(at % 251));
    }
    chan_send(same, true);
}

TEST(both_directions_carry_much_at_the_same_time)
{
    enum { MUCH = 4 << 20 };
    struct pair p = pair_open();
    chan(ssize_t) written = chan_make(ssize_t, 2);
    chan(bool) same = chan_make(bool, 2);
    go(write_much, p.client, MUCH, written);
    go(write_much, p.server, MUCH, written);
    go(check_much, p.client, MUCH, same);
    go(check_much, p.server, MUCH, same);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(chan_recv(written), MUCH);
        CHECK(chan_recv(same));
    }
    chan_free(written);
    chan_free(same);
    pair_free(p);
}

TEST(data_and_the_end_that_come_together_are_both_seen)
{
    for (int i = 0; i < 200; i++) {
        struct pair p = pair_open();
        char buf[64];
        send_text(p.client, "last words");
        go_conn_close(p.client);
        CHECK_EQ(go_conn_read(p.server, buf, sizeof buf), 10);
        expect_end(p.server);
        pair_free(p);
    }
}

static void say_and_end(go_conn *c)
{
    send_text(c, "last words");
    go_conn_close(c);
}

TEST(the_end_right_behind_data_wakes_a_reader_that_waits)
{
    for (int i = 0; i < 200; i++) {
        struct pair p = pair_open();
        go(say_and_end, p.client);
        expect_text(p.server, "last words");
        expect_end(p.server);
        pair_free(p);
    }
}

TEST(writev_writes_all_parts_in_order_and_leaves_the_vector_alone)
{
    enum { PARTS = 200 };
    struct pair p = pair_open();
    struct iovec v[PARTS];
    char text[PARTS + 1] = "";
    for (int i = 0; i < PARTS; i++) {
        text[i] = (char)('a' + i % 26);
        v[i] = (struct iovec){&text[i], 1};
    }
    CHECK_EQ(go_conn_writev(p.client, v, PARTS), PARTS);
    expect_text(p.server, text);
    CHECK(v[PARTS - 1].iov_base == &text[PARTS - 1] && v[PARTS - 1].iov_len == 1);
    CHECK_EQ(go_conn_writev(p.client, NULL, 0), 0);
    pair_free(p);
}

// More than the kernel's buffers hold.
enum { TOO_MUCH = 32 << 20 };
static char too_much[TOO_MUCH];

static void write_too_much(go_conn *c, chan(ssize_t) result)
{
    chan_send(result, go_conn_write(c, too_much, TOO_MUCH));
}

// --- Closing ---

TEST(close_wakes_a_reader)
{
    struct pair p = pair_open();
    test_one_processor();
    chan(ssize_t) result = chan_make(ssize_t, 1);
    go(read_some, p.server, result);
    test_settle();
    CHECK_EQ(go_conn_close(p.server), 0);
    CHECK_EQ(chan_recv(result), -ESHUTDOWN);
    chan_free(result);
    pair_free(p);
}

TEST(close_wakes_all_readers_in_line_and_a_writer)
{
    enum { READERS = 4 };
    struct pair p = pair_open();
    test_one_processor();
    chan(ssize_t) result = chan_make(ssize_t, READERS);
    chan(ssize_t) written = chan_make(ssize_t, 1);
    for (int i = 0; i < READERS; i++)
        go(read_some, p.server, result);
    go(write_too_much, p.server, written);
    test_settle();
    CHECK_EQ(go_conn_close(p.server), 0);
    for (int i = 0; i < READERS; i++)
        CHECK_EQ(chan_recv(result), -ESHUTDOWN);
    ssize_t n = chan_recv(written);
    CHECK(n > 0 && n < TOO_MUCH);
    chan_free(result);
    chan_free(written);
    pair_free(p);
}

TEST(everything_after_a_close_says_so)
{
    struct pair p = pair_open();
    char text[64];
    CHECK_EQ(go_conn_close(p.client), 0);
    CHECK_EQ(go_conn_close(p.client), -ESHUTDOWN);
    CHECK_EQ(go_conn_read(p.client, text, 1), -ESHUTDOWN);
    CHECK_EQ(go_conn_write(p.client, text, 1), -ESHUTDOWN);
    CHECK_EQ(go_conn_close_write(p.client), -ESHUTDOWN);
    CHECK_EQ(go_conn_set_deadline(p.client, go_now()), -ESHUTDOWN);
    CHECK_EQ(go_conn_local_addr(p.client, text, sizeof text), -ESHUTDOWN);
    pair_free(p);
}

TEST(free_lets_a_reader_leave_first)
{
    struct pair p = pair_open();
    test_one_processor();
    chan(ssize_t) result = chan_make(ssize_t, 1);
    go(read_some, p.server, result);
    test_settle();
    go_conn_free(p.server);
    CHECK_EQ(chan_recv(result), -ESHUTDOWN);
    chan_free(result);
    go_conn_free(p.client);
    go_listener_free(p.listener);
}

TEST(half_close_ends_one_direction_only)
{
    struct pair p = pair_open();
    send_text(p.client, "question");
    CHECK_EQ(go_conn_close_write(p.client), 0);
    expect_text(p.server, "question");
    expect_end(p.server);
    send_text(p.server, "answer");
    expect_text(p.client, "answer");
    pair_free(p);
}

TEST(write_to_a_peer_that_is_gone_is_an_error_without_a_signal)
{
    struct pair p = pair_open();
    ssize_t n;
    go_conn_close(p.server);
    while ((n = go_conn_write(p.client, "x", 1)) == 1)
        go_yield();
    CHECK(n == -EPIPE || n == -ECONNRESET);
    CHECK_EQ(go_conn_write(p.client, "x", 1), -EPIPE);
    pair_free(p);
}

TEST(close_with_unread_data_resets_the_peer)
{
    struct pair p = pair_open();
    char c;
    send_text(p.client, "never read");
    go_conn_close(p.server);
    CHECK_EQ(go_conn_read(p.client, &c, 1), -ECONNRESET);
    pair_free(p);
}

// --- Deadlines ---

static go_time in(go_duration d)
{
    return go_time_add(go_now(), d);
}

TEST(deadline_ends_a_read_that_waits)
{
    struct pair p = pair_open();
    char c;
    go_time start = go_now();
    CHECK_EQ(go_conn_set_read_deadline(p.client, in(30 * GO_MILLISECOND)), 0);
    CHECK_EQ(go_conn_read(p.client, &c, 1), -ETIMEDOUT);
    CHECK(go_since(start) >= 30 * GO_MILLISECOND);
    pair_free(p);
}

TEST(deadline_in_the_past_fails_even_if_data_is_there)
{
    struct pair p = pair_open();
    char c;
    send_text(p.server, "ab");
    CHECK_EQ(go_conn_read(p.client, &c, 1), 1);
    CHECK_EQ(go_conn_set_deadline(p.client, in(-GO_SECOND)), 0);
    CHECK_EQ(go_conn_read(p.client, &c, 1), -ETIMEDOUT);
    CHECK_EQ(go_conn_read(p.client, &c, 1), -ETIMEDOUT);
    CHECK_EQ(go_conn_write(p.client, &c, 1), -ETIMEDOUT);
    CHECK_EQ(go_conn_set_deadline(p.client, (go_time){0}), 0);
    CHECK_EQ(go_conn_read(p.client, &c, 1), 1);
    CHECK_EQ(go_conn_write(p.client, &c, 1), 1);
    pair_free(p);
}

TEST(deadline_of_one_direction_leaves_the_other_alone)
{
    struct pair p = pair_open();
    char c;
    CHECK_EQ(go_conn_set_read_deadline(p.client, in(-GO_SECOND)), 0);
    CHECK_EQ(go_conn_write(p.client, "x", 1), 1);
    CHECK_EQ(go_conn_read(p.client, &c, 1), -ETIMEDOUT);
    expect_text(p.server, "x");
    pair_free(p);
}

TEST(deadline_moved_into_the_past_ends_a_read_that_waits)
{
    struct pair p = pair_open();
    test_one_processor();
    chan(ssize_t) result = chan_make(ssize_t, 1);
    go(read_some, p.client, result);
    test_settle();
    CHECK_EQ(go_conn_set_read_deadline(p.client, in(-1)), 0);
    CHECK_EQ(chan_recv(result), -ETIMEDOUT);
    chan_free(result);
    pair_free(p);
}

TEST(deadline_moved_further_away_or_nearer_counts_as_it_stands)
{
    struct pair p = pair_open();
    char c;
    go_time start = go_now();
    CHECK_EQ(go_conn_set_read_deadline(p.client, in(10 * GO_MILLISECOND)), 0);
    CHECK_EQ(go_conn_set_read_deadline(p.client, in(60 * GO_MILLISECOND)), 0);
    CHECK_EQ(go_conn_read(p.client, &c, 1), -ETIMEDOUT);
    CHECK(go_since(start) >= 60 * GO_MILLISECOND);
    CHECK_EQ(go_conn_set_read_deadline(p.client, in(GO_HOUR)), 0);
    send_text(p.server, "x");
    CHECK_EQ(go_conn_read(p.client, &c, 1), 1);
    CHECK_EQ(go_conn_set_read_deadline(p.client, in(20 * GO_MILLISECOND)), 0);
    CHECK_EQ(go_conn_read(p.client, &c, 1), -ETIMEDOUT);
    pair_free(p);
}

// Returns whether the deadline was extended in time: the machine may be too busy for so short a one.
static bool extend_deadline(go_duration d)
{
    struct pair p = pair_open();
    chan(ssize_t) result = chan_make(ssize_t, 1);
    go_time start = go_now();
    CHECK_EQ(go_conn_set_read_deadline(p.client, go_time_add(start, d)), 0);
    go(read_some, p.client, result);
    test_settle();
    CHECK_EQ(go_conn_set_read_deadline(p.client, (go_time){0}), 0);
    bool in_time = go_since(start) < d;
    if (in_time) {
        go_sleep(2 * d);
        CHECK_EQ(chan_len(result), 0);
    }
    send_text(p.server, "x");
    ssize_t n = chan_recv(result);
    CHECK(n == 1 || !in_time);
    chan_free(result);
    pair_free(p);
    return in_time;
}

TEST(deadline_extended_while_a_read_waits_is_kept)
{
    test_one_processor();
    for (go_duration d = 50 * GO_MILLISECOND; !extend_deadline(d);)
        d *= 2;
}

TEST(deadline_of_a_write_that_is_stuck_gives_what_was_written)
{
    struct pair p = pair_open();
    chan(ssize_t) written = chan_make(ssize_t, 1);
    CHECK_EQ(go_conn_set_write_deadline(p.client, in(GO_SECOND)), 0);
    go(write_too_much, p.client, written);
    ssize_t n = chan_recv(written);
    CHECK(n > 0 && n < TOO_MUCH);
    CHECK_EQ(go_conn_write(p.client, "x", 1), -ETIMEDOUT);
    chan_free(written);
    pair_free(p);
}

// --- Reuse ---

TEST(a_number_used_again_never_wakes_who_waited_before)
{
    for (int i = 0; i < 300; i++) {
        struct pair old = pair_open();
        chan(ssize_t) result = chan_make(ssize_t, 2);
        go(read_some, old.server, result);
        go_yield();
        go_conn_close(old.client);
        go_conn_close(old.server);
        struct pair new = pair_open();
        send_text(new.client, "for the new one");
        ssize_t n = chan_recv(result);
        CHECK(n == 0 || n == -ESHUTDOWN);
        expect_text(new.server, "for the new one");
        pair_free(new);
        pair_free(old);
        chan_free(result);
    }
}

TEST(two_readers_get_every_byte_once)
{
    enum { BYTES = 2000 };
    struct pair p = pair_open();
    chan(ssize_t) result = chan_make(ssize_t);
    static atomic_int readers;
    ssize_t total = 0;
    for (int i = 0; i < BYTES; i++) {
        while (atomic_load(&readers) < 2) {
            atomic_fetch_add(&readers, 1);
            go(read_some, p.server, result);
        }
        send_text(p.client, "x");
        total += chan_recv(result);
        atomic_fetch_sub(&readers, 1);
    }
    go_conn_close(p.client);
    for (ssize_t n; atomic_load(&readers) > 0; total += n) {
        n = chan_recv(result);
        atomic_fetch_sub(&readers, 1);
    }
    CHECK_EQ(total, BYTES);
    chan_free(result);
    pair_free(p);
}

// --- What the kernel is told ---

static int option(go_conn *c, int level, int name)
{
    int value = -1;
    CHECK_EQ(getsockopt(c->fd.number, level, name, &value, &(socklen_t){sizeof value}), 0);
    return value;
}

TEST(both_ends_send_at_once_and_probe_a_silent_peer)
{
    struct pair p = pair_open();
    go_conn *ends[] = {p.client, p.server};
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(option(ends[i], IPPROTO_TCP, TCP_NODELAY), 1);
        CHECK_EQ(option(ends[i], SOL_SOCKET, SO_KEEPALIVE), 1);
        CHECK_EQ(option(ends[i], IPPROTO_TCP, TCP_KEEPIDLE), 15);
    }
    pair_free(p);
}

// Descriptors that the process's pollers watch.
static int watched(void)
{
    char path[300], line[300];
    int n = 0;
    DIR *dir = opendir("/proc/self/fdinfo");
    CHECK(dir);
    for (struct dirent *e; (e = readdir(dir));) {
        snprintf(path, sizeof path, "/proc/self/fdinfo/%s", e->d_name);
        FILE *f = fopen(path, "r");
        while (f && fgets(line, sizeof line, f))
            n += strncmp(line, "tfd:", 4) == 0;
        if (f)
            fclose(f);
    }
    closedir(dir);
    return n;
}

static void read_into(go_conn *c, chan(ssize_t) result)
{
    chan_send(result, go_conn_read(c, &(char){0}, 1));
}

TEST(the_poller_learns_of_a_connection_when_somebody_waits_for_it)
{
    test_one_processor();
    test_open_poller();
    struct pair p = pair_open();
    struct pollfd there = {p.server->fd.number, POLLIN, 0};
    chan(ssize_t) result = chan_make(ssize_t, 1);
    int before = watched();
    for (int i = 0; i < 10; i++) {
        send_text(p.client, "no need to wait");
        CHECK_EQ(poll(&there, 1, -1), 1);
        expect_text(p.server, "no need to wait");
    }
    CHECK_EQ(watched(), before);
    go(read_into, p.server, result);
    test_settle();
    CHECK_EQ(watched(), before + 1);
    send_text(p.client, "x");
    CHECK_EQ(chan_recv(result), 1);
    pair_free(p);
    chan_free(result);
}
