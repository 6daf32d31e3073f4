// SPDX-License-Identifier: MIT
// gofer bench: measures gofer and Go side by side, line by line of bench/lines, at one processor and at
// all, and prints each line as soon as it is known. The physical limits come first, for they are the scale
// on which the rest is to be read. The figures stay in memory until the end, where -write makes
// docs/performance.md of them, and -plots pictures.
#include "bench_doc.h"
#include "bench_plot.h"
#include "bench_table.h"
#include "commands.h"
#include "process.h"
#include "report.h"

#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench_options {
    bool json;
    bool write;
    int count;         // runs on each side
    const char *plots; // the directory for pictures and data, or NULL
    const char *pattern;
};

static int parse_count(struct bench_options *o, const char *word)
{
    char *end;
    long count = strtol(word, &end, 10);
    if (!*word || *end || count < BENCH_MIN_COUNT || count > BENCH_MAX_COUNT)
        return report_usage("-count needs a number from %d to %d, not %s", BENCH_MIN_COUNT,
                            BENCH_MAX_COUNT, word);
    o->count = (int)count;
    return 0;
}

static int parse_word(struct bench_options *o, const char *word)
{
    if (strcmp(word, "-json") == 0)
        o->json = true;
    else if (strcmp(word, "-write") == 0)
        o->write = true;
    else if (word[0] == '-')
        return report_usage("unknown option %s", word);
    else if (o->pattern)
        return report_usage("more than one pattern: %s", word);
    else
        o->pattern = word;
    return 0;
}

static int parse(struct bench_options *o, int argc, char **argv)
{
    int status = 0;
    for (int i = 1; i < argc && !status; i++) {
        bool count = strcmp(argv[i], "-count") == 0, plots = strcmp(argv[i], "-plots") == 0;
        if (!count && !plots)
            status = parse_word(o, argv[i]);
        else if (i + 1 == argc)
            status = report_usage(count ? "-count needs a number" : "-plots needs a directory");
        else if (count)
            status = parse_count(o, argv[++i]);
        else
            o->plots = argv[++i];
    }
    if (!status && o->write && (o->json || o->pattern))
        status = report_usage("-write measures everything and takes neither -json nor a pattern");
    return status;
}

// The limits belong to every table; among objects they are lines like others.
static int select_lines(struct bench_lines *l, const struct bench_options *o)
{
    regex_t regex;
    size_t selected = 0;
    int err = o->pattern ? regcomp(&regex, o->pattern, REG_EXTENDED | REG_NOSUB) : 0;
    if (err) {
        char why[128];
        regerror(err, &regex, why, sizeof(why));
        return report_usage("%s is no regular expression: %s", o->pattern, why);
    }
    for (size_t i = 0; i < l->count; i++) {
        struct bench_line *line = &l->at[i];
        bool fits = !o->pattern || regexec(&regex, line->name, 0, NULL, 0) == 0;
        selected += fits;
        line->selected = fits || (!o->json && bench_line_is_limit(line));
    }
    if (o->pattern)
        regfree(&regex);
    return selected ? 0 : report_error("no benchmark matches %s", o->pattern);
}

// ---- Measuring ----

// For each line two results, at one processor and at all; the second stays empty for a line that makes
// sense at one only, and where one is all there are; the first for a line that makes sense at several only.
struct suite {
    const struct bench_options *options;
    const struct bench_lines *lines;
    const struct bench_programs *programs;
    struct bench_result *results;
    int procs[2];
    int status; // the first failure
};

static bool is_wanted(const struct suite *s, const struct bench_line *line, int which)
{
    bool sensible = which == 0 ? !line->several : !line->single && s->procs[1] != s->procs[0];
    return line->selected && sensible;
}

// Measures a line and all later ones that share its run.
static void measure(struct suite *s, size_t index, int which)
{
    struct bench_result **sharing = calloc(s->lines->count, sizeof(*sharing));
    if (!sharing)
        report_fatal("out of memory");
    size_t n = 0;
    for (size_t i = index; i < s->lines->count; i++)
        if (s->lines->at[i].selected &&
            bench_line_shares_run(&s->lines->at[index], &s->lines->at[i]))
            sharing[n++] = &s->results[2 * i + (size_t)which];
    int status = bench_run(s->programs, sharing, n, s->options->count);
    s->status = s->status ? s->status : status;
    free(sharing);
}

static void print(const struct suite *s, const struct bench_result *r)
{
    struct text out = {0};
    if (s->options->json)
        bench_table_json(r, &out);
    else
        bench_table_row(s->programs, r, &out);
    fwrite(out.data, 1, out.size, stdout);
    fflush(stdout);
    text_free(&out);
}

static void print_head(const struct suite *s)
{
    struct text out = {0};
    bench_table_machine(s->programs, &out);
    if (!s->options->json)
        text_printf(
            &out,
            "\nns per operation, or bytes; medians of %d; ratio = go / gofer; "
            "spread = interquartile range / median; limit = gofer / what the hardware allows\n",
            s->options->count);
    if (!s->options->json)
        bench_table_head(s->programs, &out);
    fwrite(out.data, 1, out.size, s->options->json ? stderr : stdout);
    text_free(&out);
}

// A limit's figure: the median at one processor, NAN unless it was measured.
static double limit_figure(size_t line, const void *suite)
{
    const struct suite *s = suite;
    return bench_figures(&s->results[2 * line]).gofer;
}

static double limit_of(const struct suite *s, const struct bench_result *r)
{
    const struct bench_line *line = r->line;
    bool all = r->procs > 1 && line->limit_all.count;
    return bench_limit_sum(all ? &line->limit_all : &line->limit, limit_figure, s);
}

static void measure_line(struct suite *s, size_t index)
{
    for (int which = 0; which < 2 && !process_signal(); which++) {
        struct bench_result *r = &s->results[2 * index + (size_t)which];
        if (!is_wanted(s, r->line, which))
            continue;
        if (!r->done)
            measure(s, index, which);
        r->limit = limit_of(s, r);
        if (bench_is_measured(r))
            print(s, r);
    }
}

static int measure_all(struct suite *s)
{
    for (size_t i = 0; i < 2 * s->lines->count; i++) {
        s->results[i].line = &s->lines->at[i / 2];
        s->results[i].procs = s->procs[i % 2];
    }
    print_head(s);
    for (size_t i = 0; i < s->lines->count && !process_signal(); i++)
        measure_line(s, i);
    return process_signal() ? EXIT_FAILED : s->status;
}

static int run_suite(struct gofer_env *env, const struct bench_options *o,
                     const struct bench_lines *lines)
{
    struct bench_programs programs = {0};
    defer(bench_programs_free, &programs);
    int status = bench_build(&programs, env, lines);
    if (status)
        return status;
    struct suite s = {.options = o, .lines = lines, .programs = &programs};
    s.procs[0] = 1;
    s.procs[1] = go_num_cpu();
    s.results = calloc(2 * lines->count, sizeof(*s.results));
    if (!s.results)
        return report_error("out of memory");
    defer(free, s.results);
    status = measure_all(&s);
    if (!status && o->plots)
        status = bench_plot_write(o->plots, s.results, 2 * lines->count);
    if (!status && o->write)
        status = bench_doc_write(env, &programs, s.results, 2 * lines->count, o->count);
    return status;
}

int gofer_cmd_bench(struct gofer_env *env, int argc, char **argv)
{
    if (!env->source_dir)
        return report_error(
            "measures gofer's own benchmarks: start it as ./gofer bench in gofer's source tree");
    struct bench_options o = {.count = BENCH_MIN_COUNT};
    int status = parse(&o, argc, argv);
    if (status)
        return status;
    struct bench_lines lines = {0};
    defer(bench_lines_free, &lines);
    char *path = text_format("%s/bench/lines", env->source_dir);
    defer(free, path);
    status = bench_lines_read(&lines, path);
    if (!status)
        status = select_lines(&lines, &o);
    return status ? status : run_suite(env, &o, &lines);
}
