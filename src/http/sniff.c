// SPDX-License-Identifier: MIT
// Media types. By content as Go's DetectContentType does, which follows the web's formats (the WHATWG's MIME Sniffing):
// HTML and XML by their first tag, images, archives and the like by their signatures, then text if there is no control
// byte in the first 512, and bytes else.
//
// Most answers are text. So the signatures are gone through only if the first byte is one of theirs, and control bytes
// are looked for by the word.
#include "http/sniff.h"

#include <stdint.h>
#include <string.h>

// --- Signatures ---

// The bytes that a signature begins with.
static const bool leads[256] = {
    [0] = true,   [0x1A] = true, [0x1F] = true, ['%'] = true,  ['B'] = true,  ['F'] = true,
    ['G'] = true, ['I'] = true,  ['M'] = true,  ['O'] = true,  ['P'] = true,  ['R'] = true,
    ['t'] = true, ['w'] = true,  [0x89] = true, [0xEF] = true, [0xFE] = true, [0xFF] = true,
};

struct signature {
    const char *bytes;
    uint8_t length;
    uint8_t offset; // of the tail; the data is at least as long
    const char *tail;
    const char *type;
    bool (*matches)(struct gf_span data); // in place of the bytes
};

enum { MP4_HEAD = 12, FONT_MARK = 34 };

static bool has_at(struct gf_span data, size_t at, const char *bytes, size_t n)
{
    return data.n >= at + n && memcmp(data.p + at, bytes, n) == 0;
}

// A box that names one of its brands mp4: its size, "ftyp", the major brand, a version, and the others.
static bool is_mp4(struct gf_span data)
{
    if (data.n < MP4_HEAD || !has_at(data, 4, "ftyp", 4))
        return false;
    const unsigned char *p = (const unsigned char *)data.p;
    size_t size = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    if (size > data.n || size % 4)
        return false;
    for (size_t at = 8; at < size; at += 4)
        if (at != 12 && has_at(data, at, "mp4", 3))
            return true;
    return false;
}

// In Go's order: what begins with the bytes, and has the tail at the offset.
static const struct signature signatures[] = {
    {"%PDF-", 5, 0, "", "application/pdf", NULL},
    {"%!PS-Adobe-", 11, 0, "", "application/postscript", NULL},
    {"\xFE\xFF", 2, 4, "", "text/plain; charset=utf-16be", NULL},
    {"\xFF\xFE", 2, 4, "", "text/plain; charset=utf-16le", NULL},
    {"\xEF\xBB\xBF", 3, 4, "", "text/plain; charset=utf-8", NULL},
    {"\0\0\1\0", 4, 0, "", "image/x-icon", NULL},
    {"\0\0\2\0", 4, 0, "", "image/x-icon", NULL},
    {"BM", 2, 0, "", "image/bmp", NULL},
    {"GIF87a", 6, 0, "", "image/gif", NULL},
    {"GIF89a", 6, 0, "", "image/gif", NULL},
    {"RIFF", 4, 8, "WEBPVP", "image/webp", NULL},
    {"\x89PNG\r\n\x1A\n", 8, 0, "", "image/png", NULL},
    {"\xFF\xD8\xFF", 3, 0, "", "image/jpeg", NULL},
    {"FORM", 4, 8, "AIFF", "audio/aiff", NULL},
    {"ID3", 3, 0, "", "audio/mpeg", NULL},
    {"OggS\0", 5, 0, "", "application/ogg", NULL},
    {"MThd\0\0\0\6", 8, 0, "", "audio/midi", NULL},
    {"RIFF", 4, 8, "AVI ", "video/avi", NULL},
    {"RIFF", 4, 8, "WAVE", "audio/wave", NULL},
    {"", 0, 0, "", "video/mp4", is_mp4},
    {"\x1A\x45\xDF\xA3", 4, 0, "", "video/webm", NULL},
    {"", 0, FONT_MARK, "LP", "application/vnd.ms-fontobject", NULL},
    {"\0\1\0\0", 4, 0, "", "font/ttf", NULL},
    {"OTTO", 4, 0, "", "font/otf", NULL},
    {"ttcf", 4, 0, "", "font/collection", NULL},
    {"wOFF", 4, 0, "", "font/woff", NULL},
    {"wOF2", 4, 0, "", "font/woff2", NULL},
    {"\x1F\x8B\x08", 3, 0, "", "application/x-gzip", NULL},
    {"PK\3\4", 4, 0, "", "application/zip", NULL},
    {"Rar!\x1A\7\0", 7, 0, "", "application/x-rar-compressed", NULL},
    {"Rar!\x1A\7\1\0", 8, 0, "", "application/x-rar-compressed", NULL},
    {"\0asm", 4, 0, "", "application/wasm", NULL},
};

static bool matches(const struct signature *s, struct gf_span data)
{
    if (s->matches)
        return s->matches(data);
    return has_at(data, 0, s->bytes, s->length) &&
           has_at(data, s->offset, s->tail, strlen(s->tail));
}

static const char *find_signature(struct gf_span data)
{
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++)
        if (matches(&signatures[i], data))
            return signatures[i].type;
    return NULL;
}

// Whether a search makes sense: two kinds are known by what they have further on.
static bool may_have_signature(struct gf_span data)
{
    return data.n && (leads[(unsigned char)data.p[0]] || has_at(data, 4, "ftyp", 4) ||
                      has_at(data, FONT_MARK, "LP", 2));
}

// --- Markup and text ---

static const char *const html_tags[] = {
    "<!DOCTYPE HTML", "<HTML", "<HEAD",  "<SCRIPT", "<IFRAME", "<H1",   "<DIV", "<FONT",
    "<TABLE",         "<A",    "<STYLE", "<TITLE",  "<B",      "<BODY", "<BR",  "<P",
    "<!--",
};

// The type of what begins with a tag; NULL if it does not.
static const char *find_markup(struct gf_span s)
{
    while (s.n &&
           (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\n' || s.p[0] == '\f' || s.p[0] == '\r'))
        s.p++, s.n--;
    if (s.n == 0 || s.p[0] != '<')
        return NULL;
    for (size_t i = 0; i < sizeof(html_tags) / sizeof(html_tags[0]); i++) {
        size_t n = strlen(html_tags[i]);
        if (s.n > n && gf_text_is(gf_span(s.p, n), html_tags[i]) &&
            (s.p[n] == ' ' || s.p[n] == '>'))
            return "text/html; charset=utf-8";
    }
    return has_at(s, 0, "<?xml", 5) ? "text/xml; charset=utf-8" : NULL;
}

// Whether one of eight bytes may be a control byte: the subtraction borrows from a byte's highest bit.
static bool has_low_byte(const char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t word;
    memcpy(&word, p, sizeof(word));
    return (word - 0x20 * ones) & ~word & 0x80 * ones;
}

// Whether no text has this byte.
static bool is_binary(char c)
{
    return (unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r' && c != 0x1B;
}

static bool is_text(struct gf_span s)
{
    size_t i = 0;
    while (i < s.n) {
        if (s.n - i >= sizeof(uint64_t) && !has_low_byte(s.p + i))
            i += sizeof(uint64_t);
        else if (is_binary(s.p[i++]))
            return false;
    }
    return true;
}

const char *gf_sniff(struct gf_span data)
{
    if (data.n > 512)
        data.n = 512;
    const char *type = find_markup(data);
    if (!type && may_have_signature(data))
        type = find_signature(data);
    if (type)
        return type;
    return is_text(data) ? "text/plain; charset=utf-8" : "application/octet-stream";
}

static const struct {
    const char *ending, *type;
} endings[] = {
    {"html", "text/html; charset=utf-8"},
    {"htm", "text/html; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"xml", "text/xml; charset=utf-8"},
    {"txt", "text/plain; charset=utf-8"},
    {"md", "text/markdown; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"ico", "image/x-icon"},
    {"pdf", "application/pdf"},
    {"wasm", "application/wasm"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"webm", "video/webm"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
};

const char *gf_type_of_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof(endings) / sizeof(endings[0]); i++)
        if (gf_text_is(gf_span(dot + 1, strlen(dot + 1)), endings[i].ending))
            return endings[i].type;
    return NULL;
}
