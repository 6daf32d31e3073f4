// SPDX-License-Identifier: MIT
// Writes docs/performance.md, docs/performance/ with its pictures and data, and the figures in README.md.
#ifndef GOFER_CMD_BENCH_DOC_H
#define GOFER_CMD_BENCH_DOC_H

#include "bench_run.h"

// Writes the page from n results, of which those without samples are left out, the instruction counts,
// which it takes itself, and the notes in bench/notes. Names on standard error the missed goals that no note explains.
// Returns 0, or an exit status after having said what is wrong.
int bench_doc_write(const struct gofer_env *env, const struct bench_programs *p,
                    const struct bench_result *results, size_t n, int count);

#endif
