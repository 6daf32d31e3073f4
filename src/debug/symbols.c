// SPDX-License-Identifier: MIT
// Symbols come from libdw, or else from the symbol tables alone, and are kept by address: a program that
// catches panics in a loop asks for the same few addresses again and again, and each costs libdw some
// microseconds up to milliseconds. When the memory is full, all is forgotten.
//
// The lock covers libdw, which is for one thread at a time, and the memory. It is a plain futex lock: its
// holder never parks, but may be preempted, which looks to those who wait like a slow system.
//
// Whose a function is: the runtime's if its source lies where this file's did, or if it comes from a header of
// gofer. Without debug information its name must do.
#include "debug/symbols.h"

#include "base/atomic.h"
#include "base/compiler.h"
#include "debug/elfsym.h"
#include "debug/shield.h"
#include "os/os.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1024, MOST_REMEMBERED = 8192 };

struct memory {
    struct memory *next;
    uintptr_t pc;
    int count;
    struct gf_symbol symbol[]; // the texts follow
};

static struct {
    _Atomic(uint32_t) lock; // 0 free, 1 held, 2 held and waited for
    struct memory *bucket[BUCKETS];
    int remembered;
} symbols;

// ---- The lock ----

bool gf_symbols_lock_within(int64_t nanoseconds)
{
    uint32_t state = 0;
    // Acquire, here and below: pairs with the release in gf_symbols_unlock.
    if (gf_cas_acquire(&symbols.lock, &state, 1))
        return true;
    int64_t deadline = nanoseconds == INT64_MAX ? INT64_MAX : gf_os_now() + nanoseconds;
    while (gf_xchg_acquire(&symbols.lock, 2) != 0) {
        if (deadline != INT64_MAX && gf_os_now() >= deadline)
            return false;
        gf_os_futex_wait(&symbols.lock, 2, deadline);
    }
    return true;
}

void gf_symbols_lock(void)
{
    gf_symbols_lock_within(INT64_MAX);
}

void gf_symbols_unlock(void)
{
    // Release: pairs with the acquire of the next holder.
    if (gf_xchg_release(&symbols.lock, 0) == 2)
        gf_os_futex_wake(&symbols.lock, 1);
}

bool gf_symbols_run(void (*f)(void *arg), void *arg)
{
    enum { STACK = 256 << 10 };
    char *stack = gf_os_reserve(STACK);
    if (!stack)
        return false;
    gf_symbols_lock();
    gf_call_on_stack(stack, STACK, f, arg);
    gf_symbols_unlock();
    gf_os_release(stack, STACK);
    return true;
}

// ---- Whose a function is ----

static bool starts_with(const char *s, const char *prefix, size_t n)
{
    return strncmp(s, prefix, n) == 0;
}

static bool is_public_name(const char *name)
{
    return starts_with(name, "go_", 3) || starts_with(name, "chan_", 5);
}

static bool is_start_name(const char *name)
{
    static const char *const names[] = {
        "_start",
        "__libc_start_main",
        "__libc_start_main_impl",
        "__libc_start_call_main",
        "clone",
        "__clone",
        "clone3",
        "__clone3",
        "__restore_rt",
        "start_thread",
        "__GI___clone3",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

// Where gofer's sources lay, as the debug information spells it: learnt from the place of this function, since the
// compiler may have been told another path than the information ends up with (ccache does so). Empty: not known.
static char own_directory[512];

static void learn_own_directory(void)
{
    static const char here[] = "debug/symbols.c";
    static bool learnt;
    struct gf_place places[GF_MOST_PLACES];
    if (learnt)
        return;
    learnt = true;
    int count = gf_dwarf_find((uintptr_t)learn_own_directory, places);
    const char *file = count > 0 ? places[count - 1].file : NULL;
    size_t n = file ? strlen(file) : 0;
    if (n > sizeof here - 1 && n < sizeof own_directory &&
        strcmp(file + n - (sizeof here - 1), here) == 0)
        memcpy(own_directory, file, n - (sizeof here - 1));
}

static bool is_own_source(const char *file)
{
    return own_directory[0] && starts_with(file, own_directory, strlen(own_directory));
}

static bool is_own_header(const char *file)
{
    size_t n = strlen(file);
    return n > 2 && strcmp(file + n - 2, ".h") == 0 && strstr(file, "/gofer/");
}

static enum gf_symbol_kind kind_of(const struct gf_place *place)
{
    const char *name = place->function;
    if (!name)
        return GF_SYMBOL_USER;
    if (starts_with(name, "gf_", 3))
        return GF_SYMBOL_RUNTIME;
    bool named = is_public_name(name);
    if (!place->file)
        return named ? GF_SYMBOL_PUBLIC : is_start_name(name) ? GF_SYMBOL_START : GF_SYMBOL_USER;
    if (is_own_source(place->file))
        return named ? GF_SYMBOL_PUBLIC : GF_SYMBOL_RUNTIME;
    if (named && is_own_header(place->file))
        return GF_SYMBOL_PUBLIC;
    return is_start_name(name) ? GF_SYMBOL_START : GF_SYMBOL_USER;
}

// ---- Finding ----

// The compiler's clones, f.part.0, are f to the reader.
static void cut_suffix(char *name)
{
    char *dot = strchr(name + (*name == '.'), '.');
    if (dot)
        *dot = '\0';
}

struct gf_symbols gf_symbols_find_plain(uintptr_t pc)
{
    static struct gf_elf_name name;
    static struct gf_symbol symbol;
    memset(&symbol, 0, sizeof symbol);
    if (gf_elf_find(pc, &name)) {
        cut_suffix(name.function);
        symbol.place.function = name.function[0] ? name.function : NULL;
        symbol.place.offset = name.offset;
        symbol.place.module = name.module;
        symbol.place.module_offset = name.module_offset;
    }
    symbol.kind = kind_of(&symbol.place);
    return (struct gf_symbols){.count = 1, .symbol = &symbol};
}

static struct memory *recall(uintptr_t pc)
{
    struct memory *m = symbols.bucket[pc % BUCKETS];
    while (m && m->pc != pc)
        m = m->next;
    return m;
}

static void forget_all(void)
{
    for (int i = 0; i < BUCKETS; i++) {
        for (struct memory *m = symbols.bucket[i], *next; m; m = next) {
            next = m->next;
            free(m);
        }
        symbols.bucket[i] = NULL;
    }
    symbols.remembered = 0;
}

static size_t text_size(const char *s)
{
    return s ? strlen(s) + 1 : 0;
}

static const char *keep_text(char **room, const char *s)
{
    if (!s)
        return NULL;
    char *kept = *room;
    *room = stpcpy(kept, s) + 1;
    return kept;
}

static struct memory *remember(uintptr_t pc, const struct gf_symbol *found, int count)
{
    size_t texts_at = sizeof(struct memory) + (size_t)count * sizeof *found, size = texts_at;
    for (int i = 0; i < count; i++)
        size += text_size(found[i].place.function) + text_size(found[i].place.file) +
                text_size(found[i].place.module);
    if (symbols.remembered >= MOST_REMEMBERED)
        forget_all();
    struct memory *m = malloc(size);
    if (!m)
        return NULL;
    m->pc = pc;
    m->count = count;
    char *room = (char *)m + texts_at;
    for (int i = 0; i < count; i++) {
        m->symbol[i] = found[i];
        m->symbol[i].place.function = keep_text(&room, found[i].place.function);
        m->symbol[i].place.file = keep_text(&room, found[i].place.file);
        m->symbol[i].place.module = keep_text(&room, found[i].place.module);
    }
    m->next = symbols.bucket[pc % BUCKETS];
    symbols.bucket[pc % BUCKETS] = m;
    symbols.remembered++;
    return m;
}

struct gf_symbols gf_symbols_find(uintptr_t pc)
{
    static struct gf_symbol found[GF_MOST_PLACES];
    struct gf_place places[GF_MOST_PLACES];
    struct memory *m = recall(pc);
    if (m)
        return (struct gf_symbols){.count = m->count, .symbol = m->symbol};
    int count = 0;
    if (gf_dwarf_open()) {
        learn_own_directory();
        count = gf_dwarf_find(pc, places);
    }
    for (int i = 0; i < count; i++)
        found[i] = (struct gf_symbol){.place = places[i], .kind = kind_of(&places[i])};
    if (count == 0)
        found[count++] = gf_symbols_find_plain(pc).symbol[0];
    m = remember(pc, found, count);
    return (struct gf_symbols){.count = count, .symbol = m ? m->symbol : found};
}
