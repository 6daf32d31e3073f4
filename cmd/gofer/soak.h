// SPDX-License-Identifier: MIT
// gofer test -soak DURATION: the endurance program of the tree, tests/soak, for as long as it is told.
#ifndef GOFER_CMD_SOAK_H
#define GOFER_CMD_SOAK_H

#include "commands.h"

// Reads 90s, 10m or 8h; negative if it is no duration.
double soak_seconds(const char *word);
// Runs it for so long, and a tenth of that under the address sanitizer. `seed` may be NULL: the time.
// Returns the command's exit status.
int soak_run(struct gofer_env *env, double seconds, const char *seed);

#endif
