// SPDX-License-Identifier: MIT
// The subcommands and what they share. Each gets its own name as argv[0] and returns the exit status.
#ifndef GOFER_CMD_COMMANDS_H
#define GOFER_CMD_COMMANDS_H

#include <stddef.h>

// Where this program stands. [const] all
struct gofer_env {
    char *source_dir;  // the source tree, or NULL when the program runs from an installed place
    char *build_dir;   // the build tree it was built in, or NULL likewise
    char *include_dir; // where <gofer.h> is
    char *library;     // libgofer.a
    char *vet_program; // gofer-vet
    char *vet_headers; // what it puts before include_dir
};

struct command {
    const char *name;
    const char *usage;   // what follows the name
    const char *summary; // one line for the list
    const char *help;    // the text of `gofer help NAME`
    int (*run)(struct gofer_env *env, int argc, char **argv);
};

extern const struct command gofer_commands[];
extern const size_t gofer_command_count;

int gofer_cmd_bench(struct gofer_env *env, int argc, char **argv);
int gofer_cmd_build(struct gofer_env *env, int argc, char **argv);
int gofer_cmd_help(struct gofer_env *env, int argc, char **argv);
int gofer_cmd_run(struct gofer_env *env, int argc, char **argv);
int gofer_cmd_test(struct gofer_env *env, int argc, char **argv);
int gofer_cmd_vet(struct gofer_env *env, int argc, char **argv);
int gofer_cmd_version(struct gofer_env *env, int argc, char **argv);

#endif
