// SPDX-License-Identifier: MIT
// Files over HTTP: ranges, dates, directories and what must not be reached, from a directory made for the test.
#include "support/http.h"

#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/gofer-files-XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof(path), "%s/%s", root, name);
    FILE *f = fopen(path, "w");
    CHECK(f != NULL);
    fputs(text, f);
    fclose(f);
}

static struct test_server *serve(void)
{
    char sub[200];
    CHECK(mkdtemp(root) != NULL);
    snprintf(sub, sizeof(sub), "%s/sub", root);
    CHECK_EQ(mkdir(sub, 0700), 0);
    write_file("a.txt", "0123456789");
    write_file("sub/index.html", "<p>index</p>");
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/static/", go_http_files, root);
    return test_serve(mux, (go_http_options){0});
}

static void finish(struct test_server *s)
{
    static const char *const names[] = {"a.txt", "sub/index.html", "sub", ""};
    char path[200];
    test_server_end(s);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", root, names[i]);
        CHECK_EQ(remove(path), 0);
    }
}

static const char *get(struct test_server *s, const char *path, const char *header)
{
    char request[500];
    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%s\r\n",
             path, header);
    return test_ask(s, request);
}

TEST(a_file_has_its_type_length_and_date)
{
    struct test_server *s = serve();
    const char *answer = get(s, "/static/a.txt", "");
    CHECK_MATCH(answer, "^HTTP/1.1 200 OK\r\nLast-Modified: [^\r]* GMT\r\nAccept-Ranges: bytes\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n");
    CHECK_MATCH(answer, "Content-Length: 10\r\n\r\n0123456789$");
    finish(s);
}

TEST(ranges_are_answered_206_or_416)
{
    static const char *const cases[][3] = {
        {"bytes=2-4", "206", "bytes 2-4/10\r\n"},
        {"bytes=7-", "206", "bytes 7-9/10\r\n"},
        {"bytes=-3", "206", "bytes 7-9/10\r\n"},
        {"bytes=0-99", "206", "bytes 0-9/10\r\n"},
        {"bytes=10-", "416", "bytes */10\r\n"},
        {"bytes=-0", "416", "bytes */10\r\n"},
        {"bytes=4-2", "200", ""},
        {"lines=1-2", "200", ""},
        {"bytes=0-1,3-4", "200", ""},
        {"bytes=a-b", "200", ""},
    };
    struct test_server *s = serve();
    char header[100], status[30];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(header, sizeof(header), "Range: %s\r\n", cases[i][0]);
        snprintf(status, sizeof(status), "HTTP/1.1 %s ", cases[i][1]);
        const char *answer = get(s, "/static/a.txt", header);
        CHECK_CONTAINS(answer, status);
        CHECK_CONTAINS(answer, cases[i][2]);
    }
    CHECK_MATCH(get(s, "/static/a.txt", "Range: bytes=2-4\r\n"), "Content-Length: 3\r\n\r\n234$");
    CHECK_MATCH(
        get(s, "/static/a.txt", "Range: bytes=2-4\r\nIf-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
        "\r\n\r\n0123456789$");
    finish(s);
}

TEST(what_has_not_changed_is_304)
{
    struct test_server *s = serve();
    CHECK_MATCH(get(s, "/static/a.txt", "If-Modified-Since: Sun, 06 Nov 2094 08:49:37 GMT\r\n"),
                "^HTTP/1.1 304 ");
    CHECK_MATCH(get(s, "/static/a.txt", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
                "^HTTP/1.1 200 ");
    finish(s);
}

TEST(directories_are_their_index_behind_a_slash)
{
    struct test_server *s = serve();
    CHECK_MATCH(get(s, "/static/sub", ""), "^HTTP/1.1 301 (.|\n)*Location: /static/sub/\r\n");
    CHECK_MATCH(get(s, "/static/sub/", ""), "^HTTP/1.1 200 (.|\n)*<p>index</p>$");
    CHECK_MATCH(get(s, "/static/", ""), "^HTTP/1.1 404 ");
    finish(s);
}

TEST(nothing_outside_of_the_directory_can_be_reached)
{
    struct test_server *s = serve();
    CHECK_MATCH(get(s, "/static/%2e%2e/%2e%2e/etc/passwd", ""), "^HTTP/1.1 400 ");
    CHECK_MATCH(get(s, "/static/..%2f..%2fetc/passwd", ""), "^HTTP/1.1 400 ");
    CHECK_MATCH(get(s, "/static/../../etc/passwd", ""),
                "^HTTP/1.1 301 (.|\n)*Location: /etc/passwd\r\n");
    CHECK_MATCH(get(s, "/static/none", ""), "^HTTP/1.1 404 ");
    CHECK_MATCH(test_ask(s, "POST /static/a.txt HTTP/1.1\r\nHost: h\r\nConnection: "
                            "close\r\nContent-Length: 0\r\n\r\n"),
                "^HTTP/1.1 405 (.|\n)*Allow: GET, HEAD\r\n");
    finish(s);
}
