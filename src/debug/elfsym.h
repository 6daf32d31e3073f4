// SPDX-License-Identifier: MIT
// Function names without any library: the fallback of symbols.c.
#ifndef GF_DEBUG_ELFSYM_H
#define GF_DEBUG_ELFSYM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gf_elf_name {
    char function[128]; // empty: not known
    uintptr_t offset;   // in the function
    size_t size;        // of the function
    char module[256];   // the file
    uintptr_t module_offset;
};

// Where an address lies. Takes no lock and allocates nothing. False if nothing is known.
bool gf_elf_find(uintptr_t pc, struct gf_elf_name *name);

#endif
