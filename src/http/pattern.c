// SPDX-License-Identifier: MIT
// Patterns: reading and comparing. How two patterns p and q relate is a set of two facts, "p matches something that q
// does not" and the reverse: none is equivalence, one makes a pattern more general, both are an overlap. A third fact
// says that nothing matches both. Relations of methods and of each pair of segments are combined by union, which is
// all of Go's table of combinations. Two patterns of the same host conflict if they are equivalent or overlap.
#include "http/pattern.h"

#include <ctype.h>
#include <string.h>

enum relation { SAME = 0, P_MORE = 1, Q_MORE = 2, OVERLAP = P_MORE | Q_MORE, DISJOINT = 4 };

static const char *bad(struct gf_arena *a, size_t offset, const char *why)
{
    return gf_arena_printf(a, "at offset %zu: %s", offset, why);
}

static bool is_identifier(struct gf_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        // Bytes above ASCII are letters of UTF-8.
        bool letter = c >= 0x80 || c == '_' || isalpha(c);
        if (!letter && (i == 0 || !isdigit(c)))
            return false;
    }
    return s.n > 0;
}

static bool name_is_taken(const struct gf_pattern *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->segments[i].wild && strcmp(p->segments[i].text, name) == 0)
            return true;
    return false;
}

// A segment in braces. `last` says whether nothing follows it.
static const char *read_wildcard(struct gf_arena *a, struct gf_pattern *p, struct gf_span s,
                                 bool last)
{
    if (s.p[0] != '{')
        return "bad wildcard segment (must start with '{')";
    if (s.p[s.n - 1] != '}')
        return "bad wildcard segment (must end with '}')";
    struct gf_span name = gf_span(s.p + 1, s.n - 2);
    struct gf_segment *segment = &p->segments[p->count];
    if (name.n == 1 && name.p[0] == '$') {
        *segment = (struct gf_segment){.text = "/"};
        p->count++;
        return last ? NULL : "{$} not at end";
    }
    bool multi = name.n >= 3 && memcmp(name.p + name.n - 3, "...", 3) == 0;
    if (multi)
        name.n -= 3;
    if (multi && !last)
        return "{...} wildcard not at end";
    if (name.n == 0)
        return "empty wildcard";
    const char *text = gf_arena_text(a, name.p, name.n);
    if (!is_identifier(name))
        return gf_arena_printf(a, "bad wildcard name \"%s\"", text);
    if (name_is_taken(p, text))
        return gf_arena_printf(a, "duplicate wildcard name \"%s\"", text);
    *segment = (struct gf_segment){.text = text, .wild = true, .multi = multi};
    p->count++;
    p->values++;
    return NULL;
}

// The path, which begins with a slash.
static const char *read_path(struct gf_arena *a, struct gf_pattern *p, const char *path)
{
    size_t slashes = 0;
    for (const char *c = path; *c; c++)
        slashes += *c == '/';
    p->segments = gf_arena_alloc(a, slashes * sizeof(*p->segments));
    for (const char *rest = path; *rest;) {
        rest++;
        if (!*rest) {
            p->segments[p->count++] = (struct gf_segment){.text = "", .wild = true, .multi = true};
            return NULL;
        }
        struct gf_span s = gf_span(rest, strcspn(rest, "/"));
        const char *after = rest + s.n;
        if (memchr(s.p, '{', s.n)) {
            const char *why = read_wildcard(a, p, s, !*after);
            if (why)
                return bad(a, (size_t)(rest - p->text), why);
        } else {
            p->segments[p->count++] = (struct gf_segment){.text = gf_text_unescaped(a, s)};
        }
        rest = after;
    }
    return NULL;
}

const char *gf_pattern_parse(struct gf_arena *a, const char *text, struct gf_pattern *p)
{
    *p =
        (struct gf_pattern){.text = gf_arena_text(a, text, strlen(text)), .method = "", .host = ""};
    const char *rest = p->text;
    size_t n = strcspn(rest, " \t");
    if (rest[n]) {
        if (n && !gf_text_is_token(gf_span(rest, n)))
            return bad(a, 0, gf_arena_printf(a, "invalid method \"%.*s\"", (int)n, rest));
        p->method = gf_arena_text(a, rest, n);
        rest += n;
        rest += strspn(rest, " \t");
    }
    size_t offset = (size_t)(rest - p->text);
    const char *path = strchr(rest, '/');
    if (!path)
        return bad(a, offset, "host/path missing /");
    p->host = gf_arena_text(a, rest, (size_t)(path - rest));
    const char *brace = strchr(p->host, '{');
    if (brace)
        return bad(a, offset + (size_t)(brace - p->host),
                   "host contains '{' (missing initial '/'?)");
    struct gf_span all = gf_span(path, strlen(path)), clean = gf_text_clean_path(a, all);
    if (*p->method && strcmp(p->method, "CONNECT") != 0 &&
        (clean.n != all.n || memcmp(clean.p, all.p, all.n) != 0))
        return bad(a, (size_t)(path - p->text),
                   "non-CONNECT pattern with unclean path can never match");
    return read_path(a, p, path);
}

static enum relation compare_methods(const char *p, const char *q)
{
    if (strcmp(p, q) == 0)
        return SAME;
    // No method means all; GET means HEAD too.
    if (!*p || (strcmp(p, "GET") == 0 && strcmp(q, "HEAD") == 0))
        return P_MORE;
    if (!*q || (strcmp(q, "GET") == 0 && strcmp(p, "HEAD") == 0))
        return Q_MORE;
    return DISJOINT;
}

static enum relation compare_segments(const struct gf_segment *p, const struct gf_segment *q)
{
    if (p->multi || q->multi)
        return p->multi && q->multi ? SAME : p->multi ? P_MORE : Q_MORE;
    if (p->wild && q->wild)
        return SAME;
    // A wildcard matches any segment, but not the end of the path that {$} stands for.
    if (p->wild)
        return strcmp(q->text, "/") == 0 ? DISJOINT : P_MORE;
    if (q->wild)
        return strcmp(p->text, "/") == 0 ? DISJOINT : Q_MORE;
    return strcmp(p->text, q->text) == 0 ? SAME : DISJOINT;
}

static bool ends_in_multi(const struct gf_pattern *p)
{
    return p->segments[p->count - 1].multi;
}

static enum relation compare_paths(const struct gf_pattern *p, const struct gf_pattern *q)
{
    enum relation all = SAME;
    for (size_t i = 0; i < p->count && i < q->count; i++)
        all |= compare_segments(&p->segments[i], &q->segments[i]);
    if (p->count < q->count)
        all |= ends_in_multi(p) ? P_MORE : DISJOINT;
    if (q->count < p->count)
        all |= ends_in_multi(q) ? Q_MORE : DISJOINT;
    return all & DISJOINT ? DISJOINT : all;
}

// Appends a segment as it may stand in a path.
static char *put_segment(char *to, const struct gf_segment *s)
{
    *to++ = '/';
    return s->multi || strcmp(s->text, "/") == 0 ? to : stpcpy(to, s->text);
}

static char *room_for_paths(struct gf_arena *a, const struct gf_pattern *p,
                            const struct gf_pattern *q)
{
    return gf_arena_alloc(a, strlen(p->text) + strlen(q->text) + 3);
}

// A path that both match: where one has a wildcard, what the other has.
static const char *common_path(struct gf_arena *a, const struct gf_pattern *p,
                               const struct gf_pattern *q)
{
    char *path = room_for_paths(a, p, q), *to = path;
    size_t most = p->count > q->count ? p->count : q->count;
    for (size_t i = 0; i < most; i++) {
        bool from_p = i < p->count && (i >= q->count || !p->segments[i].wild);
        to = put_segment(to, from_p ? &p->segments[i] : &q->segments[i]);
    }
    *to = 0;
    return path;
}

// A path that p matches and q does not; they overlap. In each place p's own segment, but where both have a literal,
// or p has the more general segment, a segment that q's cannot match.
static const char *difference_path(struct gf_arena *a, const struct gf_pattern *p,
                                   const struct gf_pattern *q)
{
    char *path = room_for_paths(a, p, q), *to = path;
    size_t i = 0;
    for (; i < p->count && i < q->count; i++) {
        const struct gf_segment *s = &p->segments[i], *t = &q->segments[i];
        if (s->multi && t->multi) {
            *to++ = '/';
        } else if (s->multi && !t->multi) {
            // Any other segment than q's literal; the end of the path, if q has a wildcard here.
            *to++ = '/';
            if (!t->wild && strcmp(t->text, "/") == 0)
                *to++ = 'x';
            break;
        } else if (s->wild && !t->wild) {
            to = put_segment(to, s);
            if (strcmp(s->text, t->text) == 0)
                *to++ = 'x';
        } else {
            to = put_segment(to, s);
        }
    }
    // q is the longer one and ends here, or p is and q's multi takes the rest.
    for (; i < p->count && i >= q->count; i++)
        to = put_segment(to, &p->segments[i]);
    *to = 0;
    return path;
}

const char *gf_pattern_conflict(struct gf_arena *a, const struct gf_pattern *p,
                                const struct gf_pattern *q)
{
    if (strcmp(p->host, q->host) != 0)
        return NULL;
    enum relation methods = compare_methods(p->method, q->method);
    enum relation paths = compare_paths(p, q);
    enum relation all = methods | paths;
    if (all == SAME)
        return gf_arena_printf(a, "%s matches the same requests as %s", p->text, q->text);
    if (all != OVERLAP)
        return NULL;
    if (paths == OVERLAP)
        return gf_arena_printf(a,
                               "%s and %s both match some paths, like \"%s\".\n"
                               "But neither is more specific than the other.\n"
                               "%s matches \"%s\", but %s doesn't.\n"
                               "%s matches \"%s\", but %s doesn't.",
                               p->text, q->text, common_path(a, p, q), p->text,
                               difference_path(a, p, q), q->text, q->text, difference_path(a, q, p),
                               p->text);
    if (methods & P_MORE)
        return gf_arena_printf(
            a, "%s matches more methods than %s, but has a more specific path pattern", p->text,
            q->text);
    return gf_arena_printf(a,
                           "%s matches fewer methods than %s, but has a more general path pattern",
                           p->text, q->text);
}
