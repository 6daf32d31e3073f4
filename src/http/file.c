// SPDX-License-Identifier: MIT
// Files as answers: type by name, Last-Modified and what clients make of it, ranges of bytes, and directories by their
// index.html. Calls that wait for a disk are marked as blocking, so they hold no processor; on a plain connection the
// bytes go from the kernel's memory to the socket by sendfile. Several ranges are one body, multipart/byteranges, whose
// length is named like any other.
#include "http/condition.h"
#include "http/date.h"
#include "http/range.h"
#include "http/request.h"
#include "http/response.h"
#include "http/sniff.h"
#include "os/os.h"

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
enum { SNIFFED = 512 };
enum { BOUNDARY = 16 }; // random bytes

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

static void set_number(struct go_http_response *w, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)value);
    go_http_set_header(w, name, text);
}

static bool copy_range(struct go_http_response *w, int fd, struct gf_range range)
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
static void send_range(struct go_http_response *w, int fd, struct gf_range range)
{
    struct gf_range start = {range.at, range.n < BEGINNING ? range.n : BEGINNING};
    struct gf_range rest = {range.at + start.n, range.n - start.n};
    if (copy_range(w, fd, start) && rest.n > 0 &&
        gf_response_send_file(w, fd, rest.at, rest.n) == -EOPNOTSUPP)
        copy_range(w, fd, rest);
}

// --- Several ranges ---

// A body of several parts.
struct multipart {
    struct gf_ranges ranges;
    char boundary[2 * BOUNDARY + 1];
    const char *type; // of each part
    int64_t size;     // of the file
};

static void make_boundary(char *text)
{
    unsigned char random[BOUNDARY];
    if (gf_os_random(random, sizeof(random)))
        memset(random, 0, sizeof(random)); // it is not a secret, only unlikely in a file
    for (int i = 0; i < BOUNDARY; i++)
        sprintf(text + (ptrdiff_t)2 * i, "%02x", random[i]);
}

static const char *part_head(struct gf_arena *a, const struct multipart *m, size_t i)
{
    const struct gf_range *r = &m->ranges.list[i];
    return gf_arena_printf(
        a, "%s--%s\r\nContent-Range: bytes %lld-%lld/%lld\r\nContent-Type: %s\r\n\r\n",
        i ? "\r\n" : "", m->boundary, (long long)r->at, (long long)(r->at + r->n - 1),
        (long long)m->size, m->type);
}

static const char *end_of_parts(struct gf_arena *a, const struct multipart *m)
{
    return gf_arena_printf(a, "\r\n--%s--\r\n", m->boundary);
}

static int64_t length_of_parts(struct gf_arena *a, const struct multipart *m)
{
    int64_t n = (int64_t)strlen(end_of_parts(a, m));
    for (size_t i = 0; i < m->ranges.count; i++)
        n += (int64_t)strlen(part_head(a, m, i)) + m->ranges.list[i].n;
    return n;
}

static void send_parts(struct go_http_response *w, struct gf_arena *a, int fd,
                       const struct multipart *m)
{
    for (size_t i = 0; i < m->ranges.count; i++) {
        go_http_printf(w, "%s", part_head(a, m, i));
        send_range(w, fd, m->ranges.list[i]);
    }
    go_http_printf(w, "%s", end_of_parts(a, m));
}

// --- The answer ---

// The type that the handler has set, or that of the name, or of the file's first bytes.
static const char *type_of(struct go_http_response *w, const char *path, int fd)
{
    char start[SNIFFED];
    struct gf_span set = gf_fields_get(&w->fields, "content-type");
    const char *type = set.p ? set.p : gf_type_of_name(path);
    if (type)
        return type;
    ssize_t n = go_pread(fd, start, sizeof(start), 0);
    return gf_sniff(gf_span(start, n > 0 ? (size_t)n : 0));
}

// Answers to what asks for no range, or for one.
static void send_single(struct go_http_response *w, int fd, int status, struct gf_range range)
{
    set_number(w, "Content-Length", range.n);
    go_http_write_header(w, status);
    if (!w->head_request)
        send_range(w, fd, range);
}

static void answer_range(struct go_http_response *w, struct gf_arena *a, int fd, int64_t size,
                         struct gf_range range)
{
    go_http_set_header(w, "Content-Range",
                       gf_arena_printf(a, "bytes %lld-%lld/%lld", (long long)range.at,
                                       (long long)(range.at + range.n - 1), (long long)size));
    send_single(w, fd, 206, range);
}

static void answer_ranges(struct go_http_response *w, struct gf_arena *a, int fd, int64_t size,
                          struct gf_ranges ranges, const char *type)
{
    struct multipart m = {.ranges = ranges, .type = type, .size = size};
    make_boundary(m.boundary);
    go_http_set_header(w, "Content-Type",
                       gf_arena_printf(a, "multipart/byteranges; boundary=%s", m.boundary));
    set_number(w, "Content-Length", length_of_parts(a, &m));
    go_http_write_header(w, 206);
    if (!w->head_request)
        send_parts(w, a, fd, &m);
}

static void answer_outside(struct go_http_response *w, struct gf_arena *a, int64_t size)
{
    go_http_set_header(w, "Content-Range", gf_arena_printf(a, "bytes */%lld", (long long)size));
    go_http_error(w, 416, go_http_status_text(416));
}

// The content is wanted: all of it, or what the request's Range says.
static void answer_content(struct go_http_response *w, struct go_http_request *r, int fd,
                           int64_t size, bool may_cut, const char *type)
{
    struct gf_ranges ranges;
    const char *wanted = go_http_header(r, "Range");
    int status = wanted && may_cut ? gf_ranges_read(r->arena, wanted, size, &ranges) : 200;
    if (status == 416)
        answer_outside(w, r->arena, size);
    else if (status == 200)
        send_single(w, fd, 200, (struct gf_range){0, size});
    else if (ranges.count == 1)
        answer_range(w, r->arena, fd, size, ranges.list[0]);
    else
        answer_ranges(w, r->arena, fd, size, ranges, type);
}

static void serve_open_file(struct go_http_response *w, struct go_http_request *r, const char *path,
                            int fd, const struct stat *st)
{
    char date[GF_DATE_SIZE + 1] = {0};
    struct gf_version version = {st->st_mtim.tv_sec, gf_fields_get(&w->fields, "etag")};
    gf_date_format(st->st_mtim.tv_sec, date);
    go_http_set_header(w, "Last-Modified", date);
    int status = gf_condition_check(r->fields, true, &version);
    if (status) {
        go_http_set_header(w, "Content-Type", NULL);
        go_http_write_header(w, status);
        return;
    }
    go_http_set_header(w, "Accept-Ranges", "bytes");
    const char *type = type_of(w, path, fd);
    if (st->st_size > 0)
        go_http_set_header(w, "Content-Type", type);
    answer_content(w, r, fd, st->st_size, gf_condition_allows_range(r->fields, &version), type);
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
