// SPDX-License-Identifier: MIT
// Media types. By content as far as the web's formats go (the WHATWG's MIME Sniffing): HTML by its first tag, images and
// archives by their signatures, then text if there is no control byte in the first 512, and bytes else.
#include "http/sniff.h"

#include <string.h>

struct signature {
    const char *bytes;
    uint8_t length;
    uint8_t offset;
    const char *type;
};

static const struct signature signatures[] = {
    {"%PDF-", 5, 0, "application/pdf"},
    {"%!PS-Adobe-", 11, 0, "application/postscript"},
    {"\xFE\xFF", 2, 0, "text/plain; charset=utf-16be"},
    {"\xFF\xFE", 2, 0, "text/plain; charset=utf-16le"},
    {"\xEF\xBB\xBF", 3, 0, "text/plain; charset=utf-8"},
    {"GIF87a", 6, 0, "image/gif"},
    {"GIF89a", 6, 0, "image/gif"},
    {"\x89PNG\r\n\x1A\n", 8, 0, "image/png"},
    {"\xFF\xD8\xFF", 3, 0, "image/jpeg"},
    {"BM", 2, 0, "image/bmp"},
    {"WEBPVP", 6, 8, "image/webp"},
    {"WAVE", 4, 8, "audio/wave"},
    {"OggS\0", 5, 0, "application/ogg"},
    {"ID3", 3, 0, "audio/mpeg"},
    {"\x1A\x45\xDF\xA3", 4, 0, "video/webm"},
    {"ftypmp4", 7, 4, "video/mp4"},
    {"wOFF", 4, 0, "font/woff"},
    {"wOF2", 4, 0, "font/woff2"},
    {"PK\3\4", 4, 0, "application/zip"},
    {"\x1F\x8B\x08", 3, 0, "application/x-gzip"},
    {"\0asm", 4, 0, "application/wasm"},
};

static const char *const html_tags[] = {
    "<!DOCTYPE HTML", "<HTML", "<HEAD",  "<SCRIPT", "<IFRAME", "<H1",   "<DIV", "<FONT",
    "<TABLE",         "<A",    "<STYLE", "<TITLE",  "<B",      "<BODY", "<BR",  "<P",
    "<!--",
};

static bool is_html(struct gf_span s)
{
    while (s.n && strchr(" \t\n\f\r", s.p[0]) && s.p[0])
        s.p++, s.n--;
    if (s.n == 0 || s.p[0] != '<')
        return false;
    for (size_t i = 0; i < sizeof(html_tags) / sizeof(html_tags[0]); i++) {
        size_t n = strlen(html_tags[i]);
        if (s.n > n && gf_text_is(gf_span(s.p, n), html_tags[i]) &&
            (s.p[n] == ' ' || s.p[n] == '>' || strcmp(html_tags[i], "<!--") == 0))
            return true;
    }
    return false;
}

static bool is_text(struct gf_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r' && c != 0x1B)
            return false;
    }
    return true;
}

const char *gf_sniff(struct gf_span data)
{
    if (data.n > 512)
        data.n = 512;
    if (is_html(data))
        return "text/html; charset=utf-8";
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
        const struct signature *s = &signatures[i];
        if (data.n >= (size_t)s->offset + s->length && data.p[s->offset] == s->bytes[0] &&
            memcmp(data.p + s->offset, s->bytes, s->length) == 0)
            return s->type;
    }
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
