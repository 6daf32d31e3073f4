// SPDX-License-Identifier: MIT
// What memory and which threads this process has, by the kernel's word in /proc. Read through small buffers on the
// stack, without stdio or malloc, for who asks has stopped all other threads, and one of them may hold any lock.
#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE_SHIFT = 12, BUFFER = 4096 };

// --- Mappings ---

static uintptr_t take_hex(const char **at)
{
    char *end;
    uintptr_t n = strtoul(*at, &end, 16);
    *at = *end ? end + 1 : end;
    return n;
}

// 7f0000000000-7f0000001000 rw-p 00000000 00:00 0    [heap]
static struct gf_os_map parse(const char *line)
{
    struct gf_os_map map = {.name = ""};
    map.start = take_hex(&line);
    map.end = take_hex(&line);
    map.readable = line[0] == 'r';
    map.writable = line[1] == 'w';
    for (int fields = 0; fields < 4 && (line = strchr(line, ' ')); fields++)
        line += strspn(line, " ");
    if (line)
        strncpy(map.name, line, sizeof map.name - 1);
    return map;
}

// Hands on the whole lines of a buffer; returns how many bytes of it are left.
static size_t take_lines(char *buffer, size_t used, void (*f)(const struct gf_os_map *, void *),
                         void *arg)
{
    char *line = buffer, *end;
    while ((end = memchr(line, '\n', used - (size_t)(line - buffer)))) {
        *end = '\0';
        struct gf_os_map map = parse(line);
        f(&map, arg);
        line = end + 1;
    }
    size_t left = used - (size_t)(line - buffer);
    memmove(buffer, line, left);
    return left;
}

bool gf_os_maps(void (*f)(const struct gf_os_map *map, void *arg), void *arg)
{
    char buffer[BUFFER];
    size_t used = 0;
    ssize_t n;
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    while ((n = read(fd, buffer + used, sizeof buffer - used)) > 0) {
        used = take_lines(buffer, used + (size_t)n, f, arg);
        if (used == sizeof buffer) // a name longer than the buffer: its mapping is not told
            used = 0;
    }
    close(fd);
    return n == 0;
}

// --- Pages ---

int gf_os_pagemap_open(void)
{
    return open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
}

void gf_os_pagemap_close(int pagemap)
{
    if (pagemap >= 0)
        close(pagemap);
}

// A guard by advice looks like a page that is swapped out, and gofer's are not the only ones: newer libcs make those of
// threads' stacks so. Kernels without MADV_POPULATE_READ (5.14) say EINVAL, and have no such guards.
bool gf_os_page_is_readable(uintptr_t page)
{
    return madvise((void *)page, (size_t)1 << PAGE_SHIFT, MADV_POPULATE_READ) == 0 ||
           errno == EINVAL;
}

size_t gf_os_pages_used(int pagemap, uintptr_t start, uint64_t *used, size_t n)
{
    const uint64_t present = UINT64_C(1) << 63, swapped = UINT64_C(1) << 62;
    off_t at = (off_t)(start >> PAGE_SHIFT) * (off_t)sizeof *used;
    ssize_t got = pagemap < 0 ? -1 : pread(pagemap, used, n * sizeof *used, at);
    size_t count = got > 0 ? (size_t)got / sizeof *used : 0;
    for (size_t i = 0; i < count; i++)
        used[i] = used[i] & present ||
                  (used[i] & swapped && gf_os_page_is_readable(start + (i << PAGE_SHIFT)));
    return count;
}

// --- Threads ---

// The record of getdents64.
struct entry {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

int gf_os_thread_list(int *tids, int max)
{
    _Alignas(struct entry) char buffer[BUFFER];
    int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0;
    long n;
    if (fd < 0)
        return -1;
    while ((n = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < n;) {
            const struct entry *e = (const struct entry *)(buffer + at);
            int tid = atoi(e->name);
            if (tid > 0 && count < max)
                tids[count++] = tid;
            at += e->length;
        }
    }
    close(fd);
    return count;
}

bool gf_os_thread_sleeps(int tid)
{
    char path[64] = "/proc/self/task/", text[512], digits[16], *to = path + strlen(path);
    int n = 0;
    for (; tid > 0; tid /= 10)
        digits[n++] = (char)('0' + tid % 10);
    while (n > 0)
        *to++ = digits[--n];
    strcpy(to, "/stat");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = '\0';
    const char *at = strrchr(text, ')');
    return at && (at[2] == 'S' || at[2] == 'D' || at[2] == 'Z');
}
