// SPDX-License-Identifier: MIT
// The plan of `gofer test`: which tree runs which tests in what environment.
#ifndef GOFER_CMD_LEGS_H
#define GOFER_CMD_LEGS_H

#include <stdbool.h>
#include <stddef.h>

struct leg {
    const char *preset;
    const char *setting;    // blank-separated NAME=VALUE words for the environment, or NULL
    const char *label_flag; // ctest's -L (only) or -LE (without), or NULL for all tests
    const char *label;      // what the flag is about
    int repeat;             // how often each test runs; 0 means once
    bool quick;             // part of the quick tier
};

extern const struct leg legs[];
extern const size_t leg_count;

#endif
