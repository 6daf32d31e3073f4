// SPDX-License-Identifier: MIT
// A web server among bad company: more clients than the process may have descriptors, and 20,000 that come and go in every
// manner: silent, in the middle of a request, by a reset, with garbage, or so slowly that they are shown the door. In the
// end the server serves as before, and has no goroutine and no descriptor more.
#include "support/http.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static const char request[] = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

// Handlers count themselves and wait for this.
static chan(go_unit) release;
static atomic_int entered;

static void wait_then_answer(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    (void)arg;
    atomic_fetch_add(&entered, 1);
    chan_recv(release);
    go_http_printf(w, "served\n");
}

static go_http_mux *make_mux(void)
{
    go_http_mux *mux = go_http_mux_new();
    release = chan_make(go_unit);
    go_http_handle(mux, "/", wait_then_answer, NULL);
    return mux;
}

// Nothing is left over, and the server serves; then ends it.
static void end_as_before(struct test_server *s, int descriptors)
{
    WAIT_UNTIL(go_num_goroutine() == 2);
    WAIT_UNTIL(test_open_descriptors() == descriptors);
    CHECK_CONTAINS(test_ask(s, request), "\r\n\r\nserved\n");
    test_server_end(s);
    chan_free(release);
}

// --- No descriptors ---

// Leaves the process so many descriptors beyond those that it has: the system gives the lowest number that is free.
static void leave_descriptors(int n)
{
    struct rlimit limit;
    int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK(next >= 0);
    close(next);
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = (rlim_t)(next + n);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

// The processor time that the whole process takes in a while.
static int64_t busy_within(go_duration d)
{
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    go_sleep(d);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    return (after.tv_sec - before.tv_sec) * GO_SECOND + after.tv_nsec - before.tv_nsec;
}

// Clients need descriptors, too, so they are there before: in the listener's queue.
TEST_LONG(a_server_without_descriptors_waits_for_some_and_answers_everybody, 120)
{
    enum { CLIENTS = 300, FEW = 10 };
    struct rlimit limit;
    go_conn *clients[CLIENTS];
    struct test_server before = {.listener = go_listen("tcp", "127.0.0.1:0", NULL)};
    CHECK_EQ(go_listener_addr(before.listener, before.address, sizeof(before.address)), 0);
    test_open_poller();
    int descriptors = test_open_descriptors();
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = test_dial(&before);
        test_say(clients[i], request);
    }
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    leave_descriptors(FEW);
    struct test_server *s = test_serve_on(make_mux(), (go_http_options){0}, before.listener);
    WAIT_UNTIL(atomic_load(&entered) == FEW);
    CHECK(busy_within(200 * GO_MILLISECOND) <
          100 * GO_MILLISECOND); // it does not ask again and again
    CHECK_EQ(atomic_load(&entered), FEW);
    chan_close(release);
    for (int i = 0; i < CLIENTS; i++) {
        CHECK_CONTAINS(test_hear(clients[i], NULL), "\r\n\r\nserved\n");
        go_conn_free(clients[i]);
    }
    CHECK_EQ(atomic_load(&entered), CLIENTS);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    end_as_before(s, descriptors);
}

// --- Opened and dropped ---

enum manner { SILENT, HALF, UNREAD, RESETS, GARBAGE, STALLS, ASKS, MANNERS };

static void say_and_leave(struct test_server *s, const char *text)
{
    go_conn *c = test_dial(s);
    if (*text)
        test_say(c, text);
    go_conn_free(c);
}

// Bytes of which some mean something, in no order.
static void send_garbage(struct test_server *s, uint32_t seed)
{
    static const char alphabet[] = "\r\n: 0aZ;\t\x80\xff\x01,%/";
    char bytes[301] = "";
    for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
        seed = seed * 1664525 + 1013904223;
        bytes[i] = alphabet[(seed >> 20) % (sizeof(alphabet) - 1)];
    }
    say_and_leave(s, bytes);
}

// Says something and reads the answer to its end.
static void talk(struct test_server *s, const char *text, const char *answer)
{
    char buf[500];
    size_t n = 0;
    go_conn *c = test_dial(s);
    test_say(c, text);
    for (ssize_t got; (got = go_conn_read(c, buf + n, sizeof(buf) - 1 - n)) > 0;)
        n += (size_t)got;
    buf[n] = 0;
    CHECK_MATCH(buf, answer);
    go_conn_free(c);
}

static void visit(struct test_server *s, unsigned n)
{
    switch ((enum manner)(n % MANNERS)) {
    case SILENT:
        say_and_leave(s, "");
        break;
    case HALF:
        say_and_leave(s, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
        break;
    case UNREAD:
        say_and_leave(s, request);
        break;
    case RESETS:
        test_reset(s, n % 2 ? request : "GET");
        break;
    case GARBAGE:
        send_garbage(s, n);
        break;
    case STALLS:
        talk(s, "GET / HTTP/1.1\r\nHost", "^HTTP/1.1 408 ");
        break;
    default:
        talk(s, request, "^HTTP/1.1 200 (.|\n)*\r\n\r\nserved\n$");
    }
}

static void visit_and_leave_room(struct test_server *s, unsigned n, go_semaphore *room)
{
    defer(go_semaphore_release, room, 1);
    visit(s, n);
}

TEST_LONG(twenty_thousand_connections_opened_and_dropped_leave_nothing, 120)
{
    enum { AT_ONCE = 300 };
    struct test_server *s = test_serve(
        make_mux(), (go_http_options){.read_header_timeout = GO_SECOND * test_slowdown()});
    go_semaphore *room = go_semaphore_new(AT_ONCE);
    chan_close(release);
    int descriptors = test_open_descriptors();
    unsigned visits = (unsigned)test_rounds(20000);
    for (unsigned n = 0; n < visits; n++) {
        CHECK_EQ(go_semaphore_acquire(room, go_context_background(), 1), 0);
        go(visit_and_leave_room, s, n, room);
    }
    CHECK_EQ(go_semaphore_acquire(room, go_context_background(), AT_ONCE), 0);
    go_semaphore_free(room);
    end_as_before(s, descriptors);
}
