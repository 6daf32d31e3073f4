// SPDX-License-Identifier: MIT
// Compiles the benchmarks: the C files as users' programs are, the Go files by `go build`.
#ifndef GOFER_CMD_BENCH_BUILD_H
#define GOFER_CMD_BENCH_BUILD_H

#include "bench_lines.h"
#include "commands.h"

struct bench_programs {
    char *source;            // the directory bench/
    char *dir;               // where the programs are put
    char *go;                // the go command, or NULL if there is none
    bool has_modules;        // the modules of bench/go.mod are there
    struct text go_version;  // what `go version` prints, without the newline; empty without Go
    struct text cc_version;  // the first line of what the C compiler prints
    struct text cc_commands; // the flags of the C programs, as one line
};

// Finds Go, or installs it, and builds what the selected lines need. That Go is missing, or a module, is said on standard
// error and no failure; that a program does not compile is one.
// Returns 0, or an exit status after having said what is wrong. p is to be freed in both cases.
int bench_build(struct bench_programs *p, const struct gofer_env *env,
                const struct bench_lines *lines);
void bench_programs_free(struct bench_programs *p);

// The command that runs a line's C program, added to argv.
void bench_command_c(const struct bench_programs *p, const struct bench_line *line,
                     struct words *argv);
// The same for Go. Returns false, with argv as it was, if there is no Go or no Go file.
bool bench_command_go(const struct bench_programs *p, const struct bench_line *line,
                      struct words *argv);

#endif
