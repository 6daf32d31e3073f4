// SPDX-License-Identifier: MIT
// URLs by RFC 3986, as far as http needs it: scheme, user, host, port, path, query; the fragment is not sent. As Go's
// client does, bytes that may not stand in a path or a query are escaped, for people and servers write them there all the
// same; control bytes, bad escapes in the path and what is no host are refused.
#include "http/url.h"

#include <string.h>

static bool has_control_bytes(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7F)
            return true;
    return false;
}

// --- The authority: [user@]host[:port] ---

// "user" means a user with an empty password.
static bool read_user(struct gf_arena *a, struct gf_span s, struct gf_url *url)
{
    if (gf_text_has_bad_escape(s))
        return false;
    bool whole = s.n && memchr(s.p, ':', s.n);
    url->user = gf_arena_printf(a, "%s%s", gf_text_unescaped(a, s), whole ? "" : ":");
    return true;
}

// What stands between brackets: an IPv6 address, and behind "%25" maybe the zone of a link-local one.
static const char *read_ip6(struct gf_arena *a, struct gf_span s)
{
    const char *zone = s.n ? memchr(s.p, '%', s.n) : NULL;
    if (!s.n || !memchr(s.p, ':', s.n) || !gf_text_is_host(s))
        return NULL;
    if (!zone)
        return gf_arena_text(a, s.p, s.n);
    int before = (int)(zone - s.p), behind = (int)s.n - before - 3;
    if (behind < 1 || memcmp(zone, "%25", 3) != 0)
        return NULL;
    return gf_arena_printf(a, "%.*s%%%.*s", before, s.p, behind, zone + 3);
}

static const char *read_name(struct gf_arena *a, struct gf_span s)
{
    bool is_name = s.n && gf_text_is_host(s) && !memchr(s.p, '%', s.n) && !memchr(s.p, '[', s.n) &&
                   !memchr(s.p, ']', s.n);
    return is_name ? gf_arena_text(a, s.p, s.n) : NULL;
}

// The text of a port, the usual one if it is left out; 0 if it is none.
static int read_port(struct gf_span s, int usual)
{
    int64_t number = s.n ? gf_text_number(s) : usual;
    return number > 0 && number <= 65535 ? (int)number : 0;
}

// The host as it stands in a URL or in Host: in brackets if it is an IPv6 address, whose zone is nobody else's business.
static const char *bracketed(struct gf_arena *a, const char *name)
{
    int n = (int)strcspn(name, "%");
    return strchr(name, ':') ? gf_arena_printf(a, "[%.*s]", n, name) : name;
}

static bool read_authority(struct gf_arena *a, struct gf_span s, struct gf_url *url)
{
    const char *at = s.n ? memrchr(s.p, '@', s.n) : NULL;
    if (at) {
        if (!read_user(a, gf_span(s.p, (size_t)(at - s.p)), url))
            return false;
        s = gf_span(at + 1, s.n - (size_t)(at + 1 - s.p));
    }
    const char *end = s.p + s.n, *close = s.n && s.p[0] == '[' ? memchr(s.p, ']', s.n) : NULL;
    const char *from = close ? close + 1 : s.p;
    const char *colon = from < end ? memchr(from, ':', (size_t)(end - from)) : NULL;
    const char *host_end = colon ? colon : end;
    if (close && host_end != from)
        return false;
    url->name = close ? read_ip6(a, gf_span(s.p + 1, (size_t)(close - s.p - 1)))
                      : read_name(a, gf_span(s.p, (size_t)(host_end - s.p)));
    int usual = url->tls ? 443 : 80;
    int port = read_port(colon ? gf_span(colon + 1, (size_t)(end - colon - 1)) : gf_span("", 0),
                         usual);
    if (!url->name || !port)
        return false;
    const char *host = bracketed(a, url->name);
    url->address = gf_arena_printf(a, close ? "[%s]:%d" : "%s:%d", url->name, port);
    url->host = port == usual ? host : gf_arena_printf(a, "%s:%d", host, port);
    return true;
}

// --- Whole URLs ---

bool gf_url_parse(struct gf_arena *a, const char *text, struct gf_url *url)
{
    *url = (struct gf_url){0};
    if (has_control_bytes(text))
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
    if (gf_text_has_bad_escape(gf_span(text, strcspn(text, "?#"))))
        return false;
    url->target = gf_arena_printf(a, "%s%s", *text == '/' ? "" : "/",
                                  gf_text_escape_target(a, gf_span(text, strcspn(text, "#"))));
    return true;
}

// --- References ---

bool gf_url_is_absolute(const char *reference)
{
    size_t n = strcspn(reference, ":/?#");
    return n > 0 && reference[n] == ':';
}

// A path that begins with a slash, without "." and ".." (RFC 3986, 5.2.4). Empty elements stay: they mean something.
static struct gf_span without_dots(struct gf_arena *a, const char *path)
{
    char *out = gf_arena_alloc(a, strlen(path) + 2);
    size_t n = 0;
    while (*path) {
        size_t length = 1 + strcspn(path + 1, "/");
        bool up = length == 3 && memcmp(path, "/..", 3) == 0;
        if (up || (length == 2 && memcmp(path, "/.", 2) == 0)) {
            while (up && n && out[--n] != '/')
                ;
            if (!path[length])
                out[n++] = '/';
        } else {
            memcpy(out + n, path, length);
            n += length;
        }
        path += length;
    }
    return gf_span(out, n);
}

const char *gf_url_resolve(struct gf_arena *a, const struct gf_url *base, const char *reference)
{
    const char *scheme = base->tls ? "https" : "http";
    if (gf_url_is_absolute(reference))
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
    struct gf_span clean = without_dots(a, joined);
    return gf_arena_printf(a, "%s://%s%.*s%s", scheme, base->host, (int)clean.n, clean.p,
                           reference + n);
}
