// SPDX-License-Identifier: MIT
// A limit is not a goal. It counts what an operation cannot do without, whoever implements it: the switch
// that a yield is for, the locked instructions of a lock, the fault of a page that was never touched. What
// one implementation happens to need does not belong in it, and where nothing can be said there is none,
// for a limit that is set too high would flatter. Only sums are read: no benchmark needs more.
#include "bench_limit.h"

#include "bench_lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// The index of the line limit_NAME, or BENCH_LIMIT_ONE.
static size_t find(const struct bench_lines *lines, const char *name)
{
    size_t prefix = strlen("limit_");
    for (size_t i = 0; i < lines->count; i++)
        if (bench_line_is_limit(&lines->at[i]) && strcmp(lines->at[i].name + prefix, name) == 0)
            return i;
    return BENCH_LIMIT_ONE;
}

static const char *read_term(struct bench_limit_term *t, const struct bench_lines *lines,
                             const char *text)
{
    char *end;
    *t = (struct bench_limit_term){.times = strtod(text, &end), .line = BENCH_LIMIT_ONE};
    if (end == text)
        t->times = 1;
    else if (*end == '*')
        text = end + 1;
    else if (*end)
        return "is no NUMBER*NAME:";
    if (t->times <= 0)
        return "is no positive number:";
    if (end > text)
        return NULL;
    t->line = find(lines, text);
    return t->line == BENCH_LIMIT_ONE ? "names no limit measured before:" : NULL;
}

const char *bench_limit_read(struct bench_limit *l, const struct bench_lines *lines,
                             const char *text)
{
    const char *wrong = NULL;
    *l = (struct bench_limit){.count = 0};
    char *copy = text_format("%s", text), *next = copy;
    for (char *term; !wrong && (term = strsep(&next, "+"));) {
        if (l->count == BENCH_LIMIT_TERMS)
            wrong = "has too many terms:";
        else
            wrong = read_term(&l->terms[l->count++], lines, term);
    }
    free(copy);
    return wrong;
}

double bench_limit_sum(const struct bench_limit *l, double (*figure)(size_t line, const void *arg),
                       const void *arg)
{
    double sum = l->count ? 0 : NAN;
    for (size_t i = 0; i < l->count; i++) {
        const struct bench_limit_term *t = &l->terms[i];
        sum += t->times * (t->line == BENCH_LIMIT_ONE ? 1 : figure(t->line, arg));
    }
    return sum;
}
