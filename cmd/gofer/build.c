// SPDX-License-Identifier: MIT
// gofer build: compiles C files against the library into one program. The scratch directory lies beside
// the output, on the same file system, so that the finished program takes its place by one rename; on any
// failure, a signal included, the directory goes and an older output stays as it was.
#include "commands.h"
#include "files.h"
#include "program.h"
#include "report.h"

#include <errno.h>
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct build_options {
    enum flavour flavour;
    const char *out;
    char **files;
    size_t count;
};

static int parse(struct build_options *o, int argc, char **argv)
{
    int n = 0; // files move to the front, behind the name
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-race") == 0)
            o->flavour = FLAVOUR_RACE;
        else if (strcmp(argv[i], "-asan") == 0)
            o->flavour = FLAVOUR_ASAN;
        else if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
            o->out = argv[++i];
        else if (strcmp(argv[i], "-o") == 0)
            return report_usage("-o needs a file name");
        else if (argv[i][0] == '-')
            return report_usage("unknown option %s", argv[i]);
        else
            argv[1 + n++] = argv[i];
    }
    o->files = argv + 1;
    o->count = (size_t)n;
    return n ? 0 : report_usage("no files given");
}

static int check_files(const struct build_options *o)
{
    for (size_t i = 0; i < o->count; i++) {
        const char *file = o->files[i];
        if (!text_has_suffix(file, ".c") && !text_has_suffix(file, ".o") &&
            !text_has_suffix(file, ".a"))
            return report_usage("%s is neither a .c nor a .o nor a .a file", file);
        if (access(file, R_OK) < 0)
            return report_error("open %s: %s", file, strerror(errno));
    }
    return 0;
}

// The output must be a place for a program: no directory, and none of the inputs.
static int check_output(const struct build_options *o, const char *out)
{
    struct stat there, input;
    if (stat(out, &there) < 0)
        return 0;
    if (S_ISDIR(there.st_mode))
        return report_error("%s is a directory", out);
    for (size_t i = 0; i < o->count; i++)
        if (stat(o->files[i], &input) == 0 && input.st_dev == there.st_dev &&
            input.st_ino == there.st_ino)
            return report_usage("-o %s would overwrite a source", out);
    return 0;
}

// Without -o, the first file's name without its suffix, in the current directory.
static char *output_name(const struct build_options *o)
{
    if (o->out)
        return text_format("%s", o->out);
    const char *base = path_base(o->files[0]);
    return text_format("%.*s", (int)(strlen(base) - 2), base);
}

static int build_in_scratch(const struct toolchain *t, const struct build_options *o,
                            const char *out)
{
    char *dir = files_directory(out);
    defer(free, dir);
    char *prefix = text_format("%s/.gofer-build", dir);
    defer(free, prefix);
    char *scratch = files_make_scratch(prefix);
    if (!scratch)
        return report_error("cannot write in %s: %s", dir, strerror(errno));
    defer(free, scratch);
    defer(files_remove_tree, scratch);
    return program_build(&(struct program){t, o->files, o->count, scratch, out});
}

int gofer_cmd_build(struct gofer_env *env, int argc, char **argv)
{
    struct build_options o = {0};
    int status = parse(&o, argc, argv);
    if (status || (status = check_files(&o)))
        return status;
    char *out = output_name(&o);
    defer(free, out);
    if ((status = check_output(&o, out)))
        return status;
    struct toolchain t = {0};
    defer(toolchain_close, &t);
    status = toolchain_open(&t, env, o.flavour);
    for (size_t i = 0; !status && i < o.count; i++)
        if (text_has_suffix(o.files[i], ".c"))
            status = toolchain_link_named(&t, o.files[i]);
    return status ? status : build_in_scratch(&t, &o, out);
}
