// SPDX-License-Identifier: MIT
// The profiles over HTTP, under the paths that Go's net/http/pprof has, so that `go tool pprof` and whoever scrapes
// them find theirs. In a file of its own, which only programs that call it are linked with.
#include <gofer/http.h>
#include <gofer/profile.h>
#include <gofer/select.h>
#include <gofer/time.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_SECONDS = 30, MOST_SECONDS = 3600 };

static const struct {
    const char *path, *name, *what;
    bool collected;
} profiles[] = {
    {"goroutine", "goroutine", "where every goroutine is now", false},
    {"goroutineleak", "goroutineleak", "goroutines that can never wake", false},
    {"threadcreate", "threadcreate", "how many threads there are", false},
    {"profile", "cpu", "where threads spend their time", true},
    {"block", "block", "where goroutines wait, and for how long", true},
    {"mutex", "mutex", "where mutexes are unlocked that others wait for", true},
};
enum { PROFILES = sizeof profiles / sizeof profiles[0] };

static long number(go_http_request *r, const char *key, long otherwise)
{
    const char *text = go_http_query(r, key);
    char *end;
    long n = text ? strtol(text, &end, 10) : otherwise;
    return text && (end == text || *end) ? otherwise : n;
}

// Collects for the time that the request asks for, or until its client has gone. What the program collects itself is shown
// as far as it has come; not so the CPU profile, which Go refuses then.
static int collect(go_http_request *r, const char *name)
{
    long seconds = number(r, "seconds", DEFAULT_SECONDS);
    int error = go_profile_start(name, 0);
    if (error == -EBUSY && strcmp(name, "cpu") != 0)
        return 0;
    if (error)
        return error;
    seconds = seconds < 1 ? 1 : seconds > MOST_SECONDS ? MOST_SECONDS : seconds;
    go_select {
        case_done(go_http_context(r)) {}
        case_timeout(seconds * GO_SECOND) {}
    }
    return go_profile_stop(name);
}

static void answer(go_http_response *w, go_http_request *r, void *arg)
{
    size_t i = (size_t)(uintptr_t)arg, n = 0;
    int debug = (int)number(r, "debug", 0);
    int error = profiles[i].collected ? collect(r, profiles[i].name) : 0;
    char *bytes = error ? NULL : go_profile_bytes(profiles[i].name, debug, &n, &error);
    if (!bytes) {
        go_http_error(w, error == -EBUSY ? 503 : 500, go_strerror(error));
        return;
    }
    go_http_set_header(w, "X-Content-Type-Options", "nosniff");
    go_http_set_header(w, "Content-Type",
                       debug > 0 ? "text/plain; charset=utf-8" : "application/octet-stream");
    go_http_write(w, bytes, n);
    free(bytes);
}

static void list(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r, (void)arg;
    go_http_set_header(w, "Content-Type", "text/html; charset=utf-8");
    go_http_printf(w, "<!doctype html><title>/debug/pprof/</title><h1>Profiles</h1>\n<table>\n");
    for (int i = 0; i < PROFILES; i++)
        go_http_printf(w, "<tr><td><a href=\"%s?debug=%d\">%s</a><td>%s\n", profiles[i].path,
                       profiles[i].collected ? 0 : 1, profiles[i].path, profiles[i].what);
    go_http_printf(w, "</table>\n<p><a href=\"goroutine?debug=2\">all goroutines' stacks</a>\n");
}

void go_http_pprof(go_http_mux *mux)
{
    char pattern[64];
    go_http_handle(mux, "GET /debug/pprof/{$}", list, NULL);
    for (size_t i = 0; i < PROFILES; i++) {
        snprintf(pattern, sizeof pattern, "GET /debug/pprof/%s", profiles[i].path);
        go_http_handle(mux, pattern, answer, (void *)(uintptr_t)i);
    }
}
