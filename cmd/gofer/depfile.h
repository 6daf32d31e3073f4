// SPDX-License-Identifier: MIT
// The make rule that compilers write for -MD.
#ifndef GOFER_CMD_DEPFILE_H
#define GOFER_CMD_DEPFILE_H

#include "text.h"

// Adds the files a rule's target depends on, without make's escapes. Returns 0 or a negative errno.
int depfile_read(const char *path, struct words *files);

#endif
