// SPDX-License-Identifier: MIT
// Build trees of gofer itself: build/PRESET for each preset of CMakePresets.json.
#ifndef GOFER_CMD_TREE_H
#define GOFER_CMD_TREE_H

#include "commands.h"

// The tree's directory, to be freed.
char *tree_path(const struct gofer_env *env, const char *preset);
// Configures the tree if it is new and brings target (NULL: everything) up to date; does no work and
// prints nothing if it is. Two commands at once take turns.
// Returns 0, or an exit status after having said what failed.
int tree_build(const struct gofer_env *env, const char *preset, const char *target);

#endif
