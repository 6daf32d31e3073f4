// SPDX-License-Identifier: MIT
// The list of checks and what they find. A finding is given up if the source says so, on its line or in a comment on the
// line before: `// vet: allow CHECK: why`.
#ifndef GOFER_VET_FINDINGS_H
#define GOFER_VET_FINDINGS_H

#include "tree.h"

struct check {
    const char *name;
    const char *summary;            // one line for the list
    void (*run)(struct unit *unit); // on a whole unit; NULL: what libclang says is enough
};

extern const struct check *const vet_checks[]; // up to NULL

// Reports that n, or a place, is wrong.
void found(const struct check *check, const struct node *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void found_at(const struct check *check, struct place at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

// Forgets what a check has found: the compiler's own errors are found whether it runs or not.
void findings_drop(const struct check *check);

// Prints all findings, each place and check once, in order of file and line, as text or JSON; returns how many there were.
size_t findings_print(bool json);

extern const struct check check_blocking, check_breakloop, check_copylocks, check_deadframe,
    check_defers, check_direction, check_errors, check_lostcancel, check_loopvar, check_threadlocal,
    check_trylocal, check_waitgroup;

#endif
