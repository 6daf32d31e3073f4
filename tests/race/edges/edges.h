// SPDX-License-Identifier: MIT
// What the programs of this directory share. Each is a function of a few lines that uses the cell in two goroutines:
// ORDERED(name) { } does so as docs/memory-model.md allows, RACES(name) { } not. All are linked into one program, which
// runs the one that it is told, so that a statement of the memory model costs no compilation of its own. What comes first
// in time is made so by naps, for these order nothing.
#ifndef RACE_EDGES_H
#define RACE_EDGES_H

#include <gofer.h>

struct edge {
    const char *name;
    void (*run)(void);
    bool races;
};
void edge_register(const struct edge *e);

#define ORDERED(name) EDGE_(name, false)
#define RACES(name) EDGE_(name, true)
#define EDGE_(name, is_race)                                                                       \
    static void name(void);                                                                        \
    __attribute__((constructor)) static void register_##name(void)                                 \
    {                                                                                              \
        static const struct edge e = {#name, name, is_race};                                       \
        edge_register(&e);                                                                         \
    }                                                                                              \
    static void name(void)

extern int cell;
void write_cell(void);
void read_cell(void);

// Lets the other goroutine get as far as it can.
void nap(void);
// Ends the program with a status of its own if the condition, which the case is built on, is false.
void must(bool condition);

#endif
