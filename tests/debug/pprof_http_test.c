// SPDX-License-Identifier: MIT
// The profiles over HTTP: that the page leads to all of them, that each answers in each form with what is its business,
// that `go tool pprof` opens what it gets, and that collecting ends with its time or its client. The server is a real
// one, on a free port of this machine.
#include "support/http.h"
#include "support/pprof.h"

#include <gofer/profile.h>

#include <fcntl.h>
#include <unistd.h>

static const char *const names[] = {"goroutine", "goroutineleak", "threadcreate",
                                    "profile",   "block",         "mutex"};
enum { NAMES = sizeof names / sizeof names[0] };

static struct test_server *serve(void)
{
    go_http_mux *mux = go_http_mux_new();
    go_http_pprof(mux);
    return test_serve(mux, (go_http_options){0});
}

struct answer {
    int status;
    const char *type;
    char *body; // with a zero behind it
    size_t n;
    go_http_reply *reply;
};

static struct answer get(struct test_server *s, const char *path)
{
    char url[256];
    struct answer a = {.body = malloc(1 << 20)};
    snprintf(url, sizeof url, "http://%s/debug/pprof/%s", s->address, path);
    CHECK_EQ(go_http_get(go_context_background(), url, &a.reply), 0);
    a.status = go_http_reply_status(a.reply);
    a.type = go_http_reply_header(a.reply, "Content-Type");
    for (ssize_t n; (n = go_http_reply_read(a.reply, a.body + a.n, (1 << 20) - 1 - a.n)) > 0;)
        a.n += (size_t)n;
    a.body[a.n] = '\0';
    return a;
}

static void drop(struct answer *a)
{
    go_http_reply_free(a->reply);
    free(a->body);
}

static void receive(chan(int) c)
{
    chan_recv(c);
}

TEST(the_page_leads_to_every_profile)
{
    struct test_server *s = serve();
    struct answer page = get(s, "");
    CHECK_EQ(page.status, 200);
    CHECK_CONTAINS(page.type, "text/html");
    for (int i = 0; i < NAMES; i++) {
        char link[64];
        snprintf(link, sizeof link, "<a href=\"%s?debug=", names[i]);
        CHECK_CONTAINS(page.body, link);
    }
    CHECK_CONTAINS(page.body, "<a href=\"goroutine?debug=2\">");
    drop(&page);
    test_server_end(s);
}

TEST(what_is_no_profile_is_not_found)
{
    struct test_server *s = serve();
    struct answer a = get(s, "nosuch");
    CHECK_EQ(a.status, 404);
    drop(&a);
    test_server_end(s);
}

TEST(goroutines_as_text_are_grouped_or_shown_one_by_one)
{
    test_one_processor();
    struct test_server *s = serve();
    chan(int) c = chan_make(int);
    for (int i = 0; i < 3; i++)
        go_with(GO_ATTR(.name = "taker"), receive, c);
    test_settle();
    struct answer grouped = get(s, "goroutine?debug=1"), each = get(s, "goroutine?debug=2");
    CHECK_CONTAINS(grouped.type, "text/plain");
    CHECK_MATCH(grouped.body, "^goroutine profile: total [0-9]+\n");
    CHECK_MATCH(grouped.body, "\n3 @( 0x[0-9a-f]+)+\n# labels: [^\n]*taker[^\n]*\n");
    CHECK_MATCH(each.body, "goroutine [0-9]+ \"taker\" \\[chan receive\\]:\nreceive");
    CHECK_CONTAINS(each.body, "\ncreated by test_goroutines_as_text");
    drop(&grouped);
    drop(&each);
    test_server_end(s);
}

TEST(threads_are_counted_without_stacks)
{
    struct test_server *s = serve();
    struct answer a = get(s, "threadcreate?debug=1");
    CHECK_MATCH(a.body, "^threadcreate profile: total [1-9][0-9]*\n");
    drop(&a);
    test_server_end(s);
}

static go_mutex contended;
static atomic_bool enough;

static __attribute__((noinline)) void hold_for_a_while(void)
{
    while (!atomic_load(&enough)) {
        go_mutex_lock(&contended);
        go_sleep(GO_MILLISECOND);
        go_mutex_unlock(&contended);
    }
}

static volatile long turns;

static __attribute__((noinline)) void burn_the_processor(void)
{
    while (!atomic_load(&enough))
        turns++;
}

static void collected_for_a_second(const char *path, const char *function)
{
    struct test_server *s = serve();
    go_waitgroup wg = {0};
    for (int i = 0; i < 3; i++)
        go_waitgroup_go(&wg, hold_for_a_while);
    go_waitgroup_go(&wg, burn_the_processor);
    go_time start = go_now();
    struct answer a = get(s, path);
    CHECK(go_since(start) >= GO_SECOND);
    CHECK_EQ(a.status, 200);
    CHECK_CONTAINS(a.body, function);
    atomic_store(&enough, true);
    go_waitgroup_wait(&wg);
    drop(&a);
    test_server_end(s);
}

TEST(block_is_collected_for_so_many_seconds)
{
    collected_for_a_second("block?seconds=1&debug=1", "hold_for_a_while");
}

TEST(mutex_is_collected_for_so_many_seconds)
{
    collected_for_a_second("mutex?seconds=1&debug=1", "hold_for_a_while");
}

TEST(profile_is_collected_for_so_many_seconds)
{
    test_needs_signals();
    collected_for_a_second("profile?seconds=1&debug=1", "burn_the_processor");
}

TEST(what_the_program_collects_itself_is_shown_so_far)
{
    struct test_server *s = serve();
    CHECK_EQ(go_profile_start("block", 0), 0);
    chan(int) c = chan_make(int);
    go_select {
        case_recv(c) {}
        case_timeout(GO_MILLISECOND) {}
    }
    struct answer a = get(s, "block?debug=1");
    CHECK_EQ(a.status, 200);
    CHECK_CONTAINS(a.body, "what_the_program_collects_itself_is_shown_so_far");
    CHECK_EQ(go_profile_stop("block"), 0);
    chan_free(c);
    drop(&a);
    test_server_end(s);
}

TEST(cpu_profile_that_is_being_collected_is_refused)
{
    test_needs_signals();
    struct test_server *s = serve();
    CHECK_EQ(go_profile_start("cpu", 0), 0);
    struct answer a = get(s, "profile?seconds=1");
    CHECK_EQ(a.status, 503);
    CHECK_EQ(go_profile_stop("cpu"), 0);
    drop(&a);
    test_server_end(s);
}

// Whether some goroutine waits in a select, which here only a request does that collects.
static bool is_collecting(struct test_server *s)
{
    struct answer a = get(s, "goroutine?debug=2");
    bool selects = strstr(a.body, " [select") != NULL;
    drop(&a);
    return selects;
}

TEST(collecting_ends_when_its_client_has_gone)
{
    struct test_server *s = serve();
    go_conn *c = test_dial(s);
    test_say(c, "GET /debug/pprof/block?seconds=3600 HTTP/1.1\r\nHost: h\r\n\r\n");
    WAIT_UNTIL(is_collecting(s));
    CHECK_EQ(go_profile_start("block", 0), -EBUSY);
    go_conn_free(c);
    WAIT_UNTIL(go_profile_start("block", 0) == 0);
    CHECK_EQ(go_profile_stop("block"), 0);
    test_server_end(s);
}

// ---- go tool pprof ----

// What pprof says about these bytes; NULL if there is no pprof.
static char *open_with_pprof(const struct answer *a, const char *option)
{
    char path[] = "/tmp/gofer-pprof-XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    CHECK_EQ(write(fd, a->body, a->n), (ssize_t)a->n);
    close(fd);
    char *text = test_pprof(option, path);
    unlink(path);
    return text;
}

TEST_LONG(go_tool_pprof_opens_what_each_endpoint_gives, 120)
{
    static const char *const types[] = {"goroutine",         "goroutineleak",
                                        "threadcreate",      "cpu/nanoseconds",
                                        "delay/nanoseconds", "delay/nanoseconds"};
    struct test_server *s = serve();
    for (int i = 0; i < NAMES; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s?seconds=1", names[i]);
        struct answer a = get(s, path);
        CHECK_EQ(a.status, 200);
        CHECK_STR(a.type, "application/octet-stream");
        char *raw = open_with_pprof(&a, "-raw");
        if (!raw)
            test_skip("go is not installed");
        CHECK_CONTAINS(raw, types[i]);
        CHECK_MATCH(raw, "\nSamples:\n");
        CHECK_MATCH(open_with_pprof(&a, "-top"), "flat +flat% +sum% +cum +cum%");
        drop(&a);
    }
    test_server_end(s);
}
