// SPDX-License-Identifier: MIT
// The middleware that comes with the server, but for the time limit, which has a file of its own (timeout.c): recovery
// and an access log. Each is an ordinary go_http_middleware.
#include "http/request.h"
#include "http/response.h"

#include <gofer/panic.h>
#include <gofer/time.h>

#include <stdio.h>

static void log_panic(struct go_http_request *r, const go_panic_info *p)
{
    const char *text = gf_arena_printf(r->arena, "http: panic serving %s: %s\n%s",
                                       go_http_remote_addr(r), p->message,
                                       p->stack ? p->stack : "");
    if (r->peer)
        r->peer->log(r->peer, text);
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
