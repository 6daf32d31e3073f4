// SPDX-License-Identifier: MIT
// Small work on files and directories that several subcommands need.
#ifndef GOFER_CMD_FILES_H
#define GOFER_CMD_FILES_H

#include <stddef.h>

// Makes the directory and those above it. Returns 0 or a negative errno.
int files_make_directory(const char *path);
// Makes a fresh private directory PREFIX-XXXXXX; the caller frees the path. NULL with errno set on failure.
char *files_make_scratch(const char *prefix);
// Removes a directory with all that is in it; a NULL path is nothing to do.
void files_remove_tree(const char *path);
// Writes the file whole: under a name of its own first, then renamed. Returns 0 or a negative errno.
int files_replace(const char *path, const void *data, size_t size);
// The directory part of path ("." if it has none), to be freed.
char *files_directory(const char *path);

#endif
