// SPDX-License-Identifier: MIT
// The compiler and flags that a user's program gets. `gofer run`, `gofer build` and the benchmarks all
// compile by this, so that what is measured is what users have.
#ifndef GOFER_CMD_TOOLCHAIN_H
#define GOFER_CMD_TOOLCHAIN_H

#include "commands.h"
#include "text.h"

#include <stdbool.h>

enum flavour { FLAVOUR_PLAIN, FLAVOUR_RACE, FLAVOUR_ASAN };

struct toolchain {
    struct words compiler; // the program and its own words
    struct words linker;   // what links: mostly the same
    struct text version;   // what it prints for --version
    bool clang;
    struct words cflags; // everything that compiling takes, include path too
    struct words libs;   // everything that linking takes, the library first
    char *
        library; // libgofer.a, or what the flavour has instead: programs are built anew when it changes
};

// Finds the compiler ($CC, else gcc), builds the library's flavour if that is
// needed, and collects the flags, $CFLAGS and $LDFLAGS last.
// Returns 0, or an exit status after having said what is missing. t is to be closed in both cases.
int toolchain_open(struct toolchain *t, const struct gofer_env *env, enum flavour flavour);
// Collects the flags for gofer-vet, which reads as clang does and links nothing. t is to be closed.
void toolchain_open_for_vet(struct toolchain *t, const struct gofer_env *env);
// Adds what `// gofer: link NAMES…` lines at the head of a source ask for, by pkg-config. Returns as above.
int toolchain_link_named(struct toolchain *t, const char *source);
void toolchain_close(struct toolchain *t);

#endif
