// SPDX-License-Identifier: MIT
// The soak: what its kinds of tasks (tasks.c, disturb.c) and its loop (soak.c) share. A task is a function that a goroutine
// runs, with random numbers of its own, so that a seed gives the same mix again, if not the same order of events. What a
// task finds wrong ends the process.
#ifndef GOFER_TESTS_SOAK_H
#define GOFER_TESTS_SOAK_H

#include <gofer.h>
#include <stdint.h>

struct soak_task {
    uint64_t random; // never 0
    int kind;
};

// A number below n, and the next one (xorshift64*).
uint32_t soak_random(struct soak_task *t, uint32_t n);

// Says which invariant does not hold, the seed, and the kind of task, and ends the process with status 1.
#define SOAK_CHECK(condition) ((condition) ? (void)0 : soak_failed(__FILE__, __LINE__, #condition))
_Noreturn void soak_failed(const char *file, int line, const char *what);

struct soak_kind {
    const char *name;
    void (*run)(struct soak_task *t);
};
extern const struct soak_kind soak_work[], soak_disturbances[];
extern const int soak_work_count, soak_disturbance_count;

#endif
