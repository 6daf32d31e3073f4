// SPDX-License-Identifier: MIT
// Tests of users' programs: files with GO_TESTs (gofer/test.h) are compiled together with the sources that they test
// into one program, which runs them and is passed the options that it knows. A directory stands for its *_test.c and
// for its other sources, but those that have a main of their own; files are taken as they are named. Each path on the
// command line that is a directory makes a program; all files together make one more.
#include "usertest.h"

#include "files.h"
#include "process.h"
#include "program.h"
#include "report.h"

#include <dirent.h>
#include <errno.h>
#include <gofer.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct usertest_options {
    enum flavour flavour;
    struct words passed; // options for the test program
    struct words files, directories;
};

static bool takes_value(const char *word)
{
    return strcmp(word, "-run") == 0 || strcmp(word, "-count") == 0 ||
           strcmp(word, "-timeout") == 0 || strcmp(word, "-parallel") == 0 ||
           strcmp(word, "-seed") == 0;
}

// Whether a path lies in gofer's own tests or examples.
static bool is_own(const struct gofer_env *env, const char *path)
{
    char *full = realpath(path, NULL);
    size_t root = env->source_dir ? strlen(env->source_dir) : 0;
    bool own = full && root && strncmp(full, env->source_dir, root) == 0 &&
               (full[root] == '/' || full[root] == '\0');
    free(full);
    return own;
}

bool usertest_is_meant(const struct gofer_env *env, int argc, char **argv)
{
    if (!env->source_dir)
        return true;
    for (int i = 1; i < argc; i++) {
        if (takes_value(argv[i]))
            i++;
        else if (argv[i][0] != '-' && access(argv[i], F_OK) == 0 && !is_own(env, argv[i]))
            return true;
    }
    return false;
}

static int add_path(struct usertest_options *o, const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return report_error("open %s: %s", path, strerror(errno));
    if (!S_ISDIR(st.st_mode) && !text_has_suffix(path, ".c") && !text_has_suffix(path, ".o") &&
        !text_has_suffix(path, ".a"))
        return report_usage("%s is neither a directory nor a .c, .o or .a file", path);
    words_add(S_ISDIR(st.st_mode) ? &o->directories : &o->files, path);
    return 0;
}

// The scheduler of the test program takes its seed from GOFER_DEBUG.
static int export_seed(const char *word)
{
    char *end;
    errno = 0;
    long seed = strtol(word, &end, 10);
    if (end == word || *end || errno || seed < 0)
        return report_usage("-seed needs a number, not %s", word);
    const char *keys = getenv("GOFER_DEBUG");
    char *all = text_format("seed=%ld%s%s", seed, keys ? "," : "", keys ? keys : "");
    setenv("GOFER_DEBUG", all, 1);
    free(all);
    return 0;
}

static int parse(struct usertest_options *o, int argc, char **argv)
{
    int status = 0;
    for (int i = 1; i < argc && !status; i++) {
        const char *word = argv[i];
        if (takes_value(word) && i + 1 == argc)
            status = report_usage("%s needs a value", word);
        else if (strcmp(word, "-seed") == 0)
            status = export_seed(argv[++i]);
        else if (takes_value(word))
            words_add_all(&o->passed, (const char *const[]){word, argv[++i]}, 2);
        else if (strcmp(word, "-race") == 0)
            o->flavour = FLAVOUR_RACE;
        else if (strcmp(word, "-asan") == 0)
            o->flavour = FLAVOUR_ASAN;
        else if (strcmp(word, "-v") == 0)
            words_add(&o->passed, word);
        else if (word[0] == '-')
            status = report_usage("unknown option %s", word);
        else
            status = add_path(o, word);
    }
    if (!status && o->files.count + o->directories.count == 0)
        words_add(&o->directories, ".");
    return status;
}

// ---- A directory's sources ----

static bool has_main(const char *path)
{
    struct text text = {0};
    defer(text_free, &text);
    regex_t re;
    if (text_read_file(&text, path) != 0 || !text.data)
        return false;
    if (regcomp(&re, "(^|\n)[a-z ]*int[ \n]+main *\\(", REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool found = regexec(&re, text.data, 0, NULL, 0) == 0;
    regfree(&re);
    return found;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_source(const struct dirent *entry)
{
    return text_has_suffix(entry->d_name, ".c");
}

static int list_sources(const char *directory, struct words *sources)
{
    struct dirent **entries;
    int n = scandir(directory, &entries, is_source, by_name), tests = 0;
    if (n < 0)
        return report_error("open %s: %s", directory, strerror(errno));
    for (int i = 0; i < n; i++) {
        char *path = text_format("%s/%s", directory, entries[i]->d_name);
        bool test = text_has_suffix(path, "_test.c");
        tests += test;
        if (test || !has_main(path))
            words_add(sources, path);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return tests ? 0 : report_error("no test files (*_test.c) in %s", directory);
}

// ---- Building and running ----

static int start_program(const char *program, const struct usertest_options *o)
{
    struct words argv = {0};
    defer(words_free, &argv);
    words_add(&argv, program);
    words_add_all(&argv, (const char *const *)o->passed.at, o->passed.count);
    int status = process_run(argv.at, &(struct process_options){.env = NULL});
    return status < 0 ? report_error("cannot start the tests: %s", strerror(-status)) : status;
}

static int build_and_run(const struct toolchain *t, const struct usertest_options *o,
                         const struct words *sources, const char *title)
{
    const char *place = getenv("TMPDIR");
    char *prefix = text_format("%s/gofer-test", place && *place ? place : "/tmp");
    defer(free, prefix);
    char *scratch = files_make_scratch(prefix);
    if (!scratch)
        return report_error("cannot write %s: %s", prefix, strerror(errno));
    defer(free, scratch);
    defer(files_remove_tree, scratch);
    char *program = text_format("%s/tests", scratch);
    defer(free, program);
    int status = program_build(&(struct program){t, sources->at, sources->count, scratch, program});
    if (status)
        return status;
    go_time begin = go_now();
    status = start_program(program, o);
    printf("%s\t%s\t%.3fs\n", status ? "FAIL" : "ok", title, (double)go_since(begin) / GO_SECOND);
    return status;
}

static int run_sources(const struct gofer_env *env, const struct usertest_options *o,
                       const struct words *sources, const char *title)
{
    struct toolchain t = {0};
    defer(toolchain_close, &t);
    int status = toolchain_open(&t, env, o->flavour);
    for (size_t i = 0; !status && i < sources->count; i++)
        if (text_has_suffix(sources->at[i], ".c"))
            status = toolchain_link_named(&t, sources->at[i]);
    return status ? status : build_and_run(&t, o, sources, title);
}

static int run_directory(const struct gofer_env *env, const struct usertest_options *o,
                         const char *directory)
{
    struct words sources = {0};
    defer(words_free, &sources);
    int status = list_sources(directory, &sources);
    return status ? status : run_sources(env, o, &sources, directory);
}

int usertest_run(const struct gofer_env *env, int argc, char **argv)
{
    struct usertest_options o = {0};
    defer(words_free, &o.passed);
    defer(words_free, &o.files);
    defer(words_free, &o.directories);
    int status = parse(&o, argc, argv), worst = 0;
    if (status)
        return status;
    if (o.files.count)
        worst = run_sources(env, &o, &o.files, o.files.at[0]);
    for (size_t i = 0; i < o.directories.count && !process_signal(); i++) {
        status = run_directory(env, &o, o.directories.at[i]);
        worst = status > worst ? status : worst;
    }
    return worst;
}
