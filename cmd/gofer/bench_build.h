// SPDX-License-Identifier: MIT
// Compiles the benchmarks: the C files as users' programs are, the Go files by `go build`.
#ifndef GOFER_CMD_BENCH_BUILD_H
#define GOFER_CMD_BENCH_BUILD_H

#include "bench_lines.h"
#include "commands.h"

// Whose figures stand beside each other. The peers have programs for some of the lines only.
enum bench_side { BENCH_GOFER, BENCH_GO, BENCH_PTHREAD, BENCH_FIBER, BENCH_TOKIO, BENCH_SIDES };

struct bench_programs {
    char *source;            // the directory bench/
    char *dir;               // where the programs are put
    char *go;                // the go command, or NULL if there is none
    bool has_modules;        // the modules of bench/go.mod are there
    bool has[BENCH_SIDES];   // the side is installed here and has a program for a selected line
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

// Adds the command that runs the side's program for a line to argv. Returns false, with argv as it was, if there is none.
bool bench_command(const struct bench_programs *p, enum bench_side side,
                   const struct bench_line *line, struct words *argv);

#endif
