// SPDX-License-Identifier: MIT
// Reads and writes as the race detector sees them. As in Go: whatever is written, anywhere, happens before whatever is
// read after it, for nobody can tell whether a descriptor leads back into the process; and the bytes are read or written
// by the caller. In builds that are not for -race all of this is empty.
#ifndef GF_IO_RACE_H
#define GF_IO_RACE_H

#include "base/race.h"

#include <sys/types.h>

// Its address stands for all that has been written.
extern char gf_io_past;

// In a function of the program's, before it writes, and after it has read.
#define gf_io_race_writes(buf, n, pc)                                                              \
    do {                                                                                           \
        gf_race_release(&gf_io_past);                                                              \
        gf_race_read(buf, n, pc);                                                                  \
    } while (0)
#define gf_io_race_has_read(buf, n, pc)                                                            \
    do {                                                                                           \
        gf_race_acquire(&gf_io_past);                                                              \
        if ((n) > 0)                                                                               \
            gf_race_write(buf, (size_t)(n), pc);                                                   \
    } while (0)

#endif
