// SPDX-License-Identifier: MIT
#ifndef GOFER_CMD_ENV_H
#define GOFER_CMD_ENV_H

#include "commands.h"

// Finds out where this program stands. Returns 0 or an exit status after having said what is wrong.
int env_open(struct gofer_env *env);
void env_close(struct gofer_env *env);

#endif
