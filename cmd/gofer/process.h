// SPDX-License-Identifier: MIT
// Children of the command: compilers, cmake, ninja, ctest. While a guard is up, SIGINT, SIGTERM and SIGHUP
// end the children and are remembered instead of ending the command, so that it removes what it made.
#ifndef GOFER_CMD_PROCESS_H
#define GOFER_CMD_PROCESS_H

#include "text.h"

struct process_options {
    const struct words *env; // NAME=VALUE words that replace or extend the environment; may be NULL
    struct text *output; // gets standard output, and standard error too if merge; NULL: inherited
    bool merge;
};

// Runs argv (found in PATH) to its end; only the calling goroutine waits.
// Returns the exit status, 128 + signal, or a negative errno if it cannot be started.
int process_run(char *const argv[], const struct process_options *options);

// Puts the guard up.
void process_guard(void);
// The signal that came since, or 0.
int process_signal(void);
// Ends the program: by the remembered signal if there is one, else with status.
void process_exit(int status) __attribute__((noreturn));

#endif
