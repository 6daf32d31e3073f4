// SPDX-License-Identifier: MIT
// The two forms in which figures leave the command while it still measures: rows of a table, in fixed
// columns so that they can be printed one by one, and JSON objects, one a line, for scripts that compare.
// Nanoseconds are shown without their unit, which the head gives; bytes carry a B. JSON has no word for
// "not a number", so an absent figure is null.
#include "bench_table.h"

#include "bench_peers.h"

#include <gofer.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

// The text behind the first "KEY : " of a /proc file, or "unknown".
static void add_proc_value(const char *path, const char *key, struct text *out)
{
    struct text text = {0};
    const char *at = text_read_file(&text, path) == 0 && text.data ? strstr(text.data, key) : NULL;
    at = at ? strchr(at, ':') : NULL;
    if (at) {
        at += 1 + strspn(at + 1, " \t");
        text_printf(out, "%.*s", (int)strcspn(at, "\n"), at);
    } else {
        text_printf(out, "unknown");
    }
    text_free(&text);
}

void bench_table_machine(const struct bench_programs *p, struct text *out)
{
    struct utsname u;
    text_printf(out, "machine: ");
    add_proc_value("/proc/cpuinfo", "model name", out);
    double memory = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    text_printf(out, ", %d processors, %.0f GiB\n", go_num_cpu(), memory / (1 << 30));
    if (uname(&u) == 0)
        text_printf(out, "kernel: %s %s %s\n", u.sysname, u.release, u.machine);
    text_printf(out, "compiler: %s\nflags: %s\n", p->cc_version.data, p->cc_commands.data);
    text_printf(out, "go: %s\n", p->go ? p->go_version.data : "none");
}

void bench_table_figure(const struct bench_line *line, double value, struct text *out)
{
    if (isnan(value))
        text_printf(out, "-");
    else
        text_printf(out, "%.*f%s", fabs(value) < 1000 ? 1 : 0, value, line->bytes ? " B" : "");
}

static void add_column(int width, const char *word, struct text *out)
{
    text_printf(out, " %*s", width, word);
}

static void add_figure_column(const struct bench_line *line, double value, struct text *out)
{
    struct text word = {0};
    bench_table_figure(line, value, &word);
    add_column(12, word.data, out);
    text_free(&word);
}

static void add_number_column(int width, const char *format, double value, struct text *out)
{
    char word[32] = "-";
    if (!isnan(value))
        snprintf(word, sizeof(word), format, value);
    add_column(width, word, out);
}

void bench_table_head(const struct bench_programs *p, struct text *out)
{
    text_printf(out, "%-22s %5s %12s %12s %7s %7s %7s", "benchmark", "procs", "gofer", "go",
                "ratio", "spread", "limit");
    for (enum bench_side side = BENCH_PTHREAD; side < BENCH_SIDES; side++)
        if (p->has[side])
            add_column(12, bench_peers_name(side), out);
    text_printf(out, "\n");
}

void bench_table_row(const struct bench_programs *p, const struct bench_result *r, struct text *out)
{
    struct bench_figures f = bench_figures(r);
    text_printf(out, "%-22s %5d", r->line->name, r->procs);
    add_figure_column(r->line, f.gofer, out);
    add_figure_column(r->line, f.go, out);
    add_number_column(7, "%.2f", f.ratio, out);
    add_number_column(7, "%.1f%%", f.spread * 100, out);
    add_number_column(7, "%.1f", f.limit, out);
    for (enum bench_side side = BENCH_PTHREAD; side < BENCH_SIDES; side++)
        if (p->has[side])
            add_figure_column(r->line, f.median[side], out);
    text_printf(out, "\n");
}

static void add_member(const char *key, double value, struct text *out)
{
    if (isnan(value))
        text_printf(out, ", \"%s\": null", key);
    else
        text_printf(out, ", \"%s\": %.9g", key, value);
}

void bench_table_json(const struct bench_result *r, struct text *out)
{
    struct bench_figures f = bench_figures(r);
    text_printf(out, "{\"bench\": \"%s\", \"procs\": %d, \"unit\": \"%s\"", r->line->name, r->procs,
                r->line->bytes ? "B" : "ns");
    add_member("gofer", f.gofer, out);
    add_member("go", f.go, out);
    add_member("ratio", f.ratio, out);
    add_member("spread", f.spread, out);
    text_printf(out, "}\n");
}
