// SPDX-License-Identifier: MIT
// Servers among bad company: connections opened and dropped by the thousand, resets and stalls, descriptors that run out,
// numbers that are used again at once, closes from everywhere. In the end nothing is left over: no goroutine, no
// descriptor, and the server still serves.
#include "net/support.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_descriptors(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/fd");
    CHECK(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

struct server {
    go_listener *listener;
    int descriptors, goroutines;
};

static struct server start_server(void)
{
    struct server s;
    test_open_poller();
    s.descriptors = open_descriptors();
    s.goroutines = go_num_goroutine();
    s.listener = listen_on("tcp", "127.0.0.1:0");
    go(test_echo_all, s.listener);
    return s;
}

static void check_serves(struct server s)
{
    go_conn *c = dial_to("tcp", s.listener);
    send_text(c, "still there?");
    expect_text(c, "still there?");
    go_conn_free(c);
}

static void stop_server(struct server s)
{
    check_serves(s);
    go_listener_close(s.listener);
    WAIT_UNTIL(go_num_goroutine() == s.goroutines);
    go_listener_free(s.listener);
    WAIT_UNTIL(open_descriptors() == s.descriptors);
}

// --- Opened and dropped ---

enum manner { LEAVES, RESETS, TALKS, STALLS, MANNERS };

static void misbehave(go_listener *l, int n, go_waitgroup *all)
{
    go_conn *c = dial_to("tcp", l);
    switch (n % MANNERS) {
    case RESETS:
        (void)go_conn_write(c, "never read", 10);
        break; // what comes back is not read, so the close is a reset
    case TALKS:
        send_text(c, "hello");
        expect_text(c, "hello");
        break;
    case STALLS:
        go_conn_set_read_deadline(c, go_time_add(go_now(), GO_MILLISECOND));
        (void)go_conn_read(c, &(char){0}, 1);
        break;
    default:
        break;
    }
    go_conn_free(c);
    go_waitgroup_done(all);
}

TEST_LONG(thousands_of_connections_opened_and_dropped_leave_nothing, 120)
{
    enum { AT_ONCE = 200 };
    struct server s = start_server();
    int rounds = (int)test_rounds(20000) / AT_ONCE;
    for (int i = 0; i <= rounds; i++) {
        go_waitgroup all = {0};
        go_waitgroup_add(&all, AT_ONCE);
        for (int n = 0; n < AT_ONCE; n++)
            go(misbehave, s.listener, n, &all);
        go_waitgroup_wait(&all);
    }
    stop_server(s);
}

// --- No descriptors ---

TEST_LONG(server_without_descriptors_serves_everybody_in_the_end, 120)
{
    enum { CLIENTS = 300, LIMIT = 120 };
    struct server s = start_server();
    struct rlimit limit, few;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    few = (struct rlimit){LIMIT, limit.rlim_max};
    go_waitgroup all = {0};
    CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
    char address[64];
    CHECK_EQ(go_listener_addr(s.listener, address, sizeof address), 0);
    for (int i = 0; i < CLIENTS; i++) {
        int err;
        go_conn *c = go_dial_timeout("tcp", address, 10 * GO_SECOND, &err);
        if (!c) {
            CHECK_EQ(err, -EMFILE); // the clients are in this process too
            go_sleep(GO_MILLISECOND);
            i--;
            continue;
        }
        go_waitgroup_go(&all, test_echo,
                        c); // writes back what comes back: nothing, but waits for the end
        send_text(c, "ball");
        go_conn_set_read_deadline(c, go_time_add(go_now(), 5 * GO_MILLISECOND));
    }
    go_waitgroup_wait(&all);
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    stop_server(s);
}

// --- Closes from everywhere ---

static void read_until_closed(go_conn *c, go_waitgroup *all)
{
    char buf[16];
    while (go_conn_read(c, buf, sizeof buf) > 0)
        continue;
    go_waitgroup_done(all);
}

static void close_it(go_conn *c, atomic_int *closes, go_waitgroup *all)
{
    if (go_conn_close(c) == 0)
        atomic_fetch_add(closes, 1);
    go_waitgroup_done(all);
}

TEST_LONG(one_of_many_closes_counts_and_all_readers_return, 120)
{
    enum { EACH = 4 };
    size_t rounds = test_rounds(3000);
    struct server s = start_server();
    for (size_t i = 0; i < rounds; i++) {
        go_waitgroup all = {0};
        atomic_int closes = 0;
        go_conn *c = dial_to("tcp", s.listener);
        go_waitgroup_add(&all, 2 * EACH);
        for (int n = 0; n < EACH; n++) {
            go(read_until_closed, c, &all);
            go(close_it, c, &closes, &all);
        }
        go_waitgroup_wait(&all);
        CHECK_EQ(closes, 1);
        go_conn_free(c);
    }
    stop_server(s);
}

// --- Deadlines that race with data ---

static void play(go_conn *c, size_t rounds, go_waitgroup *all)
{
    char byte;
    for (size_t i = 0; i < rounds; i++) {
        go_conn_set_read_deadline(c, go_time_add(go_now(), (go_duration)(i % 50) * GO_MICROSECOND));
        CHECK_EQ(go_conn_write(c, "x", 1), 1);
        ssize_t n = go_conn_read(c, &byte, 1);
        CHECK(n == 1 || n == -ETIMEDOUT);
        if (n < 0) {
            go_conn_set_read_deadline(c, (go_time){0});
            CHECK_EQ(go_conn_read(c, &byte, 1), 1);
        }
    }
    go_waitgroup_done(all);
}

TEST_LONG(no_byte_is_lost_to_a_deadline, 120)
{
    enum { PLAYERS = 8 };
    struct server s = start_server();
    go_waitgroup all = {0};
    go_conn *c[PLAYERS];
    go_waitgroup_add(&all, PLAYERS);
    for (int i = 0; i < PLAYERS; i++) {
        c[i] = dial_to("tcp", s.listener);
        go(play, c[i], test_rounds(5000), &all);
    }
    go_waitgroup_wait(&all);
    for (int i = 0; i < PLAYERS; i++)
        go_conn_free(c[i]);
    stop_server(s);
}
