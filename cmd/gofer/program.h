// SPDX-License-Identifier: MIT
// Turns sources into a program.
#ifndef GOFER_CMD_PROGRAM_H
#define GOFER_CMD_PROGRAM_H

#include "toolchain.h"

struct program {
    const struct toolchain *toolchain;
    char *const *files; // .c files to compile, .o and .a files to link
    size_t count;
    const char *scratch; // a directory for objects; object I is I.o, the headers it read are in I.d
    const char *out;     // the program to write; untouched on failure
};

// Compiles the files, one a processor at once, and links them to scratch/program, then renames that to out.
// The scratch directory has to be on out's file system.
// Returns 0, or an exit status after the compilers' output and a line that names what failed.
int program_build(const struct program *p);

#endif
