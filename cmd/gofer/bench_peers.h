// SPDX-License-Identifier: MIT
// The peers beside Go: programs for some of the lines, in bench/PEER/, for what is installed here.
#ifndef GOFER_CMD_BENCH_PEERS_H
#define GOFER_CMD_BENCH_PEERS_H

#include "bench_build.h"

// The column's head, which is also the directory's name.
const char *bench_peers_name(enum bench_side side);
// Whether the peer's programs make sense at one processor only.
bool bench_peers_is_single(enum bench_side side);
// Builds what the selected lines need, and notes in p->has which peers are there. A peer that is not installed is no
// failure. Returns 0, or an exit status after having said what does not compile.
int bench_peers_build(struct bench_programs *p, const struct bench_lines *lines);
// As bench_command, without the line's arguments.
bool bench_peers_command(const struct bench_programs *p, enum bench_side side,
                         const struct bench_line *line, struct words *argv);

#endif
