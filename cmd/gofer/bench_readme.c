// SPDX-License-Identifier: MIT
#include "bench_readme.h"

#include "bench_table.h"
#include "files.h"
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char begin_mark[] = "<!-- figures: written by `gofer bench -write` -->\n";
static const char end_mark[] = "<!-- end of figures -->\n";

// What a server or a pipeline is made of, and two lines where Go is ahead or as fast.
static const struct {
    const char *line, *what;
} shown[] = {
    {"spawn_join", "a goroutine started and waited for"},
    {"chan_unbuf", "a value through an unbuffered channel"},
    {"chan_buf128", "a value through a channel of 128"},
    {"select4", "a select over four channels that waits"},
    {"ring", "a token handed on in a ring of 503"},
    {"skynet", "one of a million goroutines in a tree"},
    {"mutex", "a mutex locked and unlocked"},
    {"map_read", "a look-up in the concurrent map"},
    {"defer", "a deferred call"},
    {"http_hello", "an HTTP request, keep-alive, 64 connections"},
};

static const struct bench_result *find(const struct bench_result *results, size_t n,
                                       const char *line, bool several)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(results[i].line->name, line) == 0 && (results[i].procs > 1) == several &&
            bench_is_measured(&results[i]))
            return &results[i];
    return NULL;
}

static void add_ratio(const struct bench_result *r, struct text *out)
{
    if (r && !isnan(bench_figures(r).ratio))
        text_printf(out, " %.1f |", bench_figures(r).ratio);
    else
        text_printf(out, " |");
}

static void add_line(const struct bench_result *results, size_t n, const char *line,
                     const char *what, struct text *out)
{
    const struct bench_result *one = find(results, n, line, false);
    if (!one)
        return;
    struct text gofer = {0}, go = {0};
    bench_table_figure(one->line, bench_figures(one).gofer, &gofer);
    bench_table_figure(one->line, bench_figures(one).go, &go);
    text_printf(out, "| %s | %s | %s |", what, gofer.data, go.data);
    add_ratio(one, out);
    add_ratio(find(results, n, line, true), out);
    text_printf(out, "\n");
    text_free(&gofer);
    text_free(&go);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void add_claim(const struct bench_result *results, size_t n, struct text *out)
{
    double *ratios = calloc(n + 1, sizeof *ratios);
    if (!ratios)
        abort();
    size_t count = 0, ahead = 0;
    for (size_t i = 0; i < n; i++) {
        double ratio = bench_figures(&results[i]).ratio;
        if (results[i].line->bytes || isnan(ratio))
            continue;
        ratios[count++] = ratio;
        ahead += ratio > 1;
    }
    qsort(ratios, count, sizeof *ratios, by_value);
    if (count > 0)
        text_printf(out,
                    "Faster than the same program in Go in %zu of %zu timings, by a factor of %.1f "
                    "at the median. "
                    "Some of them, in ns at one processor; the ratio is Go's time over gofer's, at "
                    "one and at all:\n\n",
                    ahead, count, ratios[count / 2]);
    free(ratios);
}

static void add_figures(const struct bench_result *results, size_t n, struct text *out)
{
    add_claim(results, n, out);
    text_printf(out, "| | gofer | Go | ratio | at all |\n|---|--:|--:|--:|--:|\n");
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        add_line(results, n, shown[i].line, shown[i].what, out);
}

int bench_readme_write(const struct gofer_env *env, const struct bench_result *results, size_t n)
{
    char *path = text_format("%s/README.md", env->source_dir);
    struct text old = {0}, page = {0};
    int err = text_read_file(&old, path);
    char *begin = err ? NULL : strstr(old.data, begin_mark);
    char *end = begin ? strstr(begin, end_mark) : NULL;
    if (end) {
        begin += sizeof begin_mark - 1;
        text_add(&page, old.data, (size_t)(begin - old.data));
        add_figures(results, n, &page);
        text_add(&page, end, strlen(end));
        err = files_replace(path, page.data, page.size);
    }
    int status = err ? report_error("%s: %s", path, strerror(-err)) : 0;
    text_free(&old);
    text_free(&page);
    free(path);
    return status;
}
