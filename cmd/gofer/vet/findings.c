// SPDX-License-Identifier: MIT
// Collects findings over all files. Several files may include one header, and a loop may be walked twice, so equal ones
// count once. Nothing is printed before the end: the order is that of the files' names and lines.
#include "findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct finding {
    char *file;
    unsigned line, column;
    const struct check *check;
    char *text;
};

static struct finding *list;
static size_t count, room;

const struct check *const vet_checks[] = {&check_blocking,
                                          &check_breakloop,
                                          &check_copylocks,
                                          &check_deadframe,
                                          &check_defers,
                                          &check_direction,
                                          &check_errors,
                                          &check_loopvar,
                                          &check_lostcancel,
                                          &check_threadlocal,
                                          &check_trylocal,
                                          &check_waitgroup,
                                          NULL};

static void *must(void *p)
{
    if (p)
        return p;
    fputs("gofer vet: out of memory\n", stderr);
    exit(2);
}

// Whether a line of the source, from its first character on, holds the allowance.
static bool line_allows(const char *line, const char *end, const char *check)
{
    static const char tag[] = "vet: allow ";
    size_t n = strlen(check);
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    stop = stop ? stop : end;
    for (const char *p = line; p + sizeof(tag) - 1 + n <= stop; p++)
        if (memcmp(p, tag, sizeof(tag) - 1) == 0 && memcmp(p + sizeof(tag) - 1, check, n) == 0)
            return true;
    return false;
}

static bool is_allowed(struct place at, const char *check)
{
    const struct source *s = at.source;
    if (!s->text || at.offset > s->size)
        return false;
    const char *line = s->text + at.offset, *end = s->text + s->size;
    while (line > s->text && line[-1] != '\n')
        line--;
    if (line_allows(line, end, check))
        return true;
    if (line == s->text)
        return false;
    const char *before = line - 1;
    while (before > s->text && before[-1] != '\n')
        before--;
    return line_allows(before, line, check);
}

static bool is_known(struct place at, const struct check *check)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].line == at.line && list[i].column == at.column && list[i].check == check &&
            strcmp(list[i].file, at.source->name) == 0)
            return true;
    return false;
}

static void add(const struct check *check, struct place at, const char *fmt, va_list args)
{
    if (!at.source || !at.source->own || is_known(at, check) || is_allowed(at, check->name))
        return;
    if (count == room) {
        room = room ? 2 * room : 16;
        list = must(realloc(list, room * sizeof(*list)));
    }
    struct finding *f = &list[count++];
    *f = (struct finding){must(strdup(at.source->name)), at.line, at.column, check, NULL};
    if (vasprintf(&f->text, fmt, args) < 0)
        f->text = must(NULL);
}

void found_at(const struct check *check, struct place at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(check, at, fmt, args);
    va_end(args);
}

void found(const struct check *check, const struct node *n, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(check, n->at, fmt, args);
    va_end(args);
}

void findings_drop(const struct check *check)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].check != check) {
            list[kept++] = list[i];
            continue;
        }
        free(list[i].file);
        free(list[i].text);
    }
    count = kept;
}

static int by_place(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    int files = strcmp(x->file, y->file);
    if (files)
        return files;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return strcmp(x->check->name, y->check->name);
}

static void print_json_string(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            printf("\\u%04x", (unsigned char)*text);
        else
            putchar(*text);
    }
    putchar('"');
}

static void print_json(const struct finding *f)
{
    printf("{\"file\":");
    print_json_string(f->file);
    printf(",\"line\":%u,\"column\":%u,\"check\":\"%s\",\"text\":", f->line, f->column,
           f->check->name);
    print_json_string(f->text);
    printf("}\n");
}

size_t findings_print(bool json)
{
    if (count)
        qsort(list, count, sizeof(*list), by_place);
    for (size_t i = 0; i < count; i++) {
        if (json)
            print_json(&list[i]);
        else
            printf("%s:%u:%u: %s (%s)\n", list[i].file, list[i].line, list[i].column, list[i].text,
                   list[i].check->name);
        free(list[i].file);
        free(list[i].text);
    }
    free(list);
    list = NULL;
    return count;
}
