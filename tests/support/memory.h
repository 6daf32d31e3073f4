// SPDX-License-Identifier: MIT
// What the process takes, in bytes, as /proc/self/statm has it. A failure to read it ends the process.
#ifndef TEST_MEMORY_H
#define TEST_MEMORY_H

#include <stddef.h>

size_t test_resident(void);
size_t test_mapped(void);

#endif
