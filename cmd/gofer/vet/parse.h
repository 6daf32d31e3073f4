// SPDX-License-Identifier: MIT
// From a file's name to its unit, and from what the compiler says to findings.
#ifndef GOFER_VET_PARSE_H
#define GOFER_VET_PARSE_H

#include "tree.h"

// Parses the file with these compiler flags. Returns whether it compiles; what does not is said on standard error, but
// for errors that are findings: a channel's direction, and a jump over a defer. unit_close ends it in any case.
bool unit_open(struct unit *u, CXIndex index, const char *file, char *const *flags, int count);

#endif
