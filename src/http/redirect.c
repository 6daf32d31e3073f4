// SPDX-License-Identifier: MIT
// go_http_redirect: Location, and for those who cannot follow it a line of HTML, with the address escaped. A relative
// path is made absolute here, against the request's own, because old clients resolve none; what names a scheme or a host
// passes as it is.
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"

#include <string.h>

// A path that is not absolute begins where the request's directory is; dots are taken out of it either way.
static const char *resolve(struct go_http_request *r, const char *url)
{
    if (gf_url_is_absolute(url) || strncmp(url, "//", 2) == 0)
        return url;
    struct gf_arena *a = r->arena;
    size_t n = strcspn(url, "?#");
    struct gf_span path = gf_span(url, n);
    if (*url != '/') {
        const char *here = go_http_raw_path(r), *slash = strrchr(here, '/');
        int directory = slash ? (int)(slash - here) + 1 : 0;
        const char *joined = gf_arena_printf(a, "%.*s%.*s", directory, here, (int)n, url);
        path = gf_span(joined, strlen(joined));
    }
    path = gf_text_clean_path(a, path);
    return gf_arena_printf(a, "%.*s%s", (int)path.n, path.p, url + n);
}

void go_http_redirect(go_http_response *w, go_http_request *r, const char *url, int status)
{
    const char *to = resolve(r, url);
    // A handler that has said what it answers writes that itself.
    bool page = strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0;
    page = page && !gf_fields_get(&w->fields, "content-type").p;
    go_http_set_header(w, "Location", gf_text_escape_non_ascii(r->arena, to));
    if (page)
        go_http_set_header(w, "Content-Type", "text/html; charset=utf-8");
    go_http_write_header(w, status);
    if (page)
        go_http_printf(w, "<a href=\"%s\">%s</a>.\n\n",
                       gf_text_escape_html(r->arena, gf_span(to, strlen(to))),
                       go_http_status_text(status));
}
