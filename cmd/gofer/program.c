// SPDX-License-Identifier: MIT
// Compiling and linking. A worker goroutine a processor takes the next file's index from a channel; each
// compiler's output is kept and printed whole, in the order of the files, so that the messages of several
// never mix. The scratch directory takes everything; only a finished program leaves it, by rename.
#include "program.h"

#include "process.h"
#include "report.h"

#include <errno.h>
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct outcome {
    int status;
    struct text said;
};

static bool is_source(const char *file)
{
    return text_has_suffix(file, ".c");
}

static void add_words(struct words *argv, const struct words *more)
{
    words_add_all(argv, (const char *const *)more->at, more->count);
}

// The compilers write into a pipe, so they have to be told that a terminal is behind it.
static void add_color(struct words *argv)
{
    if (isatty(STDERR_FILENO))
        words_add(argv, "-fdiagnostics-color=always");
}

static void compile(const struct program *p, size_t index, struct outcome *outcome)
{
    struct words argv = {0};
    add_words(&argv, &p->toolchain->compiler);
    add_words(&argv, &p->toolchain->cflags);
    add_color(&argv);
    words_add(&argv, "-MD");
    words_add(&argv, "-MF");
    words_printf(&argv, "%s/%zu.d", p->scratch, index);
    words_add(&argv, "-c");
    words_add(&argv, "-o");
    words_printf(&argv, "%s/%zu.o", p->scratch, index);
    words_add(&argv, p->files[index]);
    outcome->status =
        process_run(argv.at, &(struct process_options){.output = &outcome->said, .merge = true});
    words_free(&argv);
}

static void compile_worker(const struct program *p, recv_chan(size_t) indexes,
                           struct outcome *outcomes)
{
    chan_range(index, indexes) {
        compile(p, index, &outcomes[index]);
    }
}

static void compile_all(const struct program *p, struct outcome *outcomes)
{
    chan(size_t) indexes = chan_make(size_t);
    go_waitgroup workers = {0};
    for (int i = 0; i < go_num_cpu() && (size_t)i < p->count; i++)
        go_waitgroup_go(&workers, compile_worker, p, indexes, outcomes);
    for (size_t i = 0; i < p->count; i++)
        if (is_source(p->files[i]))
            chan_send(indexes, i);
    chan_close(indexes);
    go_waitgroup_wait(&workers);
    chan_free(indexes);
}

// Prints what one compiler said and judges how it ended; frees what it said.
static int settle(const struct program *p, size_t index, struct outcome *outcome)
{
    if (outcome->said.data)
        fputs(outcome->said.data, stderr);
    text_free(&outcome->said);
    if (process_signal())
        return EXIT_FAILED; // the signal ended it, and says enough
    if (outcome->status < 0)
        return report_error("cannot start %s: %s", p->toolchain->compiler.at[0],
                            strerror(-outcome->status));
    return outcome->status ? report_error("%s does not compile", p->files[index]) : 0;
}

static int compile_sources(const struct program *p)
{
    struct outcome *outcomes = calloc(p->count, sizeof(*outcomes));
    if (!outcomes)
        return report_error("out of memory");
    compile_all(p, outcomes);
    int status = 0;
    for (size_t i = 0; i < p->count; i++) {
        int one = settle(p, i, &outcomes[i]);
        status = status ? status : one;
    }
    free(outcomes);
    return status;
}

static int link_objects(const struct program *p, const char *linked)
{
    struct words argv = {0};
    add_words(&argv, &p->toolchain->linker);
    add_color(&argv);
    words_add(&argv, "-o");
    words_add(&argv, linked);
    for (size_t i = 0; i < p->count; i++) {
        if (is_source(p->files[i]))
            words_printf(&argv, "%s/%zu.o", p->scratch, i);
        else
            words_add(&argv, p->files[i]);
    }
    add_words(&argv, &p->toolchain->libs);
    int status = process_run(argv.at, NULL);
    words_free(&argv);
    if (process_signal())
        return EXIT_FAILED;
    if (status < 0)
        return report_error("cannot start %s: %s", p->toolchain->linker.at[0], strerror(-status));
    return status ? report_error("%s does not link", p->files[0]) : 0;
}

int program_build(const struct program *p)
{
    int status = compile_sources(p);
    if (status)
        return status;
    char *linked = text_format("%s/program", p->scratch);
    status = link_objects(p, linked);
    if (!status && rename(linked, p->out) < 0)
        status = report_error("cannot write %s: %s", p->out, strerror(errno));
    free(linked);
    return status;
}
