// SPDX-License-Identifier: MIT
// Growing texts and word lists for the command: paths, argument vectors, what a child printed. Both are
// arrays that double; both keep a terminator behind the content, so that data and at can be handed to C
// library and system calls as they are. Allocation failure ends the program here and nowhere else.
#include "text.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *grow(void *data, size_t *room, size_t need, size_t element)
{
    if (need <= *room)
        return data;
    size_t wanted = *room ? *room : 16;
    while (wanted < need)
        wanted *= 2;
    data = realloc(data, wanted * element);
    if (!data)
        report_fatal("out of memory");
    *room = wanted;
    return data;
}

void text_add(struct text *t, const void *data, size_t size)
{
    t->data = grow(t->data, &t->room, t->size + size + 1, 1);
    if (size)
        memcpy(t->data + t->size, data, size);
    t->size += size;
    t->data[t->size] = '\0';
}

void text_vprintf(struct text *t, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, fmt, args);
    if (size < 0)
        report_fatal("cannot format a text");
    t->data = grow(t->data, &t->room, t->size + (size_t)size + 1, 1);
    vsnprintf(t->data + t->size, (size_t)size + 1, fmt, again);
    t->size += (size_t)size;
    va_end(again);
}

void text_printf(struct text *t, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    text_vprintf(t, fmt, args);
    va_end(args);
}

void text_free(struct text *t)
{
    free(t->data);
    *t = (struct text){0};
}

static int read_all(int fd, struct text *t)
{
    char block[65536];
    ssize_t n;
    while ((n = read(fd, block, sizeof(block))) != 0) {
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            text_add(t, block, (size_t)n);
    }
    return 0;
}

int text_read_file(struct text *t, const char *path)
{
    t->size = 0;
    text_add(t, "", 0);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int err = read_all(fd, t);
    close(fd);
    return err;
}

char *text_format(const char *fmt, ...)
{
    struct text t = {0};
    va_list args;
    va_start(args, fmt);
    text_vprintf(&t, fmt, args);
    va_end(args);
    return t.data;
}

static void words_take(struct words *w, char *word)
{
    w->at = grow(w->at, &w->room, w->count + 2, sizeof(*w->at));
    w->at[w->count++] = word;
    w->at[w->count] = NULL;
}

void words_add(struct words *w, const char *word)
{
    words_take(w, text_format("%s", word));
}

void words_add_all(struct words *w, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        words_add(w, list[i]);
}

void words_split(struct words *w, const char *line)
{
    static const char blanks[] = " \t\r\n";
    while (line && *(line += strspn(line, blanks))) {
        size_t size = strcspn(line, blanks);
        words_take(w, text_format("%.*s", (int)size, line));
        line += size;
    }
}

void words_printf(struct words *w, const char *fmt, ...)
{
    struct text t = {0};
    va_list args;
    va_start(args, fmt);
    text_vprintf(&t, fmt, args);
    va_end(args);
    words_take(w, t.data);
}

void words_free(struct words *w)
{
    for (size_t i = 0; i < w->count; i++)
        free(w->at[i]);
    free(w->at);
    *w = (struct words){0};
}

bool text_has_suffix(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);
    return n >= m && strcmp(text + n - m, suffix) == 0;
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
