// SPDX-License-Identifier: MIT
// Files as answers: type by name, Last-Modified and what clients make of it, one range of bytes, and directories by
// their index.html. Calls that wait for a disk are marked as blocking, so they hold no processor; on a plain connection
// the bytes go from the kernel's memory to the socket by sendfile. Several ranges in one request are answered by the whole
// file, which the standard allows and no browser asks for.
#include "http/date.h"
#include "http/request.h"
#include "http/response.h"
#include "http/sniff.h"

#include <gofer/go.h>
#include <gofer/io.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// What is no longer than BEGINNING is cheaper to copy than to send apart from the head.
enum { BEGINNING = 16 << 10, BLOCK = 64 << 10 };

// Bytes of the file to send: from, and how many.
struct range {
    int64_t at, n;
};

static int open_file(const char *path)
{
    // Not blocking, for the name may be a pipe's.
    int fd = go_blocking(open, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

static void answer_error(struct go_http_response *w, int err)
{
    if (err == -ENOENT || err == -ENOTDIR || err == -ENAMETOOLONG || err == -ELOOP)
        go_http_error(w, 404, "404 page not found");
    else if (err == -EACCES || err == -EPERM)
        go_http_error(w, 403, "403 Forbidden");
    else
        go_http_error(w, 500, "500 Internal Server Error");
}

// Reads "bytes=FROM-TO", "bytes=FROM-" or "bytes=-LAST". 206 with the range, 416 if it lies outside, 200 if the header is
// none of these.
static int read_range(const char *text, int64_t size, struct range *range)
{
    struct gf_span rest = gf_span(text, strlen(text)), from, to;
    if (rest.n < 6 || !gf_text_is(gf_span(rest.p, 6), "bytes=") || memchr(rest.p, ',', rest.n))
        return 200;
    rest = gf_span(rest.p + 6, rest.n - 6);
    if (!memchr(rest.p, '-', rest.n) || !gf_text_next(&rest, '-', &from) ||
        !gf_text_next(&rest, '-', &to) || rest.p)
        return 200;
    int64_t first = gf_text_number(from), last = gf_text_number(to);
    if ((from.n && first < 0) || (to.n && last < 0) || (!from.n && !to.n))
        return 200;
    if (!from.n) {
        first = last < size ? size - last : 0;
        last = size - 1;
    } else if (!to.n || last >= size) {
        last = size - 1;
    }
    if (from.n && to.n && gf_text_number(to) < first)
        return 200;
    if (first >= size || last < first)
        return 416;
    *range = (struct range){first, last - first + 1};
    return 206;
}

static bool is_unmodified(struct go_http_request *r, int64_t modified)
{
    const char *since = go_http_header(r, "If-Modified-Since");
    int64_t t = since ? gf_date_parse(since) : -1;
    return t >= 0 && modified <= t;
}

// Whether the range is wanted of this very version of the file.
static bool range_is_current(struct go_http_request *r, int64_t modified)
{
    const char *condition = go_http_header(r, "If-Range");
    return !condition || gf_date_parse(condition) == modified;
}

static void set_number(struct go_http_response *w, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)value);
    go_http_set_header(w, name, text);
}

static bool copy_range(struct go_http_response *w, int fd, struct range range)
{
    size_t room = range.n < BLOCK ? (size_t)range.n : BLOCK;
    char *block = malloc(room);
    while (block && range.n > 0) {
        ssize_t n = go_pread(fd, block, (size_t)range.n < room ? (size_t)range.n : room, range.at);
        if (n <= 0 || go_http_write(w, block, (size_t)n) < 0)
            break;
        range.at += n;
        range.n -= n;
    }
    free(block);
    return range.n == 0;
}

// The beginning is written: it tells the type, if the name does not, and leaves in one piece with the head. The rest goes
// past this process if it can. If the file has become shorter, less is sent than the head says, and the connection closes.
static void send_range(struct go_http_response *w, int fd, struct range range)
{
    struct range start = {range.at, range.n < BEGINNING ? range.n : BEGINNING};
    struct range rest = {range.at + start.n, range.n - start.n};
    if (copy_range(w, fd, start) && rest.n > 0 &&
        gf_response_send_file(w, fd, rest.at, rest.n) == -EOPNOTSUPP)
        copy_range(w, fd, rest);
}

// Headers and status of an answer with (a part of) the file. Whether a body follows.
static bool begin_answer(struct go_http_response *w, struct go_http_request *r, const char *path,
                         const struct stat *st, struct range *range)
{
    char date[GF_DATE_SIZE + 1] = {0};
    const char *type = gf_type_of_name(path), *wanted = go_http_header(r, "Range");
    gf_date_format(st->st_mtim.tv_sec, date);
    go_http_set_header(w, "Last-Modified", date);
    if (is_unmodified(r, st->st_mtim.tv_sec)) {
        go_http_write_header(w, 304);
        return false;
    }
    go_http_set_header(w, "Accept-Ranges", "bytes");
    int status = 200;
    if (wanted && range_is_current(r, st->st_mtim.tv_sec))
        status = read_range(wanted, st->st_size, range);
    if (status == 416) {
        go_http_set_header(w, "Content-Range",
                           gf_arena_printf(r->arena, "bytes */%lld", (long long)st->st_size));
        go_http_error(w, 416, go_http_status_text(416));
        return false;
    }
    if (status == 206)
        go_http_set_header(w, "Content-Range",
                           gf_arena_printf(r->arena, "bytes %lld-%lld/%lld", (long long)range->at,
                                           (long long)(range->at + range->n - 1),
                                           (long long)st->st_size));
    if (type && !gf_fields_get(&w->fields, "content-type").p)
        go_http_set_header(w, "Content-Type", type);
    set_number(w, "Content-Length", range->n);
    go_http_write_header(w, status);
    return !w->head_request;
}

static void serve_open_file(struct go_http_response *w, struct go_http_request *r, const char *path,
                            int fd, const struct stat *st)
{
    struct range range = {0, st->st_size};
    if (begin_answer(w, r, path, st, &range))
        send_range(w, fd, range);
}

static bool is_allowed(struct go_http_response *w, struct go_http_request *r)
{
    if (strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0)
        return true;
    go_http_set_header(w, "Allow", "GET, HEAD");
    go_http_error(w, 405, "Method Not Allowed");
    return false;
}

static void serve_directory(struct go_http_response *w, struct go_http_request *r, const char *path)
{
    const char *here = go_http_raw_path(r);
    size_t n = strlen(here);
    if (n == 0 || here[n - 1] != '/')
        go_http_redirect(w, r, gf_arena_printf(r->arena, "%s/", here), 301);
    else
        go_http_file(w, r, gf_arena_printf(r->arena, "%s/index.html", path));
}

void go_http_file(go_http_response *w, go_http_request *r, const char *path)
{
    struct stat st;
    if (!is_allowed(w, r))
        return;
    int fd = open_file(path);
    if (fd < 0) {
        answer_error(w, fd);
        return;
    }
    if (fstat(fd, &st) < 0)
        answer_error(w, -errno);
    else if (S_ISDIR(st.st_mode))
        serve_directory(w, r, path);
    else if (S_ISREG(st.st_mode))
        serve_open_file(w, r, path, fd, &st);
    else
        answer_error(w, -ENOENT);
    close(fd);
}

// What the pattern's last wildcard, with a name or without, has matched: the path behind its other segments.
static const char *rest_of_path(struct go_http_request *r)
{
    const struct gf_pattern *p = r->route.pattern;
    const char *rest = go_http_path(r);
    for (size_t i = 0; p && i + 1 < p->count; i++) {
        const char *slash = strchr(rest + 1, '/');
        if (!slash)
            return "";
        rest = slash;
    }
    return rest + (*rest == '/');
}

// Whether the decoded path climbs, or has a name that no file may have.
static bool is_unsafe(const char *path)
{
    struct gf_span rest = gf_span(path, strlen(path)), name;
    while (gf_text_next(&rest, '/', &name))
        if (name.n == 2 && memcmp(name.p, "..", 2) == 0)
            return true;
    return false;
}

void go_http_files(go_http_response *w, go_http_request *r, void *directory)
{
    const char *rest = rest_of_path(r);
    if (is_unsafe(rest))
        go_http_error(w, 400, "400 Bad Request: invalid path");
    else
        go_http_file(w, r, gf_arena_printf(r->arena, "%s/%s", (const char *)directory, rest));
}
