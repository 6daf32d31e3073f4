// SPDX-License-Identifier: MIT
// Files over HTTP: ranges, dates, directories and what must not be reached, from a directory made for the test; and files
// that are larger than any buffer, which go by sendfile where the connection is plain and nothing collects the answer.
#include "support/certificate.h"
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
        {"bytes=a-b", "200", ""},
        {"bytes=1-2,a", "200", ""},
        {"bytes=2", "200", ""},
        {"bytes=,", "200", ""},
        {"bytes=0-9,0-9", "200", ""},              // more than there is
        {"bytes=0-0,", "206", "bytes 0-0/10\r\n"}, // one, after all
        {"bytes=20-, 3-4 ", "206", "bytes 3-4/10\r\n"},
        {"bytes=20-,-0", "416", "bytes */10\r\n"},
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

TEST(several_ranges_are_parts_of_one_body)
{
    struct test_server *s = serve();
    const char *answer = get(s, "/static/a.txt", "Range: bytes=0-1, 4-5,-2\r\n");
    CHECK_MATCH(answer, "^HTTP/1.1 206 ");
    CHECK_MATCH(answer, "Content-Type: multipart/byteranges; boundary=[0-9a-f]{32}\r\n");
    const char *body = strstr(answer, "\r\n\r\n") + 4;
    char length[40];
    snprintf(length, sizeof(length), "\r\nContent-Length: %zu\r\n", strlen(body));
    CHECK_CONTAINS(answer, length);
    CHECK_MATCH(body, "^--([0-9a-f]{32})\r\nContent-Range: bytes 0-1/10\r\n"
                      "Content-Type: text/plain; charset=utf-8\r\n\r\n01\r\n"
                      "--([0-9a-f]{32})\r\nContent-Range: bytes 4-5/10\r\n"
                      "Content-Type: text/plain; charset=utf-8\r\n\r\n45\r\n"
                      "--([0-9a-f]{32})\r\nContent-Range: bytes 8-9/10\r\n"
                      "Content-Type: text/plain; charset=utf-8\r\n\r\n89\r\n"
                      "--([0-9a-f]{32})--\r\n$");
    // As many bytes are promised to who asks for the head only.
    answer = test_ask(s, "HEAD /static/a.txt HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                         "Range: bytes=0-1, 4-5,-2\r\n\r\n");
    CHECK_CONTAINS(answer, length);
    CHECK_MATCH(answer, "\r\n\r\n$");
    finish(s);
}

TEST(more_ranges_than_anybody_needs_are_the_whole_file)
{
    struct test_server *s = serve();
    char header[600], content[201] = "";
    memset(content, 'x', sizeof(content) - 1);
    write_file("a.txt", content);
    for (int count = 100; count <= 101; count++) {
        strcpy(header, "Range: bytes=0-0");
        for (int i = 1; i < count; i++)
            strcat(header, ",0-0");
        strcat(header, "\r\n");
        CHECK_MATCH(get(s, "/static/a.txt", header),
                    count == 100 ? "^HTTP/1.1 206 " : "^HTTP/1.1 200 ");
    }
    finish(s);
}

TEST(a_range_of_an_empty_file_is_the_whole_of_it)
{
    struct test_server *s = serve();
    write_file("a.txt", "");
    CHECK_MATCH(get(s, "/static/a.txt", "Range: bytes=0-9\r\n"),
                "^HTTP/1.1 200 (.|\n)*\r\nContent-Length: 0\r\n");
    finish(s);
}

TEST(the_type_of_a_range_is_that_of_the_files_beginning)
{
    char named[200], nameless[200];
    struct test_server *s = serve();
    write_file("a.txt", "<!doctype html> text");
    snprintf(named, sizeof(named), "%s/a.txt", root);
    snprintf(nameless, sizeof(nameless), "%s/page", root);
    CHECK_EQ(rename(named, nameless), 0);
    CHECK_MATCH(get(s, "/static/page", "Range: bytes=16-\r\n"),
                "Content-Type: text/html; charset=utf-8\r\n(.|\n)*\r\n\r\ntext$");
    CHECK_EQ(rename(nameless, named), 0);
    finish(s);
}

// Serves a file by a name of its own, with a tag.
static void serve_tagged(go_http_response *w, go_http_request *r, void *arg)
{
    char path[200];
    snprintf(path, sizeof(path), "%s/a.txt", (const char *)arg);
    go_http_set_header(w, "ETag", "\"v1\"");
    go_http_file(w, r, path);
}

TEST(conditions_are_checked_by_tag_first_and_then_by_date)
{
    static const char old[] = "Sun, 06 Nov 1994 08:49:37 GMT",
                      future[] = "Sun, 06 Nov 2094 08:49:37 GMT";
    static const struct {
        const char *status, *header, *value, *second, *date;
    } cases[] = {
        {"304", "If-None-Match", "\"v1\"", "", ""},
        {"304", "If-None-Match", "W/\"v1\"", "", ""},
        {"304", "If-None-Match", "\"v0\", \"v1\"", "", ""},
        {"304", "If-None-Match", "*", "", ""},
        {"200", "If-None-Match", "\"v2\"", "", ""},
        {"200", "If-None-Match", "v1", "", ""},
        {"200", "If-None-Match", "\"v2\"", "If-Modified-Since", future},
        {"304", "If-None-Match", "\"v1\"", "If-Modified-Since", old},
        {"200", "If-Match", "\"v1\"", "", ""},
        {"200", "If-Match", "*", "If-Unmodified-Since", old},
        {"412", "If-Match", "W/\"v1\"", "", ""},
        {"412", "If-Match", "\"v2\"", "If-Unmodified-Since", future},
        {"412", "X", "", "If-Unmodified-Since", old},
        {"200", "X", "", "If-Unmodified-Since", future},
        {"200", "X", "", "If-Unmodified-Since", "yesterday"},
        {"206", "Range", "bytes=0-1", "If-Range", "\"v1\""},
        {"200", "Range", "bytes=0-1", "If-Range", "W/\"v1\""},
        {"200", "Range", "bytes=0-1", "If-Range", "\"v2\""},
    };
    struct test_server *s = serve();
    char header[300], status[30];
    go_http_handle(s->mux, "/tagged", serve_tagged, root);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(header, sizeof(header), "%s: %s\r\n%s%s%s%s", cases[i].header, cases[i].value,
                 cases[i].second, *cases[i].second ? ": " : "", cases[i].date,
                 *cases[i].second ? "\r\n" : "");
        snprintf(status, sizeof(status), "^HTTP/1.1 %s ", cases[i].status);
        const char *answer = get(s, "/tagged", header);
        CHECK_MATCH(answer, status);
        // What has no body says nothing of its type.
        CHECK_EQ(strstr(answer, "Content-Type") == NULL,
                 strcmp(cases[i].status, "304") == 0 || strcmp(cases[i].status, "412") == 0);
    }
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

// --- Large files: byte i is i % 251 ---

enum { LARGE = 3 << 20 };

static const char *large_path(void)
{
    static char path[200];
    snprintf(path, sizeof(path), "%s/large", root);
    return path;
}

static go_http_mux *mux_of_large(void)
{
    char *content = malloc(LARGE);
    CHECK(mkdtemp(root) != NULL);
    FILE *f = fopen(large_path(), "w");
    for (int i = 0; i < LARGE; i++)
        content[i] = (char)(i % 251);
    CHECK_EQ(fwrite(content, 1, LARGE, f), LARGE);
    CHECK_EQ(fclose(f), 0);
    free(content);
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", go_http_files, root);
    return mux;
}

static void end_large(struct test_server *s)
{
    test_server_end(s);
    CHECK_EQ(unlink(large_path()), 0);
    CHECK_EQ(rmdir(root), 0);
}

// Gets the file, or the range of it that the header asks for: it must be the bytes from `at` to before `end`.
static void check_large(go_http_client *client, const char *url, const char *range, int at, int end)
{
    const char *headers[] = {range ? "Range" : NULL, range, NULL};
    go_http_reply *r = NULL;
    CHECK_EQ(go_http_do(client, NULL, (go_http_call){.url = url, .headers = headers}, &r), 0);
    CHECK_EQ(go_http_reply_status(r), range ? 206 : 200);
    CHECK_EQ(go_http_reply_length(r), end - at);
    char buf[16384];
    for (ssize_t n; (n = go_http_reply_read(r, buf, sizeof(buf))) > 0; at += (int)n)
        for (ssize_t i = 0; i < n; i++)
            CHECK_EQ(buf[i], (char)((at + i) % 251));
    CHECK_EQ(at, end);
    go_http_reply_free(r);
}

// Whole, in part, and both again, which shows that the connection is still in step.
static void check_all_of_large(struct test_server *s, const char *scheme, const go_tls_config *tls)
{
    char url[200];
    snprintf(url, sizeof(url), "%s://%s/large", scheme, s->address);
    go_http_client *client =
        go_http_client_new((go_http_client_options){.tls = tls, .no_gzip = true});
    for (int round = 0; round < 2; round++) {
        check_large(client, url, NULL, 0, LARGE);
        check_large(client, url, "bytes=20000-", 20000, LARGE);
        check_large(client, url, "bytes=1-2000000", 1, 2000001);
        check_large(client, url, "bytes=-16385", LARGE - 16385, LARGE);
    }
    go_http_client_free(client);
}

TEST(a_large_file_comes_whole_and_in_ranges)
{
    struct test_server *s = test_serve(mux_of_large(), (go_http_options){0});
    check_all_of_large(s, "http", NULL);
    end_large(s);
}

TEST(a_large_file_comes_whole_and_in_ranges_over_tls)
{
    test_make_certificate("server", "IP:127.0.0.1");
    go_tls_config server = {.cert_file = test_in_dir("server.pem"),
                            .key_file = test_in_dir("server.key")};
    go_tls_config client = {.ca_file = test_in_dir("server.pem")};
    struct test_server *s = test_serve_tls(mux_of_large(), (go_http_options){0}, &server);
    check_all_of_large(s, "https", &client);
    end_large(s);
    test_remove_dir();
}

TEST(a_large_file_comes_whole_through_a_time_limit)
{
    static go_duration limit = GO_MINUTE;
    go_http_mux *mux = mux_of_large();
    go_http_use(mux, go_http_timeout, &limit);
    struct test_server *s = test_serve(mux, (go_http_options){0});
    check_all_of_large(s, "http", NULL);
    end_large(s);
}

TEST(head_of_a_large_file_names_its_length_and_sends_nothing_of_it)
{
    struct test_server *s = test_serve(mux_of_large(), (go_http_options){0});
    CHECK_MATCH(test_ask(s, "HEAD /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
                "^HTTP/1.1 200 OK\r\n(.|\n)*Content-Length: 3145728\r\n\r\n$");
    CHECK_MATCH(test_ask(s, "HEAD /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                            "Range: bytes=9000-108999\r\n\r\n"),
                "^HTTP/1.1 206 (.|\n)*Content-Length: 100000\r\n\r\n$");
    end_large(s);
}

// --- What may happen in the middle: of a file that no socket's buffers hold ---

enum { VAST = 256 << 20 };

// Asks twice for the file, and reads the first answer's beginning.
static go_conn *begin_vast(struct test_server *s)
{
    static const char ask[] = "GET /large HTTP/1.1\r\nHost: h\r\n\r\n";
    char head[100] = "";
    CHECK_EQ(truncate(large_path(), VAST), 0);
    go_conn *c = test_dial(s);
    test_say(c, ask);
    test_say(c, ask);
    CHECK(go_conn_read(c, head, sizeof(head) - 1) > 0);
    CHECK_MATCH(head, "^HTTP/1.1 200 OK\r\n");
    return c;
}

TEST(a_file_that_shrinks_while_it_is_sent_ends_the_connection)
{
    struct test_server *s = test_serve(mux_of_large(), (go_http_options){0});
    go_conn *c = begin_vast(s);
    CHECK_EQ(truncate(large_path(), 0), 0);
    char buf[65536];
    int64_t all = 0;
    ssize_t n;
    while ((n = go_conn_read(c, buf, sizeof(buf))) > 0)
        all += n;
    CHECK(n == 0 || n == -ECONNRESET); // the second request was not read
    CHECK(all < VAST);
    go_conn_free(c);
    CHECK_MATCH(get(s, "/large", ""), "Content-Length: 0\r\n\r\n$");
    end_large(s);
}

TEST(a_client_that_leaves_in_the_middle_of_a_file_takes_nothing_along)
{
    struct test_server *s = test_serve(mux_of_large(), (go_http_options){0});
    free(strdup(get(s, "/none", "")));
    WAIT_UNTIL(go_num_goroutine() == 2);
    int descriptors = test_open_descriptors();
    for (int i = 0; i < 10; i++)
        go_conn_free(begin_vast(s));
    WAIT_UNTIL(go_num_goroutine() == 2);
    WAIT_UNTIL(test_open_descriptors() == descriptors);
    CHECK_STR(s->log, "");
    CHECK_MATCH(get(s, "/none", ""), "^HTTP/1.1 404 ");
    end_large(s);
}

TEST(a_client_that_takes_nothing_of_a_file_runs_into_the_write_timeout)
{
    struct test_server *s = test_serve(mux_of_large(),
                                       (go_http_options){.write_timeout = GO_SECOND});
    go_conn *c = begin_vast(s);
    WAIT_UNTIL(go_num_goroutine() == 2);
    go_conn_free(c);
    end_large(s);
}
