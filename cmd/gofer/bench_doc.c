// SPDX-License-Identifier: MIT
// docs/performance.md and its pictures, made from a full measurement and from nothing else, so that no figure in it was
// ever typed. Every goal of bench/lines gets its verdict; a missed one is to be explained in
// bench/notes/LINE.md (or PROGRAM.md, for all lines of a program), which is taken over as it stands.
// Goals are judged as they were set: a ratio to Go, a bound of gofer's own figure, or of that over the
// limit; and at all processors never more than 20% above gofer's own figure at one, or above what the limit
// itself grows by.
#include "bench_doc.h"

#include "bench_peers.h"
#include "bench_plot.h"
#include "bench_readme.h"
#include "bench_table.h"
#include "files.h"
#include "process.h"
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double parallel_excess = 1.2; // gofer's own figure at all processors, over that at one

struct page {
    const struct gofer_env *env;
    const struct bench_programs *programs;
    const struct bench_result *results; // two a line, at one processor and at all
    size_t count;
    struct text text;
    struct words unexplained; // lines that miss a goal and have no note
};

// ---- Goals ----

// gofer's figure at all processors over that at one, where the two can be compared; else NAN.
static double excess(const struct bench_result *r, const struct bench_result *one)
{
    bool comparable = r->procs > 1 && bench_is_measured(one) && !r->line->bytes && !r->line->peer;
    return comparable ? bench_figures(r).gofer / bench_figures(one).gofer : NAN;
}

// What of that is allowed.
static double allowed_excess(const struct bench_result *r, const struct bench_result *one)
{
    double growth = r->limit / one->limit;
    return parallel_excess * (growth > 1 ? growth : 1);
}

// Appends "what was wanted: met" or "… missed" for each goal; returns how many were missed.
static int judge(const struct bench_result *r, const struct bench_result *one, struct text *out)
{
    struct bench_figures f = bench_figures(r);
    int missed = 0;
    double goal = r->line->goal;
    if (r->line->goal_long > 0)
        goal = f.go > BENCH_LONG ? r->line->goal_long : BENCH_GOAL_SHORT;
    if (goal > 0 && !isnan(f.ratio)) {
        bool met = f.ratio >= goal;
        missed += !met;
        text_printf(out, "%s ≥ %g", met ? "met" : "**missed**", goal);
    }
    if (r->line->below > 0) {
        bool met = f.gofer <= r->line->below;
        missed += !met;
        text_printf(out, "%s%s ≤ %g%s", out->size ? ", " : "", met ? "met" : "**missed**",
                    r->line->below, r->line->bytes ? " B" : " ns");
    }
    if (r->line->within > 0 && !isnan(f.limit)) {
        bool met = f.limit <= r->line->within;
        missed += !met;
        text_printf(out, "%s%s limit × %g", out->size ? ", " : "", met ? "met" : "**missed**",
                    r->line->within);
    }
    double over = excess(r, one);
    if (over > allowed_excess(r, one)) {
        missed++;
        text_printf(out, "%s**missed** %.2f of 1 processor", out->size ? ", " : "", over);
    }
    return missed;
}

// ---- Notes ----

// Reads bench/notes/NAME.md; text stays empty if there is none.
static void read_note(const struct page *page, const char *name, struct text *text)
{
    char *path = text_format("%s/bench/notes/%s.md", page->env->source_dir, name);
    if (text_read_file(text, path) < 0)
        text_free(text);
    free(path);
}

static bool has_note(const struct page *page, const char *name)
{
    struct text text = {0};
    read_note(page, name, &text);
    bool there = text.size > 0;
    text_free(&text);
    return there;
}

static void add_note(struct page *page, const char *name)
{
    struct text text = {0};
    read_note(page, name, &text);
    if (text.size)
        text_printf(&page->text, "### %s\n\n%s\n", name, text.data);
    text_free(&text);
}

static bool named_before(const struct page *page, size_t index, const char *name)
{
    for (size_t i = 0; i < index; i++) {
        const struct bench_line *line = page->results[i].line;
        if (strcmp(line->program, name) == 0 || strcmp(line->name, name) == 0)
            return true;
    }
    return false;
}

static void add_notes(struct page *page)
{
    text_printf(&page->text, "## What the profiles say\n\n");
    add_note(page, "general");
    for (size_t i = 0; i < page->count; i += 2) {
        const struct bench_line *line = page->results[i].line;
        if (!named_before(page, i, line->program))
            add_note(page, line->program);
        if (!named_before(page, i, line->name) && strcmp(line->name, line->program) != 0)
            add_note(page, line->name);
    }
}

// ---- Tables ----

// A peer's column, empty where it has no figure, and none where the peer is absent.
static void add_peer(struct page *page, const struct bench_result *r, enum bench_side side)
{
    double median = bench_figures(r).median[side];
    if (!page->programs->has[side])
        return;
    text_printf(&page->text, " | ");
    if (!isnan(median))
        bench_table_figure(r->line, median, &page->text);
}

static void add_row(struct page *page, const struct bench_result *r, const struct bench_result *one)
{
    struct bench_figures f = bench_figures(r);
    struct text verdict = {0}, gofer = {0}, go = {0};
    text_add(&verdict, "", 0);
    if (judge(r, one, &verdict) && !has_note(page, r->line->name) &&
        !has_note(page, r->line->program))
        words_printf(&page->unexplained, "%s at %d", r->line->name, r->procs);
    bench_table_figure(r->line, f.gofer, &gofer);
    bench_table_figure(r->line, f.go, &go);
    text_printf(&page->text, "| %s | %d | %s | %s | ", r->line->name, r->procs, gofer.data,
                go.data);
    if (!isnan(f.ratio))
        text_printf(&page->text, "%.2f", f.ratio);
    text_printf(&page->text, " | %.1f%% | ", isnan(f.spread) ? 0 : f.spread * 100);
    if (!isnan(f.limit))
        text_printf(&page->text, "%.1f", f.limit);
    for (enum bench_side side = BENCH_PTHREAD; side < BENCH_SIDES; side++)
        add_peer(page, r, side);
    text_printf(&page->text, " | %s |\n", verdict.data);
    text_free(&verdict);
    text_free(&gofer);
    text_free(&go);
}

static void add_limits(struct page *page)
{
    text_printf(&page->text, "## Physical limits\n\n"
                             "Measured without the runtime, by bench/limits.c; ns.\n\n"
                             "| limit | ns | spread |\n|---|--:|--:|\n");
    for (size_t i = 0; i < page->count; i++) {
        const struct bench_result *r = &page->results[i];
        struct bench_figures f = bench_figures(r);
        if (bench_is_measured(r) && bench_line_is_limit(r->line))
            text_printf(&page->text, "| %s | %.1f | %.1f%% |\n", r->line->name + strlen("limit_"),
                        f.gofer, f.spread * 100);
    }
    text_printf(&page->text, "\n");
}

static void add_plots(struct page *page)
{
    bool several = false;
    for (size_t i = 0; i < page->count; i++)
        several |= page->results[i].procs > 1 && bench_is_measured(&page->results[i]);
    text_printf(&page->text, "![Ratios at one processor](performance/" BENCH_PLOT_ONE ")\n");
    if (several)
        text_printf(&page->text, "![Ratios at all processors](performance/" BENCH_PLOT_ALL ")\n");
    text_printf(&page->text, "\nThe data of pictures and table: [performance/" BENCH_PLOT_DATA
                             "](performance/" BENCH_PLOT_DATA ").\n\n");
}

// What stands behind the fixed columns, and the rule below them all.
static void add_column_heads(struct page *page)
{
    struct text rule = {0};
    text_printf(&rule, "|---|--:|--:|--:|--:|--:|--:|");
    for (enum bench_side side = BENCH_PTHREAD; side < BENCH_SIDES; side++)
        if (page->programs->has[side]) {
            text_printf(&page->text, " %s |", bench_peers_name(side));
            text_printf(&rule, "--:|");
        }
    text_printf(&page->text, " goal |\n%s---|\n", rule.data);
    text_free(&rule);
}

static void add_benchmarks(struct page *page, int count)
{
    text_printf(
        &page->text,
        "## Against Go\n\n"
        "ns per operation, or bytes; medians of %d interleaved runs. ratio = go / gofer; "
        "spread = interquartile range / median, the larger of the two sides'. limit = gofer / what "
        "the hardware allows at best, as bench/lines counts it. Goals: a ratio, "
        "a bound, a multiple of the limit, and at all processors no more than %.0f%% above the "
        "figure "
        "at one (or than the limit grows).\n\n"
        "| benchmark | procs | gofer | go | ratio | spread | limit |",
        count, (parallel_excess - 1) * 100);
    add_column_heads(page);
    for (size_t i = 0; i < page->count; i++) {
        const struct bench_result *r = &page->results[i];
        if (bench_is_measured(r) && !bench_line_is_limit(r->line))
            add_row(page, r, &page->results[i & ~(size_t)1]);
    }
    text_printf(&page->text, "\n");
    add_plots(page);
}

// ---- Instruction counts ----

static void add_insn_rows(struct page *page, char *counts)
{
    for (char *line; (line = strsep(&counts, "\n"));) {
        char op[64];
        double instructions;
        if (sscanf(line, "%63s %lf", op, &instructions) == 2)
            text_printf(&page->text, "| %s | %.0f |\n", op, instructions);
    }
    text_printf(&page->text, "\n");
}

static int add_insn(struct page *page)
{
    struct text counts = {0};
    char *script = text_format("%s/bench/insn/count", page->env->source_dir);
    char *gofer = text_format("%s/bin/gofer", page->env->build_dir);
    char *argv[] = {"sh", script, gofer, page->programs->dir, NULL};
    int status = process_run(argv, &(struct process_options){.output = &counts});
    if (status != 0 || !counts.data) {
        status = report_error("bench/insn/count failed: no instruction counts");
    } else {
        text_printf(&page->text, "## Instructions per operation\n\n"
                                 "Counted by valgrind --tool=callgrind at one processor; "
                                 "tests/bench guards them.\n\n"
                                 "| operation | instructions |\n|---|--:|\n");
        add_insn_rows(page, counts.data);
    }
    text_free(&counts);
    free(script);
    free(gofer);
    return status;
}

// ---- The page ----

static void add_head(struct page *page)
{
    struct text machine = {0};
    bench_table_machine(page->programs, &machine);
    text_printf(&page->text,
                "# Performance\n\nWritten by `./gofer bench -write`; do not edit. "
                "What each line measures is told at the head of its file in bench/.\n\n");
    char *next = machine.data;
    for (char *line; (line = strsep(&next, "\n")) && *line;)
        text_printf(&page->text, "- %s\n", line);
    text_printf(&page->text, "\n");
    text_free(&machine);
}

static int put_plots(const struct page *page)
{
    char *dir = text_format("%s/docs/performance", page->env->source_dir);
    int status = bench_plot_write(dir, page->results, page->count);
    free(dir);
    return status;
}

static int put(const struct page *page)
{
    char *path = text_format("%s/docs/performance.md", page->env->source_dir);
    int err = files_replace(path, page->text.data, page->text.size);
    int status = err ? report_error("%s: %s", path, strerror(-err)) : 0;
    free(path);
    for (size_t i = 0; i < page->unexplained.count; i++)
        report_error("%s processors misses a goal, and bench/notes does not say why",
                     page->unexplained.at[i]);
    return status;
}

int bench_doc_write(const struct gofer_env *env, const struct bench_programs *p,
                    const struct bench_result *results, size_t n, int count)
{
    struct page page = {.env = env, .programs = p, .results = results, .count = n};
    add_head(&page);
    add_limits(&page);
    add_benchmarks(&page, count);
    int status = add_insn(&page);
    if (!status) {
        add_notes(&page);
        status = put_plots(&page);
    }
    if (!status)
        status = put(&page);
    if (!status)
        status = bench_readme_write(env, results, n);
    text_free(&page.text);
    words_free(&page.unexplained);
    return status;
}
