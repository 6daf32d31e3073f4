// SPDX-License-Identifier: MIT
// Files. What is in memory already is read at once; everything else may wait for a disk and blocks a thread in a marked
// region, one of a bounded number, while others get the processor.
#include "io/blocking.h"
#include "io/race.h"
#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gofer/io.h>
#include <gofer/panic.h>
#include <string.h>
#include <unistd.h>

// POSIX's -1 as a negative errno. A file's calls are not given up for a signal.
#define RESULT(call)                                                                               \
    __extension__({                                                                                \
        __typeof__(call) posix_;                                                                   \
        do                                                                                         \
            posix_ = (call);                                                                       \
        while (posix_ < 0 && errno == EINTR);                                                      \
        posix_ < 0 ? -errno : posix_;                                                              \
    })

int go_open(const char *path, int flags, mode_t mode)
{
    return gf_blocking_call(RESULT(open(path, flags | O_CLOEXEC, mode)));
}

static ssize_t pread_whole(int fd, void *buf, size_t n, off_t offset)
{
    ssize_t got = gf_os_try_pread(fd, buf, n, offset);
    size_t done = got > 0 ? (size_t)got : 0;
    if (done == n || (got < 0 && got != -EAGAIN))
        return got;
    got = gf_blocking_call(RESULT(pread(fd, (char *)buf + done, n - done, offset + (off_t)done)));
    if (got < 0)
        return done > 0 ? (ssize_t)done : got;
    return (ssize_t)done + got;
}

// A read may come back short in the middle of a file when the rest is not in memory; the caller sees that only at the end.
ssize_t go_pread(int fd, void *buf, size_t n, off_t offset)
{
    ssize_t got = pread_whole(fd, buf, n, offset);
    gf_io_race_has_read(buf, got, __builtin_return_address(0));
    return got;
}

static ssize_t write_all(int fd, const char *buf, size_t n, off_t offset)
{
    size_t done = 0;
    ssize_t put;
    do {
        put = RESULT(pwrite(fd, buf + done, n - done, offset + (off_t)done));
        if (put > 0)
            done += (size_t)put;
    } while (put > 0 && done < n);
    return done > 0 ? (ssize_t)done : put;
}

ssize_t go_pwrite(int fd, const void *buf, size_t n, off_t offset)
{
    gf_io_race_writes(buf, n, __builtin_return_address(0));
    return gf_blocking_call(write_all(fd, buf, n, offset));
}

int go_fsync(int fd)
{
    return gf_blocking_call(RESULT(fsync(fd)));
}

int go_stat(const char *path, struct stat *st)
{
    int error = gf_blocking_call(RESULT(stat(path, st)));
    if (!error)
        gf_race_write(st, sizeof *st, __builtin_return_address(0));
    return error;
}

// --- Directories ---

// Names are read in batches, in a marked region, and handed to the program outside of it.
struct batch {
    DIR *dir;
    struct dirent *next; // read, but found no room
    int error;
    size_t used;
    char names[4096]; // each with its NUL
};

static bool is_own(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool add(struct batch *b, const char *name)
{
    size_t n = strlen(name) + 1;
    if (n > sizeof b->names - b->used)
        return false;
    memcpy(b->names + b->used, name, n);
    b->used += n;
    return true;
}

// Returns whether there is something.
static bool fill(struct batch *b)
{
    b->used = 0;
    if (b->next)
        add(b, b->next->d_name);
    for (errno = 0; (b->next = readdir(b->dir)); errno = 0)
        if (!is_own(b->next->d_name) && !add(b, b->next->d_name))
            return true;
    b->error = -errno;
    return b->used > 0;
}

static void close_dir(DIR *dir)
{
    closedir(dir);
}

static DIR *open_dir(const char *path, int *error)
{
    DIR *dir = opendir(path);
    *error = dir ? 0 : -errno;
    return dir;
}

int go_readdir(const char *path, bool (*f)(const char *name, void *arg), void *arg)
{
    struct batch b = {0};
    b.dir = gf_blocking_call(open_dir(path, &b.error));
    if (!b.dir)
        return b.error;
    // f may panic.
    GO_DEFER(close_dir, b.dir);
    do {
        if (!gf_blocking_call(fill(&b)))
            return b.error;
        for (const char *name = b.names; name < b.names + b.used; name += strlen(name) + 1)
            if (!f(name, arg))
                return 0;
    } while (b.next);
    return b.error;
}
