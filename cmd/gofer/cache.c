// SPDX-License-Identifier: MIT
// The cache has two steps, as ccache's direct mode has, for the headers that a program reads are only known
// by compiling it. A key (compiler, flags, library, source) names a manifest; the manifest's first line names
// a program, and each further line gives a file's SHA-256 and path. Only if all of them still hold is the
// program that one. Its name is the digest of key and manifest, so two contents never share a file, and both
// are put into place by rename: a reader sees all or nothing, and no lock is needed.
//
//     manifest/KEY          "PROGRAM\n" then "DIGEST PATH\n" for each header
//     program/PROGRAM       the executable
//     scratch-XXXXXX/       a compilation under way
//
// What has not been used for 30 days is removed, looked for once a day; use is the modification time, set
// at most once an hour. Not noticed: a header added where it would be found before the one recorded.
#include "cache.h"

#include "files.h"
#include "report.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HOUR = 3600, DAY = 24 * HOUR, KEEP = 30 * DAY };

static char *choose_dir(void)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (xdg && xdg[0] == '/')
        return text_format("%s/gofer", xdg);
    return home && home[0] == '/' ? text_format("%s/.cache/gofer", home) : NULL;
}

static int make_room(const struct cache *c, const char *room)
{
    char *path = text_format("%s/%s", c->dir, room);
    int err = files_make_directory(path);
    int status = err ? report_error("cache %s: %s", path, strerror(-err)) : 0;
    free(path);
    return status;
}

// Seconds since the file was last written, or -1 if it cannot be seen.
static time_t age(const char *path)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return -1;
    time_t passed = time(NULL) - st.st_mtime;
    return passed < 0 ? 0 : passed;
}

static void trim_room(const char *room, const char *prefix, time_t limit)
{
    DIR *d = opendir(room);
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] == '.' || strncmp(e->d_name, prefix, strlen(prefix)) != 0)
            continue;
        char *path = text_format("%s/%s", room, e->d_name);
        if (age(path) > limit)
            files_remove_tree(path);
        free(path);
    }
    closedir(d);
}

static void trim(const struct cache *c)
{
    static const char *const rooms[] = {"manifest", "program"};
    char *stamp = text_format("%s/trimmed", c->dir);
    time_t since = age(stamp);
    if ((since < 0 || since > DAY) && files_replace(stamp, "", 0) == 0) {
        for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
            char *room = text_format("%s/%s", c->dir, rooms[i]);
            trim_room(room, "", KEEP);
            free(room);
        }
        trim_room(c->dir, "scratch-", DAY);
    }
    free(stamp);
}

int cache_open(struct cache *c)
{
    c->dir = choose_dir();
    if (!c->dir)
        return report_error("no place for the cache: neither XDG_CACHE_HOME nor HOME is set");
    int status = make_room(c, "manifest");
    return status ? status : make_room(c, "program");
}

void cache_close(struct cache *c)
{
    free(c->dir);
    c->dir = NULL;
}

char *cache_scratch(const struct cache *c)
{
    trim(c);
    char *prefix = text_format("%s/scratch", c->dir);
    char *path = files_make_scratch(prefix);
    free(prefix);
    return path;
}

// Takes the next line off *rest, NUL-terminated; NULL at the end.
static char *next_line(char **rest)
{
    char *line = *rest;
    if (!line || !*line)
        return NULL;
    char *end = strchr(line, '\n');
    *rest = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    return line;
}

// Whether every "DIGEST PATH" line is still true.
static bool files_unchanged(char *lines)
{
    for (char *line; (line = next_line(&lines));) {
        char now[DIGEST_HEX];
        if (strlen(line) < DIGEST_HEX + 1 || digest_file(line + DIGEST_HEX, now) < 0)
            return false;
        if (strncmp(line, now, DIGEST_HEX - 1) != 0)
            return false;
    }
    return true;
}

static void mark_used(const char *path)
{
    if (age(path) > HOUR)
        utimensat(AT_FDCWD, path, NULL, 0);
}

char *cache_find(const struct cache *c, const char key[DIGEST_HEX])
{
    char *path = text_format("%s/manifest/%s", c->dir, key);
    struct text manifest = {0};
    char *program = NULL;
    char *rest = text_read_file(&manifest, path) == 0 ? manifest.data : NULL;
    char *name = next_line(&rest);
    if (name && files_unchanged(rest)) {
        program = text_format("%s/program/%s", c->dir, name);
        if (access(program, X_OK) == 0) {
            mark_used(path);
            mark_used(program);
        } else {
            free(program);
            program = NULL;
        }
    }
    text_free(&manifest);
    free(path);
    return program;
}

static int describe(const struct words *files, struct text *lines)
{
    for (size_t i = 0; i < files->count; i++) {
        char hex[DIGEST_HEX];
        int err = digest_file(files->at[i], hex);
        if (err)
            return report_error("read %s: %s", files->at[i], strerror(-err));
        text_printf(lines, "%s %s\n", hex, files->at[i]);
    }
    return 0;
}

char *cache_place(const struct cache *c, const char key[DIGEST_HEX], const struct words *files,
                  struct text *manifest)
{
    struct text lines = {0};
    char *program = NULL;
    if (describe(files, &lines) == 0) {
        char name[DIGEST_HEX];
        struct digest *d = digest_new();
        digest_add_text(d, key);
        digest_add_text(d, lines.data);
        digest_end(d, name);
        text_printf(manifest, "%s\n%s", name, lines.data ? lines.data : "");
        program = text_format("%s/program/%s", c->dir, name);
    }
    text_free(&lines);
    return program;
}

int cache_store(const struct cache *c, const char key[DIGEST_HEX], const struct text *manifest)
{
    char *path = text_format("%s/manifest/%s", c->dir, key);
    int err = files_replace(path, manifest->data, manifest->size);
    int status = err ? report_error("cache %s: %s", path, strerror(-err)) : 0;
    free(path);
    return status;
}
