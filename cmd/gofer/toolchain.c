// SPDX-License-Identifier: MIT
// Chooses compiler, flags and library flavour. The flags themselves stand in cmake/flags.cmake and come in
// through config.h; here they are only put together. A sanitized program needs a library compiled for the
// same sanitizer, which is built on demand in its own tree, by the same kind of compiler: the runtimes of
// gcc's and clang's address sanitizers do not mix. The race detector's is a shared object, which the program finds where
// it was built; beside it the program itself needs a part (src/race).
#include "toolchain.h"

#include "config.h"
#include "process.h"
#include "report.h"
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const common_cflags[] = {CONFIG_CFLAGS};
static const char *const gcc_cflags[] = {CONFIG_CFLAGS_GCC};
static const char *const clang_cflags[] = {CONFIG_CFLAGS_CLANG};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// gcc lets go of variables that are never read, and turns what copies and fills memory into instructions that the detector
// does not see, unless it is told not to.
static const char gcc_race_flags[] =
    "-fno-ipa-reference-addressable -fno-tree-loop-distribute-patterns -fno-builtin-memcpy "
    "-fno-builtin-memmove -fno-builtin-memset -fno-builtin-memcmp -fno-builtin-strlen "
    "-fno-builtin-strcpy -fno-builtin-strcmp -fno-builtin-strcat -fno-builtin-strncpy";

struct flavour_recipe {
    const char *option;
    const char *sanitize;     // the compiler's flag
    const char *gcc_flags;    // what gcc is told besides; NULL: nothing
    const char *linker;       // NULL: the compiler
    const char *gcc_preset;   // which tree holds the library
    const char *clang_preset; // the same for clang
    const char *target;       // what to build there
    const char *library;      // what is linked, and what is compiled anew for
    const char *shared;       // the library itself, where that is only an addition to it; else NULL
};

static const struct flavour_recipe recipes[] = {
    // Compiled by gcc, which watches local variables better than clang 14 does, and linked with clang's runtime, which has
    // room for more goroutines.
    [FLAVOUR_RACE] = {"-race", "-fsanitize=thread", gcc_race_flags, "clang", "race", "race",
                      "gofer_race", "libgofer_race.a", "libgofer.so"},
    [FLAVOUR_ASAN] = {"-asan", "-fsanitize=address,undefined", NULL, NULL, "asan", "clang-asan",
                      "gofer", "libgofer.a", NULL},
};

static void choose_compiler(struct toolchain *t, enum flavour flavour)
{
    words_split(&t->compiler, getenv("CC"));
    if (!t->compiler.count)
        words_add(&t->compiler, "gcc");
    const char *linker = flavour != FLAVOUR_PLAIN ? recipes[flavour].linker : NULL;
    if (linker)
        words_add(&t->linker, linker);
    else
        words_add_all(&t->linker, (const char *const *)t->compiler.at, t->compiler.count);
}

static int ask_version(struct toolchain *t)
{
    struct words argv = {0};
    words_add_all(&argv, (const char *const *)t->compiler.at, t->compiler.count);
    words_add(&argv, "--version");
    int status = process_run(argv.at, &(struct process_options){.output = &t->version});
    words_free(&argv);
    if (status < 0)
        return report_error("cannot start the compiler %s: %s", t->compiler.at[0],
                            strerror(-status));
    if (status > 0)
        return report_error("the compiler %s does not know --version", t->compiler.at[0]);
    t->clang = t->version.data && strstr(t->version.data, "clang");
    return 0;
}

static int flavour_library(struct toolchain *t, const struct gofer_env *env,
                           const struct flavour_recipe *r)
{
    if (!env->source_dir)
        return report_error("%s needs gofer's source tree, which holds the library to build for it",
                            r->option);
    const char *preset = t->clang ? r->clang_preset : r->gcc_preset;
    int status = tree_build(env, preset, r->target);
    if (status)
        return status;
    char *tree = tree_path(env, preset);
    t->library = text_format("%s/%s", tree, r->library);
    if (r->shared) {
        words_printf(&t->libs, "-Wl,--whole-archive,%s,--no-whole-archive", t->library);
        words_printf(&t->libs, "%s/%s", tree, r->shared);
        words_printf(&t->libs, "-Wl,-rpath,%s", tree);
    } else {
        words_add(&t->libs, t->library);
    }
    free(tree);
    return 0;
}

static void collect_flags(struct toolchain *t, const struct gofer_env *env, enum flavour flavour)
{
    words_add_all(&t->cflags, common_cflags, COUNT(common_cflags));
    if (t->clang)
        words_add_all(&t->cflags, clang_cflags, COUNT(clang_cflags));
    else
        words_add_all(&t->cflags, gcc_cflags, COUNT(gcc_cflags));
    words_printf(&t->cflags, "-I%s", env->include_dir);
    words_add(&t->cflags, "-pthread");
    words_add(&t->libs, CONFIG_LINK_LIBRARIES);
    words_add(&t->libs, "-pthread");
    if (flavour != FLAVOUR_PLAIN) {
        words_add(&t->cflags, recipes[flavour].sanitize);
        if (!t->clang && recipes[flavour].gcc_flags)
            words_split(&t->cflags, recipes[flavour].gcc_flags);
        words_add(&t->cflags, "-fno-omit-frame-pointer");
        words_add(&t->libs, recipes[flavour].sanitize);
    }
    words_split(&t->cflags, getenv("CFLAGS"));
    words_split(&t->libs, getenv("LDFLAGS"));
}

int toolchain_open(struct toolchain *t, const struct gofer_env *env, enum flavour flavour)
{
    *t = (struct toolchain){0};
    choose_compiler(t, flavour);
    int status = ask_version(t);
    if (status)
        return status;
    if (flavour == FLAVOUR_PLAIN) {
        t->library = text_format("%s", env->library);
        words_add(&t->libs, t->library);
    } else
        status = flavour_library(t, env, &recipes[flavour]);
    if (!status)
        collect_flags(t, env, flavour);
    return status;
}

void toolchain_open_for_vet(struct toolchain *t, const struct gofer_env *env)
{
    *t = (struct toolchain){.clang = true, .library = text_format("%s", env->library)};
    collect_flags(t, env, FLAVOUR_PLAIN);
}

void toolchain_close(struct toolchain *t)
{
    words_free(&t->compiler);
    words_free(&t->linker);
    text_free(&t->version);
    words_free(&t->cflags);
    words_free(&t->libs);
    free(t->library);
}

// Collects the names on the `// gofer: link` lines of a source's head: of its comments before any code.
static int read_link_names(const char *source, struct words *names)
{
    static const char tag[] = "// gofer: link ";
    FILE *f = fopen(source, "re");
    if (!f)
        return report_error("open %s: %m", source);
    char line[1024];
    while (fgets(line, sizeof(line), f) && (line[0] == '/' || line[0] == '\n'))
        if (strncmp(line, tag, sizeof(tag) - 1) == 0)
            words_split(names, line + sizeof(tag) - 1);
    fclose(f);
    return 0;
}

static int ask_pkg_config(const char *what, const struct words *names, struct words *flags)
{
    struct words argv = {0};
    words_add(&argv, "pkg-config");
    words_add(&argv, what);
    words_add_all(&argv, (const char *const *)names->at, names->count);
    struct text said = {0};
    int status = process_run(argv.at, &(struct process_options){.output = &said});
    if (status == 0)
        words_split(flags, said.data);
    text_free(&said);
    words_free(&argv);
    if (status < 0)
        return report_error("cannot start pkg-config: %s", strerror(-status));
    return status ? report_error("pkg-config %s failed for %s", what, names->at[0]) : 0;
}

int toolchain_link_named(struct toolchain *t, const char *source)
{
    struct words names = {0};
    int status = read_link_names(source, &names);
    if (!status && names.count) {
        status = ask_pkg_config("--cflags", &names, &t->cflags);
        if (!status)
            status = ask_pkg_config("--libs", &names, &t->libs);
    }
    words_free(&names);
    return status;
}
