// SPDX-License-Identifier: MIT
// Builds trees by CMake and Ninja, as the root script does for build/dev: a lock on the tree, for ninja
// does not guard against a second one, and a file that names the source tree it was configured for, since
// a tree that was moved or copied would build the old place.
#include "tree.h"

#include "files.h"
#include "process.h"
#include "report.h"
#include "text.h"

#include <fcntl.h>
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

char *tree_path(const struct gofer_env *env, const char *preset)
{
    return text_format("%s/build/%s", env->source_dir, preset);
}

static bool is_configured(const struct gofer_env *env, const char *stamp)
{
    struct text said = {0};
    bool same = text_read_file(&said, stamp) == 0 && said.size > 0;
    if (same) {
        said.data[strcspn(said.data, "\n")] = '\0';
        same = strcmp(said.data, env->source_dir) == 0;
    }
    text_free(&said);
    return same;
}

static int configure(const struct gofer_env *env, const char *preset, const char *stamp)
{
    fprintf(stderr, "gofer: configuring and building in build/%s\n", preset);
    char *argv[] = {"cmake", "--fresh", "-S", env->source_dir, "--preset", (char *)preset, NULL};
    struct text said = {0};
    int status = process_run(argv, &(struct process_options){.output = &said, .merge = true});
    if (status < 0)
        report_error("cannot start cmake: %s", strerror(-status));
    else if (status > 0 && said.data)
        fputs(said.data, stderr);
    text_free(&said);
    if (status)
        return report_error("cmake failed for preset %s", preset);
    char *line = text_format("%s\n", env->source_dir);
    int err = files_replace(stamp, line, strlen(line));
    free(line);
    return err ? report_error("%s: %s", stamp, strerror(-err)) : 0;
}

static int build(const char *tree, const char *target)
{
    char *argv[] = {"ninja", "--quiet", "-C", (char *)tree, (char *)target, NULL};
    struct text said = {0};
    int status = process_run(argv, &(struct process_options){.output = &said, .merge = true});
    if (status > 0 && said.data)
        fputs(said.data, stderr);
    text_free(&said);
    if (status < 0)
        return report_error("cannot start ninja: %s", strerror(-status));
    return status ? report_error("building in %s failed", tree) : 0;
}

static int build_locked(const struct gofer_env *env, const char *preset, const char *target,
                        const char *tree)
{
    char *stamp = text_format("%s/.configured", tree);
    int status = is_configured(env, stamp) ? 0 : configure(env, preset, stamp);
    free(stamp);
    return status ? status : build(tree, target);
}

static int lock(const char *tree)
{
    char *path = text_format("%s/.lock", tree);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    free(path);
    if (fd >= 0)
        go_blocking(flock, fd, LOCK_EX);
    return fd;
}

int tree_build(const struct gofer_env *env, const char *preset, const char *target)
{
    char *tree = tree_path(env, preset);
    defer(free, tree);
    int err = files_make_directory(tree);
    if (err)
        return report_error("%s: %s", tree, strerror(-err));
    int fd = lock(tree);
    if (fd < 0)
        return report_error("%s: cannot be locked", tree);
    int status = build_locked(env, preset, target, tree);
    close(fd);
    return status;
}
