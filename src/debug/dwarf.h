// SPDX-License-Identifier: MIT
// Symbols by libdw, loaded at the first need. One caller at a time.
#ifndef GF_DEBUG_DWARF_H
#define GF_DEBUG_DWARF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One function that an address belongs to. Inlined functions and those that they are inlined into share an
// address.
struct gf_place {
    const char *function; // NULL: not known
    const char *file;     // NULL: not known
    unsigned line;
    bool inlined;       // its code is part of the next place's function
    uintptr_t offset;   // of the address in the function, unless inlined
    const char *module; // the file of the program or library; NULL: not known
    uintptr_t module_offset;
};

enum { GF_MOST_PLACES = 24 };

// Whether symbols can be had. The first call loads the library and reads /proc/self/maps.
bool gf_dwarf_open(void);
// The places of an address, innermost first; returns how many, 0 if nothing is known. The texts live until the
// next call.
int gf_dwarf_find(uintptr_t pc, struct gf_place places[GF_MOST_PLACES]);

#endif
