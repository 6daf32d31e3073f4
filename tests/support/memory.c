// SPDX-License-Identifier: MIT
#include "support/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct statm {
    unsigned long mapped, resident; // pages
};

static struct statm read_statm(void)
{
    struct statm s;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%lu %lu", &s.mapped, &s.resident) != 2) {
        perror("/proc/self/statm");
        abort();
    }
    fclose(f);
    return s;
}

static size_t bytes(unsigned long pages)
{
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

size_t test_resident(void)
{
    return bytes(read_statm().resident);
}

size_t test_mapped(void)
{
    return bytes(read_statm().mapped);
}
