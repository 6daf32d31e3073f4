// SPDX-License-Identifier: MIT
// From addresses to functions, files and lines, remembered, and told apart: the program's own, gofer's public
// ones, and the runtime's inner ones, which traces hide.
#ifndef GF_DEBUG_SYMBOLS_H
#define GF_DEBUG_SYMBOLS_H

#include "debug/dwarf.h"

enum gf_symbol_kind {
    GF_SYMBOL_USER,
    GF_SYMBOL_PUBLIC,  // what gofer.h declares
    GF_SYMBOL_RUNTIME, // the rest of gofer
    GF_SYMBOL_START, // libc's way to main or to a thread's first function, and the return from a signal
};

struct gf_symbol {
    struct gf_place place;
    enum gf_symbol_kind kind;
};

// The functions of one address, innermost first; all but the last were inlined. At least one.
struct gf_symbols {
    int count;
    const struct gf_symbol *symbol;
};

// All below is for the holder of this lock. A thread that may be stopped for good while it holds it, or that
// may hold it already, asks for a limited time; false: not had.
void gf_symbols_lock(void);
bool gf_symbols_lock_within(int64_t nanoseconds);
void gf_symbols_unlock(void);

// Calls f(arg) under the lock, on a stack that is large enough for the reader of symbols and gone afterwards. False if
// there is no memory for it.
bool gf_symbols_run(void (*f)(void *arg), void *arg);

// What is known of an instruction. Valid until the lock is released or the next call.
struct gf_symbols gf_symbols_find(uintptr_t pc);

// The same without the lock, without memory and with less knowledge: when gf_symbols_find has failed.
struct gf_symbols gf_symbols_find_plain(uintptr_t pc);

#endif
