// SPDX-License-Identifier: MIT
// A race as the part of the detector that is in the program hands it to the part that is in the library, which prints it:
// what thread sanitizer knows of it, as numbers. Only for -race; see src/race/program.c and src/debug/race.c.
#ifndef GF_BASE_RACEREPORT_H
#define GF_BASE_RACEREPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GF_RACE_FRAMES = 64, GF_RACE_ACCESSES = 4, GF_RACE_THREADS = 4 };

struct gf_race_access {
    int thread; // thread sanitizer's number of it
    uintptr_t address;
    bool writes;
    uintptr_t stack[GF_RACE_FRAMES]; // return addresses, innermost first, up to a 0
};

struct gf_race_thread {
    int number;
    char name[32]; // a goroutine's is its id
    bool runs;
    uintptr_t created[GF_RACE_FRAMES];
};

struct gf_race_report {
    int access_count, thread_count;
    struct gf_race_access access[GF_RACE_ACCESSES];
    struct gf_race_thread thread[GF_RACE_THREADS];
};

// Where reports go, and how paths are shown: from GORACE.
struct gf_race_output {
    int fd;
    const char *strip; // a prefix that is left out
};

// --- debug/race.c ---

// Prints it, from within a report of thread sanitizer's. Returns when that is done, or cannot be done as long as the
// caller holds thread sanitizer's locks.
__attribute__((visibility("default"))) void go_race_print_(const struct gf_race_report *r,
                                                           const struct gf_race_output *to);
// Waits until all is printed; and whether goroutines other than main's exist. From outside of such a report.
__attribute__((visibility("default"))) void go_race_drain_(void);
__attribute__((visibility("default"))) bool go_race_leaves_goroutines_(void);

// --- race/program.c ---

// Lets the detector forget what has been done in this memory.
__attribute__((visibility("default"))) void go_race_forget_(void *p, size_t bytes);

#endif
