// SPDX-License-Identifier: MIT
// Files onto connections: whole, in part, past their end, from files without pages, and to a peer that is gone.
#include "net/support.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

enum { SIZE = 3 << 20 };

static int make_file(void)
{
    char name[] = "/tmp/gofer-sendfile-XXXXXX";
    char *content = malloc(SIZE);
    int fd = mkstemp(name);
    CHECK(fd >= 0);
    unlink(name);
    for (int i = 0; i < SIZE; i++)
        content[i] = (char)(i % 251);
    CHECK_EQ(go_pwrite(fd, content, SIZE, 0), SIZE);
    free(content);
    return fd;
}

static void send_file(go_conn *c, int fd, off_t offset, size_t n, chan(ssize_t) sent)
{
    chan_send(sent, go_conn_send_file(c, fd, offset, n));
    go_conn_close(c);
}

// Reads to the end and checks that it is the file's content from `at` on; returns how much.
static size_t check_content(go_conn *c, size_t at)
{
    char buf[8192];
    size_t n = 0;
    for (ssize_t got; (got = go_conn_read(c, buf, sizeof buf)) > 0; n += (size_t)got)
        for (ssize_t i = 0; i < got; i++)
            CHECK_EQ(buf[i], (char)((at + n + (size_t)i) % 251));
    return n;
}

static void check_sent(off_t offset, size_t n, size_t expected)
{
    struct pair p = pair_open();
    int fd = make_file();
    chan(ssize_t) sent = chan_make(ssize_t, 1);
    go(send_file, p.client, fd, offset, n, sent);
    CHECK_EQ(check_content(p.server, (size_t)offset), expected);
    CHECK_EQ(chan_recv(sent), expected);
    close(fd);
    chan_free(sent);
    pair_free(p);
}

TEST(file_is_sent_whole_and_in_part)
{
    check_sent(0, SIZE, SIZE);
    check_sent(1000, 5000, 5000);
    check_sent(1000, SIZE, SIZE - 1000);
    check_sent(SIZE + 1, 10, 0);
}

TEST(file_without_pages_is_sent_too)
{
    struct pair p = pair_open();
    char buf[64];
    int fd = open("/proc/self/comm", O_RDONLY);
    ssize_t n = go_conn_send_file(p.client, fd, 0, sizeof buf);
    CHECK(n > 0);
    CHECK_EQ(go_conn_read(p.server, buf, sizeof buf), n);
    CHECK_EQ(go_conn_send_file(p.client, -1, 0, 1), -EBADF);
    close(fd);
    pair_free(p);
}

TEST(peer_that_is_gone_is_an_error_without_a_signal)
{
    struct pair p = pair_open();
    int fd = make_file();
    ssize_t n;
    go_conn_close(p.server);
    while ((n = go_conn_send_file(p.client, fd, 0, SIZE)) > 0)
        go_yield();
    CHECK(n == -EPIPE || n == -ECONNRESET);
    CHECK_EQ(go_conn_send_file(p.client, fd, 0, SIZE), -EPIPE);
    close(fd);
    pair_free(p);
}

TEST(deadline_ends_a_transfer_that_is_stuck)
{
    struct pair p = pair_open();
    int fd = make_file();
    ssize_t n;
    go_conn_set_write_deadline(p.client, go_time_add(go_now(), 200 * GO_MILLISECOND));
    while ((n = go_conn_send_file(p.client, fd, 0, SIZE)) > 0)
        continue;
    CHECK_EQ(n, -ETIMEDOUT);
    close(fd);
    pair_free(p);
}
