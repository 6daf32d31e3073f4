// SPDX-License-Identifier: MIT
// Reads bench/lines, whose own head explains the format. A mistake in it is reported with its line number
// and ends the command: a misspelt goal that was ignored would be a goal that is never missed. The file,
// not this program, holds names, sizes and goals, so that a new benchmark is two sources and a line there.
#include "bench_lines.h"

#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const char *path;
    size_t number;                    // of the line being read, from 1
    const struct bench_lines *before; // the lines read so far, whose limits can be referred to
};

static int complain(const struct reader *r, const char *what, const char *word)
{
    return report_error("%s:%zu: %s %s", r->path, r->number, what, word);
}

static int read_number(const struct reader *r, const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end > text && !*end && *value > 0 ? 0 : complain(r, "is no positive number:", text);
}

static int read_kind(const struct reader *r, const char *text, enum bench_kind *kind)
{
    if (strcmp(text, "start") == 0)
        *kind = BENCH_START;
    else if (strcmp(text, "size") == 0)
        *kind = BENCH_SIZE;
    else
        return complain(r, "unknown kind", text);
    return 0;
}

static int read_limit(const struct reader *r, const char *text, struct bench_limit *limit)
{
    const char *wrong = bench_limit_read(limit, r->before, text);
    return wrong ? complain(r, wrong, text) : 0;
}

static int read_setting(const struct reader *r, struct bench_line *line, const char *word)
{
    const char *value = strchr(word, '=');
    if (!value++)
        return complain(r, "is no KEY=VALUE:", word);
    if (strcmp(word, "unit=B") == 0)
        line->bytes = true;
    else if (strcmp(word, "procs=1") == 0)
        line->single = true;
    else if (strcmp(word, "peer=1") == 0)
        line->peer = true;
    else if (strcmp(word, "go=modules") == 0)
        line->modules = true;
    else if (strcmp(word, "procs=many") == 0)
        line->several = true;
    else if (strncmp(word, "kind=", 5) == 0)
        return read_kind(r, value, &line->kind);
    else if (strncmp(word, "goal=", 5) == 0)
        return read_number(r, value, &line->goal);
    else if (strncmp(word, "goal_long=", 10) == 0)
        return read_number(r, value, &line->goal_long);
    else if (strncmp(word, "below=", 6) == 0)
        return read_number(r, value, &line->below);
    else if (strncmp(word, "within=", 7) == 0)
        return read_number(r, value, &line->within);
    else if (strncmp(word, "limit=", 6) == 0)
        return read_limit(r, value, &line->limit);
    else if (strncmp(word, "limit_all=", 10) == 0)
        return read_limit(r, value, &line->limit_all);
    else if (strncmp(word, "metric=", 7) == 0) {
        free(line->metric);
        line->metric = text_format("%s", value);
    } else
        return complain(r, "unknown setting", word);
    return 0;
}

static int read_line(const struct reader *r, struct bench_line *line, const struct words *words)
{
    if (words->count < 2)
        return complain(r, "a program is missing behind", words->at[0]);
    line->name = text_format("%s", words->at[0]);
    line->program = text_format("%s", words->at[1]);
    line->metric = text_format("ns");
    size_t i = 2;
    for (; i < words->count && strcmp(words->at[i], "--") != 0; i++) {
        int status = read_setting(r, line, words->at[i]);
        if (status)
            return status;
    }
    for (i++; i < words->count; i++)
        words_add(&line->args, words->at[i]);
    return 0;
}

static int add_line(const struct reader *r, struct bench_lines *l, const char *text)
{
    struct words words = {0};
    int status = 0;
    if (text[0] != '#')
        words_split(&words, text);
    if (words.count) {
        struct bench_line *at = realloc(l->at, (l->count + 1) * sizeof(*at));
        if (!at)
            report_fatal("out of memory");
        l->at = at;
        at[l->count] = (struct bench_line){0};
        status = read_line(r, &at[l->count++], &words);
    }
    words_free(&words);
    return status;
}

int bench_lines_read(struct bench_lines *l, const char *path)
{
    struct text text = {0};
    *l = (struct bench_lines){0};
    int err = text_read_file(&text, path);
    if (err)
        return report_error("open %s: %s", path, strerror(-err));
    struct reader r = {path, 0, l};
    int status = 0;
    char *next = text.data;
    for (char *line; !status && (line = strsep(&next, "\n"));) {
        r.number++;
        status = add_line(&r, l, line);
    }
    text_free(&text);
    return status;
}

void bench_lines_free(struct bench_lines *l)
{
    for (size_t i = 0; i < l->count; i++) {
        free(l->at[i].name);
        free(l->at[i].program);
        free(l->at[i].metric);
        words_free(&l->at[i].args);
    }
    free(l->at);
    *l = (struct bench_lines){0};
}

static bool same_words(const struct words *a, const struct words *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->at[i], b->at[i]) != 0)
            return false;
    return true;
}

bool bench_line_shares_run(const struct bench_line *a, const struct bench_line *b)
{
    return a->kind == b->kind && a->single == b->single && strcmp(a->program, b->program) == 0 &&
           same_words(&a->args, &b->args);
}

bool bench_line_is_limit(const struct bench_line *line)
{
    return strcmp(line->program, "limits") == 0;
}

bool bench_lines_is_first_selected(const struct bench_lines *l, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (l->at[i].selected && strcmp(l->at[i].program, l->at[index].program) == 0)
            return false;
    return l->at[index].selected;
}
