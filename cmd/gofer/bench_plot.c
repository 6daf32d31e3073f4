// SPDX-License-Identifier: MIT
// Bars on a logarithmic scale: to the right of 1 where gofer is faster, to the left where Go is, so that
// twice as fast and half as fast are equally long, with the figure behind the bar since the eye cannot read
// it from such a scale. The picture is plain SVG without a script, and its greys and its two colours stand
// out from a light page as from a dark one. One picture for each number of processors: side by side the
// pairs of bars were harder to compare with their neighbours than with each other.
#include "bench_plot.h"

#include "bench_table.h"
#include "files.h"
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// The picture's measures, in pixels.
enum {
    NAMES = 170,  // the column of names, which the scale begins after
    SCALE = 480,  // the scale's length
    FIGURES = 70, // the room behind the scale, for the longest bar's figure
    HEAD = 46,    // title and the scale's numbers
    ROW = 16,
    BAR = 10,
    FOOT = 8,
};

struct scale {
    double least, most; // the ratios at its ends
};

static double ratio_at(const struct bench_result *r, int procs)
{
    return r->procs == procs ? bench_figures(r).ratio : NAN;
}

// From a half to ten, or as far as the ratios go in whole powers of ten.
static struct scale fit_scale(const struct bench_result *results, size_t n, int procs)
{
    struct scale s = {.least = 0.5, .most = 10};
    for (size_t i = 0; i < n; i++) {
        double ratio = ratio_at(&results[i], procs);
        if (ratio < s.least)
            s.least = pow(10, floor(log10(ratio)));
        if (ratio > s.most)
            s.most = pow(10, ceil(log10(ratio)));
    }
    return s;
}

static double place(const struct scale *s, double ratio)
{
    return NAMES + SCALE * log(ratio / s->least) / log(s->most / s->least);
}

static size_t count_bars(const struct bench_result *results, size_t n, int procs)
{
    size_t bars = 0;
    for (size_t i = 0; i < n; i++)
        bars += !isnan(ratio_at(&results[i], procs));
    return bars;
}

static void add_head(size_t height, int procs, struct text *svg)
{
    text_printf(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%zu\" "
        "font-family=\"sans-serif\" font-size=\"11\">\n"
        "<style>text{fill:#777}.faster{fill:#2a9d6f}.slower{fill:#d0553f}.grid{stroke:#888;"
        "stroke-opacity:.3}.even{stroke:#888}</style>\n"
        "<text x=\"%d\" y=\"16\" font-size=\"13\">Go's time / gofer's, %d processor%s (log scale; "
        "right of 1 gofer is faster)</text>\n",
        NAMES + SCALE + FIGURES, height, NAMES, procs, procs == 1 ? "" : "s");
}

static void add_mark(const struct scale *s, double ratio, size_t height, struct text *svg)
{
    double x = place(s, ratio);
    text_printf(svg,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%zu\"/>"
                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%g</text>\n",
                ratio == 1 ? "even" : "grid", x, HEAD - 8, x, height - FOOT, x, HEAD - 12, ratio);
}

// Marks at 1, 2 and 5 of each power of ten, and at the powers alone where that would be crowded.
static void add_marks(const struct scale *s, size_t height, struct text *svg)
{
    bool crowded = s->most / s->least > 1000;
    for (int power = (int)floor(log10(s->least)); power <= (int)ceil(log10(s->most)); power++)
        for (int digit = 1; digit <= 5; digit += digit == 1 ? 1 : 3) {
            double ratio = digit * pow(10, power);
            bool within = ratio >= s->least * 0.999 && ratio <= s->most * 1.001;
            if (within && (digit == 1 || !crowded))
                add_mark(s, ratio, height, svg);
        }
}

static void add_bar(const struct scale *s, const struct bench_line *line, double ratio, size_t row,
                    struct text *svg)
{
    double from = place(s, fmin(ratio, 1)), to = place(s, fmax(ratio, 1));
    size_t top = HEAD + row * ROW;
    text_printf(svg,
                "<text x=\"%d\" y=\"%zu\" text-anchor=\"end\">%s</text>"
                "<rect class=\"%s\" x=\"%.1f\" y=\"%zu\" width=\"%.1f\" height=\"%d\"/>"
                "<text x=\"%.1f\" y=\"%zu\">%.*f</text>\n",
                NAMES - 8, top + BAR, line->name, ratio >= 1 ? "faster" : "slower", from, top + 1,
                fmax(to - from, 1), BAR, to + 4, top + BAR, ratio < 100 ? 2 : 0, ratio);
}

void bench_plot_ratios(const struct bench_result *results, size_t n, int procs, struct text *svg)
{
    struct scale s = fit_scale(results, n, procs);
    size_t height = HEAD + ROW * count_bars(results, n, procs) + FOOT, row = 0;
    add_head(height, procs, svg);
    add_marks(&s, height, svg);
    for (size_t i = 0; i < n; i++) {
        double ratio = ratio_at(&results[i], procs);
        if (!isnan(ratio))
            add_bar(&s, results[i].line, ratio, row++, svg);
    }
    text_printf(svg, "</svg>\n");
}

// ---- Files ----

static int put(const char *dir, const char *name, const struct text *content)
{
    char *path = text_format("%s/%s", dir, name);
    int err = files_replace(path, content->data, content->size);
    int status = err ? report_error("%s: %s", path, strerror(-err)) : 0;
    free(path);
    return status;
}

static int put_ratios(const char *dir, const char *name, const struct bench_result *results,
                      size_t n, int procs)
{
    struct text svg = {0};
    bench_plot_ratios(results, n, procs, &svg);
    int status = put(dir, name, &svg);
    text_free(&svg);
    return status;
}

static int put_data(const char *dir, const struct bench_result *results, size_t n)
{
    struct text data = {0};
    text_add(&data, "", 0);
    for (size_t i = 0; i < n; i++)
        if (bench_is_measured(&results[i]))
            bench_table_json(&results[i], &data);
    int status = put(dir, BENCH_PLOT_DATA, &data);
    text_free(&data);
    return status;
}

static int most_procs(const struct bench_result *results, size_t n)
{
    int most = 1;
    for (size_t i = 0; i < n; i++)
        if (bench_is_measured(&results[i]) && results[i].procs > most)
            most = results[i].procs;
    return most;
}

int bench_plot_write(const char *dir, const struct bench_result *results, size_t n)
{
    int err = files_make_directory(dir), all = most_procs(results, n);
    if (err)
        return report_error("%s: %s", dir, strerror(-err));
    int status = put_data(dir, results, n);
    if (!status)
        status = put_ratios(dir, BENCH_PLOT_ONE, results, n, 1);
    if (!status && all > 1)
        status = put_ratios(dir, BENCH_PLOT_ALL, results, n, all);
    return status;
}
