// SPDX-License-Identifier: MIT
// The result file that ctest writes.
#ifndef GOFER_CMD_JUNIT_H
#define GOFER_CMD_JUNIT_H

#include "text.h"

struct tally {
    long passed;
    long failed;
    long skipped;
};

// Adds the file's counts to t, and to names the tests that failed.
// Returns how many tests the file tells of, or a negative errno if it cannot be read or understood.
long junit_read(const char *path, struct tally *t, struct words *names);

#endif
