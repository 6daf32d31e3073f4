// SPDX-License-Identifier: MIT
// gofer vet: chooses files and compiler flags, and becomes gofer-vet, which looks at them. That is a program of its own,
// because it is linked with libclang, which nothing else here needs: see vet/main.c. In the source tree it is built when
// it is asked for first; an installed gofer finds it at its side. Flags are those of `gofer build`, for clang, behind
// vet's own versions of some headers.
#include "commands.h"
#include "files.h"
#include "program.h"
#include "report.h"
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct vet_options {
    struct words options; // for gofer-vet, which knows the checks
    struct words files;
    bool list;
};

static int is_source(const struct dirent *entry)
{
    return text_has_suffix(entry->d_name, ".c");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

// A directory stands for the .c files in it.
static int add_directory(struct vet_options *o, const char *path)
{
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, is_source, by_name);
    if (n < 0)
        return report_error("open %s: %s", path, strerror(errno));
    int length = (int)strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    for (int i = 0; i < n; i++) {
        words_printf(&o->files, "%.*s/%s", length, path, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return n ? 0 : report_error("%s: no .c files", path);
}

static int add_path(struct vet_options *o, const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return report_usage("open %s: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return add_directory(o, path);
    if (!text_has_suffix(path, ".c"))
        return report_usage("%s is neither a directory nor a .c file", path);
    words_add(&o->files, path);
    return 0;
}

static int parse(struct vet_options *o, int argc, char **argv)
{
    int status = 0;
    for (int i = 1; i < argc && !status; i++) {
        if (argv[i][0] != '-') {
            status = add_path(o, argv[i]);
            continue;
        }
        o->list |= strcmp(argv[i], "-list") == 0;
        words_add(&o->options, argv[i]);
    }
    if (!status && !o->list && !o->files.count)
        status = report_usage("no files given");
    return status;
}

static int provide_program(const struct gofer_env *env)
{
    int status = env->source_dir ? tree_build(env, path_base(env->build_dir), "gofer_vet") : 0;
    if (!status && access(env->vet_program, X_OK) < 0)
        return report_error("%s is not there: this gofer was built without libclang",
                            env->vet_program);
    return status;
}

// The compiler's flags as gofer-vet takes them. System headers are not looked at, and gofer's count as such.
static int add_flags(struct words *argv, const struct gofer_env *env, const struct vet_options *o)
{
    struct toolchain t;
    toolchain_open_for_vet(&t, env);
    defer(toolchain_close, &t);
    int status = 0;
    for (size_t i = 0; !status && i < o->files.count; i++)
        status = toolchain_link_named(&t, o->files.at[i]);
    words_printf(argv, "-isystem%s", env->vet_headers);
    words_printf(argv, "-isystem%s", env->include_dir);
    words_add_all(argv, (const char *const *)t.cflags.at, t.cflags.count);
    return status;
}

static int become(const struct gofer_env *env, const struct vet_options *o)
{
    struct words argv = {0};
    defer(words_free, &argv);
    words_add(&argv, env->vet_program);
    words_add_all(&argv, (const char *const *)o->options.at, o->options.count);
    words_add_all(&argv, (const char *const *)o->files.at, o->files.count);
    words_add(&argv, "--");
    int status = add_flags(&argv, env, o);
    if (status)
        return status;
    execv(env->vet_program, argv.at);
    return report_error("cannot start %s: %s", env->vet_program, strerror(errno));
}

int gofer_cmd_vet(struct gofer_env *env, int argc, char **argv)
{
    struct vet_options o = {0};
    defer(words_free, &o.options);
    defer(words_free, &o.files);
    int status = parse(&o, argc, argv);
    if (!status)
        status = provide_program(env);
    return status ? status : become(env, &o);
}
