// SPDX-License-Identifier: MIT
// HTTP texts: see text.h. Character classes are one table of bits, built from the lists of RFC 9110 (tokens) and RFC 3986
// (what may stand in a path, escapes and brackets included, and in a host with its port), so that each question is a load
// and a test.
#include "http/text.h"

#include <string.h>

enum { TOKEN = 1, PATH = 2, HOST = 4 };

#define EACH(from, to) [from... to]
static const uint8_t class_of[256] = {
    EACH('0', '9') = TOKEN | PATH | HOST,
    EACH('A', 'Z') = TOKEN | PATH | HOST,
    EACH('a', 'z') = TOKEN | PATH | HOST,
    ['!'] = TOKEN | PATH | HOST,
    ['#'] = TOKEN,
    ['$'] = TOKEN | PATH | HOST,
    ['%'] = TOKEN | PATH | HOST,
    ['&'] = TOKEN | PATH | HOST,
    ['\''] = TOKEN | PATH | HOST,
    ['*'] = TOKEN | PATH | HOST,
    ['+'] = TOKEN | PATH | HOST,
    ['-'] = TOKEN | PATH | HOST,
    ['.'] = TOKEN | PATH | HOST,
    ['^'] = TOKEN,
    ['_'] = TOKEN | PATH | HOST,
    ['`'] = TOKEN,
    ['|'] = TOKEN,
    ['~'] = TOKEN | PATH | HOST,
    ['('] = PATH | HOST,
    [')'] = PATH | HOST,
    [','] = PATH | HOST,
    ['/'] = PATH,
    [':'] = PATH | HOST,
    [';'] = PATH | HOST,
    ['='] = PATH | HOST,
    ['@'] = PATH,
    ['['] = PATH | HOST,
    [']'] = PATH | HOST,
};

static bool is(char c, uint8_t class)
{
    return class_of[(unsigned char)c] & class;
}

static bool is_letter(char c)
{
    unsigned char l = gf_lower((unsigned char)c);
    return l >= 'a' && l <= 'z';
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    unsigned char l = gf_lower((unsigned char)c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool gf_text_same(struct gf_span a, struct gf_span b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        // Mostly they are the same; where they are not, it may be the bit that tells the case of letters.
        unsigned difference = (unsigned char)a.p[i] ^ (unsigned char)b.p[i];
        if (difference && (difference != 0x20 || !is_letter(a.p[i])))
            return false;
    }
    return true;
}

bool gf_text_is_token(struct gf_span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is(s.p[i], TOKEN))
            return false;
    return s.n > 0;
}

bool gf_text_is_host(struct gf_span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is(s.p[i], HOST))
            return false;
    return true;
}

bool gf_text_has_bad_escape(struct gf_span s)
{
    for (const char *at = s.p, *end = s.p + s.n; (at = memchr(at, '%', (size_t)(end - at))); at++)
        if (end - at < 3 || hex(at[1]) < 0 || hex(at[2]) < 0)
            return true;
    return false;
}

struct gf_span gf_text_trim(struct gf_span s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s.p++, s.n--;
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

bool gf_text_next(struct gf_span *rest, char by, struct gf_span *element)
{
    if (!rest->p)
        return false;
    const char *end = rest->n ? memchr(rest->p, by, rest->n) : NULL;
    size_t n = end ? (size_t)(end - rest->p) : rest->n;
    *element = gf_text_trim(gf_span(rest->p, n));
    *rest = end ? gf_span(end + 1, rest->n - n - 1) : gf_span(NULL, 0);
    return true;
}

bool gf_text_list_has(struct gf_span list, const char *element)
{
    struct gf_span e;
    while (gf_text_next(&list, ',', &e))
        if (gf_text_is(e, element))
            return true;
    return false;
}

int64_t gf_text_number(struct gf_span s)
{
    if (s.n == 0 || s.n > 18)
        return -1;
    int64_t value = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return -1;
        value = value * 10 + (s.p[i] - '0');
    }
    return value;
}

ssize_t gf_text_unescape(char *out, struct gf_span in, bool plus)
{
    char *to = out;
    for (size_t i = 0; i < in.n; i++) {
        char c = in.p[i];
        if (c == '%') {
            if (in.n - i < 3 || hex(in.p[i + 1]) < 0 || hex(in.p[i + 2]) < 0)
                return -1;
            c = (char)(hex(in.p[i + 1]) << 4 | hex(in.p[i + 2]));
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        *to++ = c;
    }
    return to - out;
}

const char *gf_text_unescaped(struct gf_arena *a, struct gf_span in)
{
    char *text = gf_arena_text(a, in.p, in.n);
    if (!memchr(in.p, '%', in.n))
        return text;
    ssize_t n = gf_text_unescape(text, in, false);
    if (n < 0)
        return gf_arena_text(a, in.p, in.n);
    text[n] = 0;
    return text;
}

// Behind the question mark more is allowed (WHATWG's set).
static bool may_stand_in_query(char c)
{
    return c > ' ' && c < 0x7F && c != '"' && c != '<' && c != '>';
}

static char *put_escaped(char *to, unsigned char c)
{
    static const char digits[] = "0123456789ABCDEF";
    *to++ = '%';
    *to++ = digits[c >> 4];
    *to++ = digits[c & 15];
    return to;
}

const char *gf_text_escape_target(struct gf_arena *a, struct gf_span in)
{
    char *out = gf_arena_alloc(a, 3 * in.n + 1), *to = out;
    bool query = false;
    for (size_t i = 0; i < in.n; i++) {
        unsigned char c = (unsigned char)in.p[i];
        query |= c == '?';
        if (query ? may_stand_in_query((char)c) : is((char)c, PATH))
            *to++ = (char)c;
        else
            to = put_escaped(to, c);
    }
    *to = 0;
    return out;
}

const char *gf_text_escape_non_ascii(struct gf_arena *a, const char *s)
{
    char *out = gf_arena_alloc(a, 3 * strlen(s) + 1), *to = out;
    for (; *s; s++) {
        if ((unsigned char)*s < 0x80)
            *to++ = *s;
        else
            to = put_escaped(to, (unsigned char)*s);
    }
    *to = 0;
    return out;
}

// Three bytes, or what is left of them, as four digits.
static char *put_base64(char *to, const unsigned char *p, size_t left)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t v = (uint32_t)p[0] << 16;
    v |= left > 1 ? (uint32_t)p[1] << 8 : 0;
    v |= left > 2 ? (uint32_t)p[2] : 0;
    *to++ = digits[v >> 18];
    *to++ = digits[v >> 12 & 63];
    *to++ = left > 1 ? digits[v >> 6 & 63] : '=';
    *to++ = left > 2 ? digits[v & 63] : '=';
    return to;
}

const char *gf_text_basic_auth(struct gf_arena *a, const char *user)
{
    size_t n = strlen(user);
    char *out = gf_arena_alloc(a, sizeof("Basic ") + (n + 2) / 3 * 4), *to = stpcpy(out, "Basic ");
    for (size_t i = 0; i < n; i += 3)
        to = put_base64(to, (const unsigned char *)user + i, n - i);
    *to = 0;
    return out;
}

static const char *html_entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&#34;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

const char *gf_text_escape_html(struct gf_arena *a, struct gf_span in)
{
    char *out = gf_arena_alloc(a, 5 * in.n + 1), *to = out;
    for (size_t i = 0; i < in.n; i++) {
        const char *entity = html_entity(in.p[i]);
        if (entity)
            to = stpcpy(to, entity);
        else
            *to++ = in.p[i];
    }
    *to = 0;
    return out;
}

static bool path_is_clean(struct gf_span s)
{
    if (s.n == 0 || s.p[0] != '/')
        return false;
    for (size_t i = 0; i + 1 < s.n; i++) {
        if (s.p[i] != '/')
            continue;
        if (s.p[i + 1] == '/')
            return false;
        if (s.p[i + 1] == '.') {
            size_t dots = i + 2 < s.n && s.p[i + 2] == '.' ? 2 : 1;
            if (i + 1 + dots == s.n || s.p[i + 1 + dots] == '/')
                return false;
        }
    }
    return true;
}

// Drops the last element of out, "/a/b" becoming "/a", the root staying empty.
static size_t drop_last_element(const char *out, size_t n)
{
    while (n && out[n - 1] != '/')
        n--;
    return n ? n - 1 : 0;
}

struct gf_span gf_text_clean_path(struct gf_arena *a, struct gf_span path)
{
    if (path_is_clean(path))
        return path;
    char *out = gf_arena_alloc(a, path.n + 2);
    size_t n = 0;
    struct gf_span rest = path, e;
    bool slash = path.n == 0 || path.p[path.n - 1] == '/';
    if (!rest.p)
        rest.p = "";
    while (rest.p) {
        const char *end = memchr(rest.p, '/', rest.n);
        e = gf_span(rest.p, end ? (size_t)(end - rest.p) : rest.n);
        rest = end ? gf_span(end + 1, rest.n - e.n - 1) : gf_span(NULL, 0);
        if (e.n == 0 || (e.n == 1 && e.p[0] == '.'))
            continue;
        if (e.n == 2 && e.p[0] == '.' && e.p[1] == '.') {
            n = drop_last_element(out, n);
            continue;
        }
        out[n++] = '/';
        memcpy(out + n, e.p, e.n);
        n += e.n;
    }
    if (n == 0 || slash)
        out[n++] = '/';
    out[n] = 0;
    return gf_span(out, n);
}
