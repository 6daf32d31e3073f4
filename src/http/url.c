// SPDX-License-Identifier: MIT
// URLs by RFC 3986, as far as http needs it: scheme, user, host, port, path, query; the fragment is not sent. Blanks and
// control bytes are refused, for they would end up in the request line.
#include "http/url.h"

#include <string.h>

static bool has_bad_bytes(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s <= ' ' || *s == 0x7F)
            return true;
    return false;
}

// The authority: [user@]host[:port].
static bool read_authority(struct gf_arena *a, struct gf_span s, struct gf_url *url)
{
    const char *at = s.n ? memrchr(s.p, '@', s.n) : NULL;
    if (at) {
        url->user = gf_text_unescaped(a, gf_span(s.p, (size_t)(at - s.p)));
        s = gf_span(at + 1, s.n - (size_t)(at + 1 - s.p));
    }
    const char *usual = url->tls ? "443" : "80";
    const char *bracket = s.n ? memchr(s.p, ']', s.n) : NULL;
    const char *from = bracket ? bracket : s.p;
    const char *colon = s.n ? memchr(from, ':', s.n - (size_t)(from - s.p)) : NULL;
    struct gf_span host = colon ? gf_span(s.p, (size_t)(colon - s.p)) : s;
    struct gf_span port = colon ? gf_span(colon + 1, s.n - host.n - 1)
                                : gf_span(usual, strlen(usual));
    if (port.n == 0)
        port = gf_span(usual, strlen(usual));
    int64_t number = gf_text_number(port);
    if (host.n == 0 || number < 1 || number > 65535)
        return false;
    url->address = gf_arena_printf(a, "%.*s:%.*s", (int)host.n, host.p, (int)port.n, port.p);
    url->host = gf_text_is(port, usual) ? gf_arena_text(a, host.p, host.n) : url->address;
    url->name = host.p[0] == '[' ? gf_arena_text(a, host.p + 1, host.n - 2)
                                 : gf_arena_text(a, host.p, host.n);
    return true;
}

bool gf_url_parse(struct gf_arena *a, const char *text, struct gf_url *url)
{
    *url = (struct gf_url){0};
    if (has_bad_bytes(text))
        return false;
    if (strncasecmp(text, "http://", 7) == 0) {
        text += 7;
    } else if (strncasecmp(text, "https://", 8) == 0) {
        text += 8;
        url->tls = true;
    } else {
        return false;
    }
    size_t n = strcspn(text, "/?#");
    if (!read_authority(a, gf_span(text, n), url))
        return false;
    text += n;
    int length = (int)strcspn(text, "#");
    url->target = gf_arena_printf(a, "%s%.*s", *text == '/' ? "" : "/", length, text);
    return true;
}

static bool has_scheme(const char *s)
{
    size_t n = strcspn(s, ":/?#");
    return n > 0 && s[n] == ':';
}

const char *gf_url_resolve(struct gf_arena *a, const struct gf_url *base, const char *reference)
{
    const char *scheme = base->tls ? "https" : "http";
    if (has_scheme(reference))
        return reference;
    if (strncmp(reference, "//", 2) == 0)
        return gf_arena_printf(a, "%s:%s", scheme, reference);
    int path = (int)strcspn(base->target, "?");
    if (*reference == '?')
        return gf_arena_printf(a, "%s://%s%.*s%s", scheme, base->host, path, base->target,
                               reference);
    if (*reference == '#' || !*reference)
        return gf_arena_printf(a, "%s://%s%s", scheme, base->host, base->target);
    size_t n = strcspn(reference, "?#");
    const char *joined = gf_arena_printf(a, "%.*s", (int)n, reference);
    if (*reference != '/') {
        const char *slash = memrchr(base->target, '/', (size_t)path);
        joined = gf_arena_printf(a, "%.*s%s", (int)(slash + 1 - base->target), base->target,
                                 joined);
    }
    struct gf_span clean = gf_text_clean_path(a, gf_span(joined, strlen(joined)));
    return gf_arena_printf(a, "%s://%s%.*s%s", scheme, base->host, (int)clean.n, clean.p,
                           reference + n);
}
