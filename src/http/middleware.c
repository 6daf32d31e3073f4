// SPDX-License-Identifier: MIT
// The middleware that comes with the server, but for the time limit, which has a file of its own (timeout.c): recovery,
// an access log, and a rate limit. Each is an ordinary go_http_middleware.
#include "http/request.h"
#include "http/response.h"

#include <gofer/panic.h>
#include <gofer/time.h>
#include <gofer/x/limiter.h>

#include <stdio.h>

static void log_panic(struct go_http_request *r, const go_panic_info *p)
{
    const char *text = gf_arena_printf(r->arena, "http: panic serving %s: %s\n%s",
                                       go_http_remote_addr(r), p->message,
                                       p->stack ? p->stack : "");
    if (r->peer)
        r->peer->type->log(r->peer, text);
    else
        fprintf(stderr, "%s\n", text);
}

void go_http_recovery(go_http_response *w, go_http_request *r, go_http_next *next, void *arg)
{
    (void)arg;
    go_panic_info *p = go_protect(go_http_next_run, next);
    if (!p)
        return;
    if (p->value == go_http_abort) {
        go_panic_free(p);
        go_panic_value(go_http_abort);
    }
    log_panic(r, p);
    go_panic_free(p);
    if (gf_response_restart(w)) {
        go_http_error(w, 500, go_http_status_text(500));
    } else {
        // Half an answer is out: only a broken connection tells the client that the rest is missing.
        go_panic_value(go_http_abort);
    }
}

void go_http_log(go_http_response *w, go_http_request *r, go_http_next *next, void *arg)
{
    FILE *out = arg ? arg : stderr;
    go_time start = go_now();
    go_http_next_run(next);
    double ms = (double)go_since(start) / (double)GO_MILLISECOND;
    const char *query = go_http_raw_query(r);
    fprintf(out, "%s %s %s%s%s %d %lld %.3fms\n", go_http_remote_addr(r), go_http_method(r),
            go_http_raw_path(r), query ? "?" : "", query ? query : "", w->status ? w->status : 200,
            (long long)w->written, ms);
}

void go_http_rate_limit(go_http_response *w, go_http_request *r, go_http_next *next, void *arg)
{
    (void)r;
    go_limiter *limiter = arg;
    go_time now = go_now();
    go_reservation place = go_limiter_reserve_n(limiter, now, 1);
    if (place.ok && place.delay <= 0) {
        go_http_next_run(next);
        return;
    }
    // The time until there would be a place, in whole seconds, rounded up.
    int64_t seconds = 1;
    if (place.ok) {
        seconds = place.delay / GO_SECOND + (place.delay % GO_SECOND != 0);
        go_reservation_cancel_at(&place, now);
    }
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)seconds);
    go_http_set_header(w, "Retry-After", text);
    go_http_error(w, 429, go_http_status_text(429));
}
