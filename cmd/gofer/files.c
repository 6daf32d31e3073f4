// SPDX-License-Identifier: MIT
// Directories made and removed, files replaced. A file that others may be reading is never written in
// place: it appears by rename(2), complete or not at all, also when two commands run at once.
#include "files.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int files_make_directory(const char *path)
{
    char *copy = text_format("%s", path);
    int err = 0;
    for (char *p = copy + 1; !err; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char kept = *p;
        *p = '\0';
        if (mkdir(copy, 0777) < 0 && errno != EEXIST)
            err = -errno;
        *p = kept;
        if (!kept)
            break;
    }
    free(copy);
    return err;
}

char *files_make_scratch(const char *prefix)
{
    char *path = text_format("%s-XXXXXX", prefix);
    if (mkdtemp(path))
        return path;
    int err = errno;
    free(path);
    errno = err;
    return NULL;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    remove(path);
    return 0;
}

void files_remove_tree(const char *path)
{
    if (path)
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            data += n;
            size -= (size_t)n;
        }
    }
    return 0;
}

int files_replace(const char *path, const void *data, size_t size)
{
    char *fresh = text_format("%s.XXXXXX", path);
    int fd = mkostemp(fresh, O_CLOEXEC);
    int err = fd < 0 ? -errno : write_all(fd, data, size);
    if (fd >= 0 && close(fd) < 0 && !err)
        err = -errno;
    if (!err && rename(fresh, path) < 0)
        err = -errno;
    if (err && fd >= 0)
        unlink(fresh);
    free(fresh);
    return err;
}

char *files_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return text_format(".");
    return slash == path ? text_format("/") : text_format("%.*s", (int)(slash - path), path);
}
