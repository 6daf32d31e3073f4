// SPDX-License-Identifier: MIT
// gofer run: compiles one C file, or finds it compiled in the cache, and becomes the program by exec, so
// that exit status, signals, terminal and descriptors are the program's own. The cache's key holds all
// that the compiler sees but the headers, which the manifest checks. A file that changes while it is being
// compiled must not be recorded with its new content, so what changed after the start is compiled again.
#include "cache.h"
#include "commands.h"
#include "config.h"
#include "depfile.h"
#include "files.h"
#include "process.h"
#include "program.h"
#include "report.h"

#include <errno.h>
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct run_options {
    enum flavour flavour;
    char *source;
    char **args; // the program's own, the source's name before them replaced by the program's
};

static int parse(struct run_options *o, int argc, char **argv)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "-race") == 0)
            o->flavour = FLAVOUR_RACE;
        else if (strcmp(argv[i], "-asan") == 0)
            o->flavour = FLAVOUR_ASAN;
        else
            return report_usage("unknown option %s", argv[i]);
    }
    if (i == argc)
        return report_usage("no file given");
    o->source = argv[i];
    o->args = argv + i;
    return text_has_suffix(o->source, ".c") ? 0 : report_usage("%s is not a .c file", o->source);
}

static void add_words(struct digest *d, const struct words *words)
{
    digest_add(d, &words->count, sizeof(words->count));
    for (size_t i = 0; i < words->count; i++)
        digest_add_text(d, words->at[i]);
}

// Variables that change what gcc and clang find.
static void add_environment(struct digest *d)
{
    static const char *const names[] = {"CPATH", "C_INCLUDE_PATH", "LIBRARY_PATH", "COMPILER_PATH",
                                        "GCC_EXEC_PREFIX"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        digest_add_text(d, getenv(names[i]));
}

static int compute_key(const struct toolchain *t, const char *source, char key[DIGEST_HEX])
{
    struct digest *d = digest_new();
    char *cwd = realpath(".", NULL);
    digest_add_text(d, "gofer run " CONFIG_VERSION);
    digest_add_text(d, cwd);
    digest_add_text(d, source);
    digest_add_text(d, t->version.data);
    add_words(d, &t->compiler);
    add_words(d, &t->linker);
    add_words(d, &t->cflags);
    add_words(d, &t->libs);
    add_environment(d);
    free(cwd);
    int err = digest_add_file(d, source);
    int status = err ? report_error("open %s: %s", source, strerror(-err)) : 0;
    err = status ? 0 : digest_add_file(d, t->library);
    if (err)
        status = report_error("open %s: %s", t->library, strerror(-err));
    digest_end(d, key);
    return status;
}

static bool changed_since(const struct words *files, struct timespec start)
{
    for (size_t i = 0; i < files->count; i++) {
        struct stat st;
        if (stat(files->at[i], &st) < 0)
            return true;
        struct timespec at = st.st_ctim;
        if (at.tv_sec > start.tv_sec || (at.tv_sec == start.tv_sec && at.tv_nsec > start.tv_nsec))
            return true;
    }
    return false;
}

struct compilation {
    const struct cache *cache;
    const struct toolchain *toolchain;
    char *source;
    char *scratch;
    char key[DIGEST_HEX];
    struct timespec start;
};

// Moves the compiled program and its manifest into the cache. On success *program is its path; it stays
// NULL, with status 0, if a file changed meanwhile.
static int keep(const struct compilation *c, const char *compiled, char **program)
{
    struct words files = {0};
    defer(words_free, &files);
    struct text manifest = {0};
    defer(text_free, &manifest);
    char *depfile = text_format("%s/0.d", c->scratch);
    defer(free, depfile);
    int err = depfile_read(depfile, &files);
    if (err)
        return report_error("read %s: %s", depfile, strerror(-err));
    char *place = cache_place(c->cache, c->key, &files, &manifest);
    if (!place)
        return EXIT_FAILED;
    if (changed_since(&files, c->start)) {
        free(place);
        return 0;
    }
    *program = place;
    if (rename(compiled, place) < 0)
        return report_error("cannot write %s: %s", place, strerror(errno));
    return cache_store(c->cache, c->key, &manifest);
}

static int compile_once(struct compilation *c, char **program)
{
    c->scratch = cache_scratch(c->cache);
    if (!c->scratch)
        return report_error("cannot write in %s: %s", c->cache->dir, strerror(errno));
    defer(free, c->scratch);
    defer(files_remove_tree, c->scratch);
    char *compiled = text_format("%s/compiled", c->scratch);
    defer(free, compiled);
    int status =
        program_build(&(struct program){c->toolchain, &c->source, 1, c->scratch, compiled});
    return status ? status : keep(c, compiled, program);
}

// Finds the program in the cache or compiles it there. *program is to be freed.
static int obtain(const struct cache *cache, const struct toolchain *t, char *source,
                  char **program)
{
    struct compilation c = {.cache = cache, .toolchain = t, .source = source};
    for (int attempt = 0; attempt < 3; attempt++) {
        clock_gettime(CLOCK_REALTIME, &c.start);
        int status = compute_key(t, source, c.key);
        if (status)
            return status;
        *program = cache_find(cache, c.key);
        if (*program)
            return 0;
        status = compile_once(&c, program);
        if (status || *program)
            return status;
    }
    return report_error("%s, or a header of it, changes all the time", source);
}

static int prepare(const struct gofer_env *env, const struct run_options *o, char **program)
{
    struct cache cache = {0};
    defer(cache_close, &cache);
    struct toolchain t = {0};
    defer(toolchain_close, &t);
    int status = cache_open(&cache);
    if (!status)
        status = toolchain_open(&t, env, o->flavour);
    if (!status)
        status = toolchain_link_named(&t, o->source);
    return status ? status : obtain(&cache, &t, o->source, program);
}

// The program's argv[0] is the source's name without directory and suffix: what it should call itself.
static int become(const char *program, const struct run_options *o)
{
    const char *base = path_base(o->source);
    o->args[0] = text_format("%.*s", (int)(strlen(base) - 2), base);
    execv(program, o->args);
    return report_error("cannot start %s: %s", program, strerror(errno));
}

int gofer_cmd_run(struct gofer_env *env, int argc, char **argv)
{
    struct run_options o = {0};
    int status = parse(&o, argc, argv);
    if (status)
        return status;
    struct stat st;
    if (stat(o.source, &st) < 0)
        return report_error("open %s: %s", o.source, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return report_error("%s is not a file", o.source);
    char *program = NULL;
    status = prepare(env, &o, &program);
    if (status || process_signal())
        return status;
    return become(program, &o);
}
