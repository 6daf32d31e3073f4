// SPDX-License-Identifier: MIT
// A report needs malloc, for libdw does; and it may come while a thread is inside malloc, the reporter's own
// too. So it must be told whether a stack leads through one of malloc's entry points: those are few, and their
// bounds stand in the symbol tables. Whichever allocator the program uses, these are its entries.
#include "debug/allocator.h"

#include "base/atomic.h"
#include "debug/elfsym.h"

#include <stdlib.h>

// An allocator's own functions call each other no deeper, with the handler of a signal on top.
enum { ENTRIES = 6, DEEP = 24 };

static struct {
    uintptr_t start, end;
} entry[ENTRIES];

void gf_allocator_find(void)
{
    const uintptr_t functions[ENTRIES] = {
        (uintptr_t)malloc, (uintptr_t)calloc,         (uintptr_t)realloc,
        (uintptr_t)free,   (uintptr_t)posix_memalign, (uintptr_t)aligned_alloc,
    };
    static _Atomic(bool) known; // release by who has found them, acquire by who uses them
    struct gf_elf_name name;
    if (gf_load_acquire(&known))
        return;
    for (int i = 0; i < ENTRIES; i++) {
        if (!gf_elf_find(functions[i], &name))
            continue;
        entry[i].start = functions[i];
        entry[i].end = functions[i] + name.size;
    }
    gf_store_release(&known, true); // two that find them at the same time write the same
}

static bool is_in_entry(uintptr_t pc)
{
    for (int k = 0; k < ENTRIES; k++)
        if (pc >= entry[k].start && pc < entry[k].end)
            return true;
    return false;
}

bool gf_allocator_is_on(const struct gf_trace *t, bool through_signals)
{
    for (size_t i = 0; i < t->count && i < DEEP; i++) {
        if (i > 0 && t->inner[i].exact && !through_signals)
            return false;
        if (is_in_entry(t->inner[i].pc))
            return true;
    }
    return false;
}

bool gf_allocator_is_interrupted(void)
{
    struct gf_trace trace;
    gf_allocator_find();
    gf_unwind_interrupted(&trace);
    return gf_allocator_is_on(&trace, false);
}
