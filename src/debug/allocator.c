// SPDX-License-Identifier: MIT
// A report needs malloc, for libdw does; and it may come while a thread is inside malloc, the reporter's own
// too. So it must be told whether a stack leads through one of malloc's entry points: those are few, and their
// bounds stand in the symbol tables. Whichever allocator the program uses, these are its entries.
#include "debug/allocator.h"

#include "arch/context.h"
#include "base/atomic.h"
#include "debug/elfsym.h"

#include <link.h>
#include <stdlib.h>

// An allocator's own functions call each other no deeper, with the handler of a signal on top.
enum { ENTRIES = 6, DEEP = 24 };

static struct {
    uintptr_t start, end;
} entry[ENTRIES];

// The code of the library that malloc is in; empty if that is the program itself, which is then not to be told apart.
static struct {
    uintptr_t start, end; // [const] after start
} library;

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

static int note_library(struct dl_phdr_info *info, size_t size, void *program)
{
    (void)size;
    uintptr_t start = UINTPTR_MAX, end = 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
        if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_X))
            continue;
        uintptr_t at = info->dlpi_addr + ph->p_vaddr;
        start = at < start ? at : start;
        end = at + ph->p_memsz > end ? at + ph->p_memsz : end;
    }
    uintptr_t entry_point = (uintptr_t)malloc, own = (uintptr_t)program;
    if (entry_point < start || entry_point >= end)
        return 0;
    if (own < start || own >= end) {
        library.start = start;
        library.end = end;
    }
    return 1;
}

void gf_allocator_init(void)
{
    dl_iterate_phdr(note_library, (void *)(uintptr_t)gf_allocator_init);
}

bool gf_allocator_may_be_interrupted(void *ucontext)
{
    uintptr_t pc = gf_arch_fault_at(ucontext).pc;
    return pc >= library.start && pc < library.end;
}
