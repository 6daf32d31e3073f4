// SPDX-License-Identifier: MIT
// gofer test for programs outside gofer's own tree.
#ifndef GOFER_CMD_USERTEST_H
#define GOFER_CMD_USERTEST_H

#include "commands.h"

#include <stdbool.h>

// Whether the command line is about a user's tests: it names files or directories that are none of gofer's own suite,
// or this program does not stand in its source tree.
bool usertest_is_meant(const struct gofer_env *env, int argc, char **argv);
// Compiles the tests with what they test and runs them. Returns the exit status.
int usertest_run(const struct gofer_env *env, int argc, char **argv);

#endif
