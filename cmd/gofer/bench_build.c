// SPDX-License-Identifier: MIT
// What is measured has to be what users have, so the C files go through the very functions that `gofer
// build` consists of: same compiler, same flags, same library, each with the libraries that its head names.
// The Go files make one binary, for bench.go chooses among them by name, save those whose own start-up or
// size is the subject: they are programs by themselves; and those that need modules make another one, so that without a
// network, or what Go has kept from one, the rest has its figures. All lands in build/TREE/bench; Go's cache and the
// short C files make it not worth while to remember what is up to date.
#include "bench_build.h"

#include "bench_peers.h"
#include "files.h"
#include "process.h"
#include "program.h"
#include "report.h"

#include <errno.h>
#include <gofer.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_go_file(const struct bench_programs *p, const struct bench_line *line)
{
    char *path = text_format("%s/%s.go", p->source, line->program);
    bool there = access(path, R_OK) == 0;
    free(path);
    return there;
}

// The first of the lines that name its program stands for it.
static bool is_first_of_program(const struct bench_lines *lines, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(lines->at[i].program, lines->at[index].program) == 0)
            return false;
    return true;
}

// ---- C ----

// Notes, once, what the C programs are compiled by.
static void note_compiler(struct bench_programs *p, const struct toolchain *t)
{
    if (t->version.data)
        text_printf(&p->cc_version, "%.*s", (int)strcspn(t->version.data, "\n"), t->version.data);
    for (size_t i = 0; i < t->cflags.count; i++)
        if (strncmp(t->cflags.at[i], "-I", 2) != 0)
            text_printf(&p->cc_commands, "%s%s", i ? " " : "", t->cflags.at[i]);
}

static int ask_compiler(struct bench_programs *p, const struct gofer_env *env)
{
    struct toolchain t = {0};
    int status = toolchain_open(&t, env, FLAVOUR_PLAIN);
    if (!status)
        note_compiler(p, &t);
    toolchain_close(&t);
    return status;
}

static int build_one(const struct bench_programs *p, const struct gofer_env *env, const char *name)
{
    char *file = text_format("%s/%s.c", p->source, name);
    defer(free, file);
    char *out = text_format("%s/%s", p->dir, name);
    defer(free, out);
    struct toolchain t = {0};
    defer(toolchain_close, &t);
    int status = toolchain_open(&t, env, FLAVOUR_PLAIN);
    if (!status)
        status = toolchain_link_named(&t, file);
    if (status)
        return status;
    char *scratch = files_make_scratch(out);
    if (!scratch)
        return report_error("cannot write in %s: %s", p->dir, strerror(errno));
    defer(free, scratch);
    defer(files_remove_tree, scratch);
    return program_build(&(struct program){&t, &file, 1, scratch, out});
}

static void build_worker(const struct bench_programs *p, const struct gofer_env *env,
                         recv_chan(const char *) names, send_chan(int) outcomes)
{
    int worst = 0;
    chan_range(name, names) {
        int status = process_signal() ? EXIT_FAILED : build_one(p, env, name);
        worst = worst ? worst : status;
    }
    chan_send(outcomes, worst);
}

static int build_c(const struct bench_programs *p, const struct gofer_env *env,
                   const struct bench_lines *lines)
{
    chan(const char *) names = chan_make(const char *);
    chan(int) outcomes = chan_make(int);
    int workers = go_num_cpu(), worst = 0;
    for (int i = 0; i < workers; i++)
        go(build_worker, p, env, names, outcomes);
    for (size_t i = 0; i < lines->count; i++)
        if (bench_lines_is_first_selected(lines, i))
            chan_send(names, lines->at[i].program);
    chan_close(names);
    for (int i = 0; i < workers; i++) {
        int status = chan_recv(outcomes);
        worst = worst ? worst : status;
    }
    chan_free(names);
    chan_free(outcomes);
    return worst;
}

// ---- Go ----

// Keeps the first line of what a command prints. Returns its exit status or a negative errno.
static int ask_line(char *const argv[], struct text *line)
{
    struct text said = {0};
    int status = process_run(argv, &(struct process_options){.output = &said});
    if (status == 0 && said.data)
        text_printf(line, "%.*s", (int)strcspn(said.data, "\n"), said.data);
    text_free(&said);
    return status;
}

// Lets bench/find_go find the go command, or install it. Leaves p->go NULL if that cannot be done.
static void find_go(struct bench_programs *p)
{
    struct text found = {0};
    char *script = text_format("%s/find_go", p->source);
    int status = ask_line((char *[]){"sh", script, NULL}, &found);
    if (status == 0 && found.size &&
        ask_line((char *[]){found.data, "version", NULL}, &p->go_version) == 0)
        p->go = text_format("%s", found.data);
    else if (!process_signal())
        report_error("there is no Go to compare with: its column stays empty");
    text_free(&found);
    free(script);
}

static int run_go(const struct bench_programs *p, struct words *argv)
{
    struct words env = {0};
    // The go command that was found is the one to measure, whatever a go.mod or a workspace around says.
    words_add(&env, "GOTOOLCHAIN=local");
    words_add(&env, "GO111MODULE=auto");
    words_add(&env, "GOFLAGS=");
    words_add(&env, "GOWORK=off");
    words_add(&env, "CGO_ENABLED=0");
    if (!getenv("GOCACHE") && !getenv("HOME"))
        words_printf(&env, "GOCACHE=%s/go-cache", p->dir);
    int status = process_run(argv->at, &(struct process_options){.env = &env});
    words_free(&env);
    if (status < 0)
        report_error("cannot start %s: %s", argv->at[0], strerror(-status));
    return status;
}

static int run_go_build(const struct bench_programs *p, struct words *argv)
{
    int status = run_go(p, argv);
    return status > 0 ? report_error("the Go benchmarks do not compile") : status ? EXIT_FAILED : 0;
}

// Where bench/go.mod counts for the ones, for the others not.
static void begin_go_build(const struct bench_programs *p, const char *name, bool modules,
                           struct words *argv)
{
    words_add(argv, p->go);
    words_add(argv, "build");
    if (modules) {
        words_add(argv, "-C");
        words_add(argv, p->source);
    }
    words_add(argv, "-o");
    words_printf(argv, "%s/%s", p->dir, name);
}

static const char *go_binary(bool modules)
{
    return modules ? "go-bench-modules" : "go-bench";
}

static int build_go_binary(const struct bench_programs *p, const struct bench_lines *lines,
                           bool modules)
{
    struct words argv = {0};
    begin_go_build(p, go_binary(modules), modules, &argv);
    words_printf(&argv, "%s/bench.go", p->source);
    words_printf(&argv, "%s/tcp.go", p->source);
    for (size_t i = 0; i < lines->count; i++) {
        const struct bench_line *line = &lines->at[i];
        if (line->kind == BENCH_RUN && line->modules == modules && is_first_of_program(lines, i) &&
            has_go_file(p, line))
            words_printf(&argv, "%s/%s.go", p->source, line->program);
    }
    int status = run_go_build(p, &argv);
    words_free(&argv);
    return status;
}

static int build_go_alone(const struct bench_programs *p, const struct bench_line *line)
{
    struct words argv = {0};
    char *name = text_format("go-%s", line->program);
    begin_go_build(p, name, false, &argv);
    words_printf(&argv, "%s/%s.go", p->source, line->program);
    int status = run_go_build(p, &argv);
    words_free(&argv);
    free(name);
    return status;
}

// Lets Go fetch the modules that bench/go.mod names, unless it has them.
static void find_modules(struct bench_programs *p)
{
    struct words argv = {0};
    words_add_all(&argv, (const char *const[]){p->go, "mod", "download", "-C", p->source}, 5);
    p->has_modules = run_go(p, &argv) == 0;
    if (!p->has_modules && !process_signal())
        report_error("the Go modules of bench/go.mod cannot be had: their column stays empty");
    words_free(&argv);
}

// Which of the two binaries the selected lines need.
static bool is_binary_needed(const struct bench_programs *p, const struct bench_lines *lines,
                             bool modules)
{
    for (size_t i = 0; i < lines->count; i++) {
        const struct bench_line *line = &lines->at[i];
        if (line->selected && line->kind == BENCH_RUN && line->modules == modules &&
            has_go_file(p, line))
            return true;
    }
    return false;
}

static int build_go(struct bench_programs *p, const struct bench_lines *lines)
{
    int status = 0;
    for (size_t i = 0; i < lines->count && !status; i++) {
        const struct bench_line *line = &lines->at[i];
        if (line->selected && line->kind != BENCH_RUN && has_go_file(p, line))
            status = build_go_alone(p, line);
    }
    if (!status && is_binary_needed(p, lines, false))
        status = build_go_binary(p, lines, false);
    if (status || !is_binary_needed(p, lines, true))
        return status;
    find_modules(p);
    return p->has_modules ? build_go_binary(p, lines, true) : 0;
}

// ---- Both ----

int bench_build(struct bench_programs *p, const struct gofer_env *env,
                const struct bench_lines *lines)
{
    *p = (struct bench_programs){0};
    p->source = text_format("%s/bench", env->source_dir);
    p->dir = text_format("%s/bench", env->build_dir);
    int err = files_make_directory(p->dir);
    if (err)
        return report_error("%s: %s", p->dir, strerror(-err));
    find_go(p);
    p->has[BENCH_GOFER] = true;
    p->has[BENCH_GO] = p->go != NULL;
    int status = ask_compiler(p, env);
    if (!status)
        status = build_c(p, env, lines);
    if (!status && p->go)
        status = build_go(p, lines);
    return status ? status : bench_peers_build(p, lines);
}

void bench_programs_free(struct bench_programs *p)
{
    free(p->source);
    free(p->dir);
    free(p->go);
    text_free(&p->go_version);
    text_free(&p->cc_version);
    text_free(&p->cc_commands);
}

// The program itself, without the line's arguments.
static bool add_program(const struct bench_programs *p, enum bench_side side,
                        const struct bench_line *line, struct words *argv)
{
    if (side == BENCH_GOFER) {
        words_printf(argv, "%s/%s", p->dir, line->program);
    } else if (side != BENCH_GO) {
        return bench_peers_command(p, side, line, argv);
    } else if (!p->go || !has_go_file(p, line) || (line->modules && !p->has_modules)) {
        return false;
    } else if (line->kind == BENCH_RUN) {
        words_printf(argv, "%s/%s", p->dir, go_binary(line->modules));
        words_add(argv, line->program);
    } else {
        words_printf(argv, "%s/go-%s", p->dir, line->program);
    }
    return true;
}

bool bench_command(const struct bench_programs *p, enum bench_side side,
                   const struct bench_line *line, struct words *argv)
{
    if (!add_program(p, side, line, argv))
        return false;
    words_add_all(argv, (const char *const *)line->args.at, line->args.count);
    return true;
}
