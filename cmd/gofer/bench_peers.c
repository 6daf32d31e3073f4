// SPDX-License-Identifier: MIT
// What else a program could take instead: threads as the system has them, Boost.Fiber, and tokio. Their programs
// know nothing of gofer and are compiled without it, by the plainest command there is. Whether a peer is installed is
// the compiler's to say, which looks where the program's own compilation will; or cargo's, which fetches what it lacks.
#include "bench_peers.h"

#include "process.h"
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct peer {
    const char *name;
    const char *suffix;
    const char *compile[8]; // the command, up to the output
    const char *libraries[4];
    const char *
        header; // without it the peer is not installed; NULL: its programs are a crate's, for cargo
    bool single; // its programs use one processor only
};

static const struct peer peers[BENCH_SIDES] = {
    [BENCH_PTHREAD] = {.name = "pthread",
                       .suffix = "c",
                       .compile = {"cc", "-std=gnu11", "-O2", "-pthread"},
                       .header = "pthread.h"},
    [BENCH_FIBER] = {.name = "fiber",
                     .suffix = "cpp",
                     .compile = {"c++", "-std=c++17", "-O2", "-pthread"},
                     .libraries = {"-lboost_fiber", "-lboost_context"},
                     .header = "boost/fiber/all.hpp",
                     .single = true},
    [BENCH_TOKIO] = {.name = "tokio", .suffix = "rs"},
};

const char *bench_peers_name(enum bench_side side)
{
    return peers[side].name;
}

static char *source_of(const struct bench_programs *p, const struct peer *peer, const char *program)
{
    return text_format("%s/%s/%s.%s", p->source, peer->name, program, peer->suffix);
}

static bool has_program(const struct bench_programs *p, const struct peer *peer,
                        const char *program)
{
    char *path = source_of(p, peer, program);
    bool there = access(path, R_OK) == 0;
    free(path);
    return there;
}

static void begin_command(const struct peer *peer, struct words *argv)
{
    for (size_t i = 0; peer->compile[i]; i++)
        words_add(argv, peer->compile[i]);
}

static bool has_header(const struct peer *peer)
{
    struct words argv = {0};
    struct text said = {0};
    begin_command(peer, &argv);
    words_add(&argv, "-fsyntax-only");
    words_add(&argv, "-include");
    words_add(&argv, peer->header);
    words_add(&argv, "-x");
    words_add(&argv, strcmp(peer->suffix, "c") == 0 ? "c" : "c++");
    words_add(&argv, "/dev/null");
    int status = process_run(argv.at, &(struct process_options){.output = &said, .merge = true});
    words_free(&argv);
    text_free(&said);
    return status == 0;
}

// ---- Crates ----

static void begin_cargo(const struct bench_programs *p, const struct peer *peer,
                        const char *command, struct words *argv)
{
    const char *cargo = getenv("CARGO");
    words_add(argv, cargo ? cargo : "cargo");
    words_add(argv, command);
    words_add(argv, "--quiet");
    words_add(argv, "--locked");
    words_printf(argv, "--manifest-path=%s/%s/Cargo.toml", p->source, peer->name);
}

static bool has_crates(const struct bench_programs *p, const struct peer *peer)
{
    struct words argv = {0};
    struct text said = {0};
    begin_cargo(p, peer, "fetch", &argv);
    int status = process_run(argv.at, &(struct process_options){.output = &said, .merge = true});
    if (status > 0 && !process_signal())
        report_error("the crates of bench/%s cannot be had: its column stays empty", peer->name);
    words_free(&argv);
    text_free(&said);
    return status == 0;
}

static int build_with_cargo(const struct bench_programs *p, const struct peer *peer,
                            const char *program)
{
    struct words argv = {0};
    begin_cargo(p, peer, "build", &argv);
    words_add(&argv, "--release");
    words_printf(&argv, "--target-dir=%s/cargo", p->dir);
    words_printf(&argv, "--bin=%s-%s", peer->name, program);
    int status = process_run(argv.at, &(struct process_options){0});
    words_free(&argv);
    return status ? report_error("%s's %s does not compile", peer->name, program) : 0;
}

static bool is_installed(const struct bench_programs *p, const struct peer *peer)
{
    return peer->header ? has_header(peer) : has_crates(p, peer);
}

// ---- Files ----

// Compiles to out by way of a name of its own, for another gofer may be starting what stands there.
static int compile(const struct peer *peer, const char *source, const char *out)
{
    struct words argv = {0};
    char *made = text_format("%s-%d", out, (int)getpid());
    begin_command(peer, &argv);
    words_add(&argv, "-o");
    words_add(&argv, made);
    words_add(&argv, source);
    for (size_t i = 0; peer->libraries[i]; i++)
        words_add(&argv, peer->libraries[i]);
    int status = process_run(argv.at, &(struct process_options){0});
    if (status)
        status = report_error("%s does not compile", source);
    else if (rename(made, out) < 0)
        status = report_error("%s: %s", out, strerror(errno));
    words_free(&argv);
    free(made);
    return status;
}

static int build_program(const struct bench_programs *p, const struct peer *peer,
                         const char *program)
{
    if (!peer->header)
        return build_with_cargo(p, peer, program);
    char *source = source_of(p, peer, program);
    char *out = text_format("%s/%s-%s", p->dir, peer->name, program);
    int status = compile(peer, source, out);
    free(source);
    free(out);
    return status;
}

static int build_peer(struct bench_programs *p, enum bench_side side,
                      const struct bench_lines *lines)
{
    const struct peer *peer = &peers[side];
    int status = 0;
    for (size_t i = 0; i < lines->count && !status; i++) {
        const struct bench_line *line = &lines->at[i];
        if (!line->selected || !has_program(p, peer, line->program))
            continue;
        if (!p->has[side] && !is_installed(p, peer))
            return 0;
        p->has[side] = true;
        if (bench_lines_is_first_selected(lines, i))
            status = build_program(p, peer, line->program);
    }
    return status;
}

int bench_peers_build(struct bench_programs *p, const struct bench_lines *lines)
{
    int status = 0;
    for (enum bench_side side = BENCH_PTHREAD; side < BENCH_SIDES && !status; side++)
        status = build_peer(p, side, lines);
    return status;
}

bool bench_peers_is_single(enum bench_side side)
{
    return peers[side].single;
}

bool bench_peers_command(const struct bench_programs *p, enum bench_side side,
                         const struct bench_line *line, struct words *argv)
{
    if (!p->has[side] || !has_program(p, &peers[side], line->program))
        return false;
    words_printf(argv, "%s/%s%s-%s", p->dir, peers[side].header ? "" : "cargo/release/",
                 peers[side].name, line->program);
    return true;
}
