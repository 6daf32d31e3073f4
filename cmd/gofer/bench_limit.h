// SPDX-License-Identifier: MIT
// What the hardware allows at best for one operation: a sum of multiples of the physical limits that the same run measures.
#ifndef GOFER_CMD_BENCH_LIMIT_H
#define GOFER_CMD_BENCH_LIMIT_H

#include <stddef.h>

enum { BENCH_LIMIT_TERMS = 4 };

struct bench_lines;

// times a line's figure. [const]
struct bench_limit_term {
    double times;
    size_t line; // its index among the lines; or BENCH_LIMIT_ONE for the number alone
};

#define BENCH_LIMIT_ONE ((size_t)-1)

// Without terms there is no limit.
struct bench_limit {
    struct bench_limit_term terms[BENCH_LIMIT_TERMS];
    size_t count;
};

// Reads TERM[+TERM…], a term being NUMBER, NAME or NUMBER*NAME for the line limit_NAME, which has to stand among lines.
// Returns NULL, or what is wrong, to be followed by the term.
const char *bench_limit_read(struct bench_limit *l, const struct bench_lines *lines,
                             const char *text);

// The sum, with figure(line, arg) for each line's figure: NAN if there are no terms or a figure is missing (NAN).
double bench_limit_sum(const struct bench_limit *l, double (*figure)(size_t line, const void *arg),
                       const void *arg);

#endif
