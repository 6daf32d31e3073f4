// SPDX-License-Identifier: MIT
// Growing texts and word lists. Zero-initialised ones are empty and ready; running out of memory ends
// the program, which has nothing better to do then.
#ifndef GOFER_CMD_TEXT_H
#define GOFER_CMD_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct text {
    char *data; // NUL-terminated once something was added
    size_t size;
    size_t room;
};

void text_add(struct text *t, const void *data, size_t size);
void text_printf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *t, const char *fmt, va_list args);
void text_free(struct text *t);
// Replaces t's content by the file's. Returns 0 or a negative errno.
int text_read_file(struct text *t, const char *path);

// A formatted text of its own, to be freed.
char *text_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

// Words as an argument vector: owned copies, always followed by NULL.
struct words {
    char **at;
    size_t count;
    size_t room;
};

void words_add(struct words *w, const char *word);
void words_add_all(struct words *w, const char *const *list, size_t count);
// Adds what stands between the blanks of line; a NULL line has no words.
void words_split(struct words *w, const char *line);
void words_printf(struct words *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void words_free(struct words *w);

bool text_has_suffix(const char *text, const char *suffix);
// The part of path behind its last slash.
const char *path_base(const char *path);

#endif
