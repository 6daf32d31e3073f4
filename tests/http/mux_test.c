// SPDX-License-Identifier: MIT
// Routing, without a network: requests are asked of the mux by method, host and path, and the answer is told by which
// pattern it is, or by what the mux itself would send. What conflicts, and what a pattern may not be, follows Go's own
// words.
#include "http/mux.h"
#include "http/request.h"
#include "http/response.h"
#include "support/test.h"

#include <gofer/http.h>

static void handler(go_http_response *w, go_http_request *r, void *arg)
{
    (void)w;
    (void)r;
    (void)arg;
}

// One request's worth of memory; a test asks a few.
static _Alignas(16) char memory[65536];

static struct gf_route ask(go_http_mux *mux, const char *method, const char *host, const char *path)
{
    static struct gf_arena arena;
    struct gf_route route;
    const char *mark = strchr(path, '?');
    size_t n = mark ? (size_t)(mark - path) : strlen(path);
    gf_arena_init(&arena, memory, sizeof(memory));
    struct gf_target t = {.method = gf_span(method, strlen(method)),
                          .host = gf_span(host, strlen(host)),
                          .path = gf_span(path, n),
                          .query = mark ? gf_span(mark + 1, strlen(mark + 1)) : gf_span(NULL, 0)};
    gf_mux_route(mux, &arena, &t, &route);
    return route;
}

// The pattern that serves a request, or "".
static const char *who(go_http_mux *mux, const char *method, const char *path)
{
    struct gf_route route = ask(mux, method, "example.com", path);
    return route.pattern ? route.pattern->text : "";
}

// The answer that the mux itself makes: status line, and Location or Allow.
static const char *own_answer(go_http_mux *mux, const char *method, const char *path)
{
    static char answer[1024];
    struct gf_route route = ask(mux, method, "example.com", path);
    if (route.pattern)
        return "";
    static struct gf_arena arena;
    static _Alignas(16) char room[8192];
    char body[1024];
    gf_arena_init(&arena, room, sizeof(room));
    struct go_http_response w;
    struct go_http_request r = {.arena = &arena, .method = method, .raw_path = path};
    gf_response_init(&w, NULL, &arena, body, sizeof(body));
    route.fn(&w, &r, route.arg);
    struct gf_span place = gf_fields_get(&w.fields, "location");
    struct gf_span allow = gf_fields_get(&w.fields, "allow");
    snprintf(answer, sizeof(answer), "%d%s%s", w.status, place.p || allow.p ? " " : "",
             place.p   ? place.p
             : allow.p ? allow.p
                       : "");
    return answer;
}

static go_http_mux *mux_of(const char *const *patterns)
{
    go_http_mux *mux = go_http_mux_new();
    for (; *patterns; patterns++)
        go_http_handle(mux, *patterns, handler, NULL);
    return mux;
}
#define MUX(...) mux_of((const char *const[]){__VA_ARGS__, NULL})

TEST(the_more_specific_pattern_wins_in_any_order_of_registration)
{
    go_http_mux *mux = MUX("/", "/items/", "GET /items/{id}", "/items/{id}", "GET /items/new");
    CHECK_STR(who(mux, "GET", "/items/new"), "GET /items/new");
    CHECK_STR(who(mux, "GET", "/items/7"), "GET /items/{id}");
    CHECK_STR(who(mux, "POST", "/items/new"), "/items/{id}");
    CHECK_STR(who(mux, "GET", "/items/7/parts"), "/items/");
    CHECK_STR(who(mux, "GET", "/other"), "/");
    go_http_mux_free(mux);
}

TEST(search_goes_back_up_where_a_literal_branch_ends)
{
    go_http_mux *mux = MUX("/a/b/c", "/a/{x}/d", "/{rest...}");
    CHECK_STR(who(mux, "GET", "/a/b/c"), "/a/b/c");
    CHECK_STR(who(mux, "GET", "/a/b/d"), "/a/{x}/d");
    CHECK_STR(who(mux, "GET", "/a/b/e"), "/{rest...}");
    go_http_mux_free(mux);
}

TEST(wildcards_get_their_decoded_segments)
{
    go_http_mux *mux = MUX("/users/{user}/files/{path...}");
    struct gf_route route = ask(mux, "GET", "h", "/users/j%2Fd%20x/files/a/b%20c");
    CHECK_STR(gf_route_value(&route, "user"), "j/d x");
    CHECK_STR(gf_route_value(&route, "path"), "a/b c");
    CHECK(gf_route_value(&route, "other") == NULL);
    route = ask(mux, "GET", "h", "/users/me/files/");
    CHECK_STR(gf_route_value(&route, "path"), "");
    go_http_mux_free(mux);
}

TEST(dollar_matches_the_directory_itself_only)
{
    go_http_mux *mux = MUX("/a/{$}", "/{$}");
    CHECK_STR(who(mux, "GET", "/a/"), "/a/{$}");
    CHECK_STR(who(mux, "GET", "/"), "/{$}");
    CHECK_STR(own_answer(mux, "GET", "/a/x"), "404");
    CHECK_STR(own_answer(mux, "GET", "/x"), "404");
    go_http_mux_free(mux);
}

TEST(single_wildcard_matches_no_empty_segment)
{
    go_http_mux *mux = MUX("/a/{x}");
    CHECK_STR(own_answer(mux, "GET", "/a/"), "404");
    go_http_mux_free(mux);
}

TEST(get_serves_head_and_nothing_else)
{
    go_http_mux *mux = MUX("GET /x");
    CHECK_STR(who(mux, "HEAD", "/x"), "GET /x");
    CHECK_STR(own_answer(mux, "POST", "/x"), "405 GET, HEAD");
    go_http_mux_free(mux);
}

TEST(a_pattern_for_head_comes_before_that_for_get)
{
    go_http_mux *mux = MUX("GET /x", "HEAD /x");
    CHECK_STR(who(mux, "HEAD", "/x"), "HEAD /x");
    CHECK_STR(who(mux, "GET", "/x"), "GET /x");
    go_http_mux_free(mux);
}

TEST(allow_names_every_method_that_would_match_in_order)
{
    go_http_mux *mux = MUX("PUT /x", "DELETE /x", "GET /{any}", "POST example.com/x");
    CHECK_STR(own_answer(mux, "PATCH", "/x"), "405 DELETE, GET, HEAD, POST, PUT");
    go_http_mux_free(mux);
}

TEST(patterns_with_a_host_come_first_and_ports_do_not_matter)
{
    go_http_mux *mux = MUX("/x", "example.com/x", "GET [::1]/y", "/y");
    CHECK_STR(ask(mux, "GET", "example.com:8080", "/x").pattern->text, "example.com/x");
    CHECK_STR(ask(mux, "GET", "other.com", "/x").pattern->text, "/x");
    CHECK_STR(ask(mux, "GET", "[::1]:80", "/y").pattern->text, "GET [::1]/y");
    CHECK_STR(ask(mux, "GET", "", "/y").pattern->text, "/y");
    go_http_mux_free(mux);
}

TEST(a_missing_slash_at_the_end_is_redirected_with_the_query)
{
    go_http_mux *mux = MUX("/tree/", "/file", "/both/", "/both");
    CHECK_STR(own_answer(mux, "GET", "/tree?a=b"), "301 /tree/?a=b");
    CHECK_STR(who(mux, "GET", "/both"), "/both");
    CHECK_STR(own_answer(mux, "GET", "/file/"), "404");
    go_http_mux_free(mux);
}

TEST(a_rest_that_would_be_empty_is_redirected_to_its_slash)
{
    go_http_mux *mux = MUX("/", "/a/{rest...}");
    CHECK_STR(own_answer(mux, "GET", "/a"), "301 /a/");
    go_http_mux_free(mux);
}

TEST(unclean_paths_are_redirected_to_clean_ones)
{
    go_http_mux *mux = MUX("/a/b", "/c/");
    CHECK_STR(own_answer(mux, "GET", "//a//b"), "301 /a/b");
    CHECK_STR(own_answer(mux, "GET", "/x/../a/./b?q"), "301 /a/b?q");
    CHECK_STR(own_answer(mux, "GET", "/c/d/.."), "301 /c/");
    CHECK_STR(own_answer(mux, "GET", "/../../c/"), "301 /c/");
    go_http_mux_free(mux);
}

TEST(many_siblings_are_all_found)
{
    go_http_mux *mux = go_http_mux_new();
    char pattern[32];
    for (int i = 0; i < 1000; i++) {
        snprintf(pattern, sizeof(pattern), "/n%d/x", i);
        go_http_handle(mux, pattern, handler, NULL);
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(pattern, sizeof(pattern), "/n%d/x", i);
        CHECK_STR(who(mux, "GET", pattern), pattern);
    }
    go_http_mux_free(mux);
}

static void lookup_for_ever(go_http_mux *mux, atomic_bool *stop, chan(go_unit) done)
{
    _Alignas(16) char room[4096];
    struct gf_arena a;
    struct gf_target t = {
        .method = gf_span("GET", 3), .host = gf_span("h", 1), .path = gf_span("/first/here", 11)};
    gf_arena_init(&a, room, sizeof(room));
    while (!atomic_load(stop)) {
        struct gf_route route;
        gf_arena_reset(&a);
        gf_mux_route(mux, &a, &t, &route);
        CHECK_STR(route.pattern->text, "/first/{x}");
        go_yield();
    }
    chan_send(done, GO_UNIT);
}

TEST(patterns_may_be_added_while_others_are_looked_up)
{
    go_http_mux *mux = MUX("/first/{x}");
    atomic_bool stop = false;
    chan(go_unit) done = chan_make(go_unit);
    go(lookup_for_ever, mux, &stop, done);
    char pattern[64];
    for (int i = 0; i < 500; i++) {
        snprintf(pattern, sizeof(pattern), "/first%d/{a}/{b}/{c%d}", i, i);
        go_http_handle(mux, pattern, handler, NULL);
    }
    atomic_store(&stop, true);
    chan_recv(done);
    chan_free(done);
    go_http_mux_free(mux);
}

// --- Conflicts ---

// The panic of registering q after p; "" if there is none.
static const char *conflict(const char *p, const char *q)
{
    static char message[1024];
    message[0] = 0;
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, p, handler, NULL);
    go_try {
        go_http_handle(mux, q, handler, NULL);
    }
    go_catch(panic) {
        snprintf(message, sizeof(message), "%s", panic->message);
    }
    go_http_mux_free(mux);
    return message;
}

TEST(the_same_pattern_twice_panics_and_names_both_places)
{
    const char *text = conflict("/a/{x}", "/a/{y}");
    CHECK_MATCH(text,
                "^pattern \"/a/\\{y\\}\" \\(registered at [^ ]*mux_test.c:[0-9]+\\) conflicts with "
                "pattern \"/a/\\{x\\}\" \\(registered at [^ ]*mux_test.c:[0-9]+\\):\n"
                "/a/\\{y\\} matches the same requests as /a/\\{x\\}$");
}

TEST(overlapping_patterns_panic_with_examples)
{
    const char *text = conflict("/a/{x}", "/{y}/b");
    CHECK_CONTAINS(text, "/{y}/b and /a/{x} both match some paths, like \"/a/b\".");
    CHECK_CONTAINS(text, "But neither is more specific than the other.");
    CHECK_CONTAINS(text, "/{y}/b matches \"/y/b\", but /a/{x} doesn't.");
    CHECK_CONTAINS(text, "/a/{x} matches \"/a/x\", but /{y}/b doesn't.");
}

TEST(a_general_method_with_a_special_path_conflicts)
{
    CHECK_CONTAINS(
        conflict("GET /a/{x}", "/a/b"),
        "/a/b matches more methods than GET /a/{x}, but has a more specific path pattern");
    CHECK_CONTAINS(
        conflict("/a/b", "GET /a/{x}"),
        "GET /a/{x} matches fewer methods than /a/b, but has a more general path pattern");
    CHECK_CONTAINS(conflict("GET /{x}", "HEAD /"), "");
}

TEST(patterns_that_one_contains_or_that_are_apart_do_not_conflict)
{
    static const char *const pairs[][2] = {
        {"/a/", "/a/b"},
        {"/{x}", "/"},
        {"/a/{$}", "/a/"},
        {"GET /a", "POST /a"},
        {"/a/{x}", "/b/{x}"},
        {"GET /a", "/a"},
        {"HEAD /a", "GET /a"},
        {"/{x}/b", "/{y}/c"},
        {"h1/a/{x}", "/{y}/b"},
        {"/a/{x}", "/a/{x}/b"},
        {"/{x...}", "/{y}/{z...}"},
        {"/a/{$}", "/a/{x}"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        CHECK_STR(conflict(pairs[i][0], pairs[i][1]), "");
}

TEST(malformed_patterns_panic_in_gos_words)
{
    static const char *const cases[][2] = {
        {"/a/{}", "parsing \"/a/{}\": at offset 3: empty wildcard"},
        {"/{a}b", "parsing \"/{a}b\": at offset 1: bad wildcard segment (must end with '}')"},
        {"/a{b}", "parsing \"/a{b}\": at offset 1: bad wildcard segment (must start with '{')"},
        {"/{$}/a", "parsing \"/{$}/a\": at offset 1: {$} not at end"},
        {"/{a...}/b", "parsing \"/{a...}/b\": at offset 1: {...} wildcard not at end"},
        {"/{a}/{a}", "parsing \"/{a}/{a}\": at offset 5: duplicate wildcard name \"a\""},
        {"/{1}", "parsing \"/{1}\": at offset 1: bad wildcard name \"1\""},
        {"GET", "parsing \"GET\": at offset 0: host/path missing /"},
        {"G(T /", "parsing \"G(T /\": at offset 0: invalid method \"G(T\""},
        {"GET {x}/", "parsing \"GET {x}/\": at offset 4: host contains '{' (missing initial '/'?)"},
        {"GET //a",
         "parsing \"GET //a\": at offset 4: non-CONNECT pattern with unclean path can never match"},
        {"", "http: invalid pattern"},
    };
    go_http_mux *mux = go_http_mux_new();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        EXPECT_PANIC(cases[i][1], go_http_handle(mux, cases[i][0], handler, NULL));
    EXPECT_PANIC("http: nil handler", go_http_handle(mux, "/", NULL, NULL));
    go_http_mux_free(mux);
}

// --- Middleware ---

static char trail[64];

static void mark(go_http_response *w, go_http_request *r, go_http_next *next, void *arg)
{
    (void)w;
    (void)r;
    strcat(trail, arg);
    go_http_next_run(next);
    strcat(trail, arg);
}

static void mark_handler(go_http_response *w, go_http_request *r, void *arg)
{
    (void)w;
    (void)r;
    strcat(trail, arg);
}

TEST(middleware_runs_around_the_handler_first_added_outermost)
{
    go_http_mux *mux = go_http_mux_new();
    go_http_use(mux, mark, "1");
    go_http_handle(mux, "/", mark_handler, "h");
    go_http_use(mux, mark, "2");
    struct gf_route route = ask(mux, "GET", "h", "/");
    gf_mux_run(mux, NULL, NULL, &route);
    CHECK_STR(trail, "12h21");
    go_http_mux_free(mux);
}

TEST(connect_goes_to_the_root_and_is_never_redirected)
{
    go_http_mux *mux = MUX("GET /x", "POST /y");
    CHECK_STR(own_answer(mux, "CONNECT", ""), "404");
    go_http_handle(mux, "/", handler, NULL);
    CHECK_STR(who(mux, "CONNECT", ""), "/");
    go_http_handle(mux, "CONNECT /", handler, NULL);
    CHECK_STR(who(mux, "CONNECT", ""), "CONNECT /");
    CHECK_STR(who(mux, "CONNECT", "//a"), "CONNECT /"); // as it came
    go_http_mux_free(mux);
}
