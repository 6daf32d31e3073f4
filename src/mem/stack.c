// SPDX-License-Identifier: MIT
// Stack slots. A slot is a guard of 64 KiB, which a function of a library built without stack-clash protection
// does not jump over easily, and the usable part above it. Slots of the default size stand side by side in regions
// of doubling size, reserved at once and touched lazily, so that a million cost two dozen mappings.
//
// Guards: by advice where the kernel has it, which splits no mapping. Elsewhere by mprotect, each of which costs
// two of the process's vm.max_map_count mappings; past that budget, which is said once, a stack has a canary in its
// lowest word instead, looked at with the stack pointer at every park.
//
// Colour: all stacks' tops at the same offset in their page would fight for the same few sets of the cache; each
// slot's top is lowered by its own multiple of 128 bytes, but never so far that its first frames reach a second page.
//
// Huge pages are kept away: one would make a stack cost 2 MiB.
#include "mem/stack.h"

#include "base/assert.h"
#include "base/lock.h"
#include "base/sanitize.h"
#include "mem/view.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    COLOURS = 16,
    COLOUR_STEP = 128,
    COLOUR_ROOM = 4096, // so that a coloured stack still has all that was asked for
    SLOT = GF_STACK_GUARD + GF_STACK_DEFAULT + COLOUR_ROOM,
    FIRST_SLOTS = 64,
    MOST_SLOTS = 16384,
    MOST_REGIONS = 512,
    CLASSES = 40,          // larger stacks, by the power of two
    MAPS_FOR_OTHERS = 2000 // of the mapping budget, for the program itself
};
static const uint64_t CANARY = 0x5afe57ac4c0ffee1;

struct region {
    char *base;
    uint32_t slots, used; // handed out so far, in order
    // A bit for each slot without a guard. [atomic] relaxed: that of a slot is set before it is handed out
    _Atomic(uint32_t) unguarded[MOST_SLOTS / 32];
};

// In a free stack's top words, for the top page is the one that is in memory already.
struct free_stack {
    struct free_stack *next;
    struct gf_stack stack;
};

static struct {
    struct gf_lock lock; // protects all below
    struct free_stack *free;
    struct free_stack *larger[CLASSES];
    struct region regions[MOST_REGIONS];
    int count;
    long guards_left; // by mprotect
    bool advice;
    struct gf_stack_stats stats;
} stacks;
_Atomic(bool) gf_stack_some_unguarded;

void gf_stack_init(bool advice, long guards)
{
    stacks.advice = advice && gf_os_has_guard_advice();
    stacks.guards_left = guards >= 0 ? guards : (gf_os_max_map_count() - MAPS_FOR_OTHERS) / 2;
}

static bool add_region(void)
{
    if (stacks.count == MOST_REGIONS)
        return false;
    uint32_t slots = stacks.count < 8 ? (uint32_t)FIRST_SLOTS << stacks.count : MOST_SLOTS;
    char *base = NULL;
    // A limit on address space (RLIMIT_AS) may allow a smaller one.
    for (; slots > 0 && !(base = gf_os_reserve((size_t)slots * SLOT)); slots /= 2)
        ;
    if (!base)
        return false;
    gf_os_advise_no_huge_pages(base, (size_t)slots * SLOT);
    struct region *r = &stacks.regions[stacks.count++];
    r->base = base;
    r->slots = slots;
    stacks.stats.reserved += (size_t)slots * SLOT;
    return true;
}

static void say_out_of_guards(void)
{
    static const char text[] =
        "gofer: no more guard pages for stacks (vm.max_map_count); further goroutines' "
        "stacks are checked at each park only\n";
    gf_os_write_error(text, sizeof text - 1);
}

// By mprotect, within the budget.
static bool protect_guard(char *p)
{
    if (stacks.guards_left <= 0 || gf_os_guard_protect(p, GF_STACK_GUARD) != 0)
        return false;
    stacks.guards_left--;
    return true;
}

static bool advise_guard(char *p)
{
    return stacks.advice && gf_os_guard_install(p, GF_STACK_GUARD) == 0;
}

struct slot {
    char *base; // NULL: none
    struct region *region;
    uint32_t index;
};

static struct slot take_slot(void)
{
    struct region *r = stacks.count ? &stacks.regions[stacks.count - 1] : NULL;
    if (!r || r->used == r->slots) {
        if (!add_region())
            return (struct slot){NULL, NULL, 0};
        r = &stacks.regions[stacks.count - 1];
    }
    uint32_t index = r->used++;
    return (struct slot){r->base + (size_t)index * SLOT, r, index};
}

static struct gf_stack stack_in(struct slot s)
{
    return (struct gf_stack){.low = s.base + GF_STACK_GUARD,
                             .top = s.base + SLOT - s.index % COLOURS * COLOUR_STEP};
}

// For a slot that advice did not guard.
static void guard_otherwise(struct slot s)
{
    if (protect_guard(s.base))
        return;
    if (!gf_load_relaxed(&gf_stack_some_unguarded))
        say_out_of_guards();
    gf_or_relaxed(&s.region->unguarded[s.index / 32], 1U << s.index % 32);
    gf_store_relaxed(&gf_stack_some_unguarded, true);
    memcpy(stack_in(s).low, &CANARY, sizeof CANARY);
}

// The record of a free stack, in the stack itself, in the page that its next user touches first.
static struct free_stack *record_of(struct gf_stack s)
{
    return (struct free_stack *)(s.top - sizeof(struct free_stack));
}

static void push_free(struct free_stack **list, struct gf_stack s)
{
    struct free_stack *f = record_of(s);
    gf_asan_unpoison(f, sizeof *f);
    *f = (struct free_stack){.next = *list, .stack = s};
    *list = f;
}

static struct gf_stack pop_free(struct free_stack **list)
{
    struct free_stack *f = *list;
    *list = f->next;
    return f->stack;
}

// New ones are made one at a time: each costs a system call for its guard, which is made without the lock, for other
// threads make theirs meanwhile.
static bool make_stack(struct gf_stack *into, struct slot s)
{
    if (!s.base)
        return false;
    if (!advise_guard(s.base)) {
        gf_lock(&stacks.lock, GF_RANK_STACKS);
        guard_otherwise(s);
        gf_unlock(&stacks.lock);
    }
    *into = stack_in(s);
    return true;
}

int gf_stack_take(struct gf_stack *into, int n)
{
    int taken = 0, saved = errno; // that of whoever switches to a new goroutine
    struct slot s = {NULL, NULL, 0};
    gf_lock(&stacks.lock, GF_RANK_STACKS);
    while (taken < n && stacks.free)
        into[taken++] = pop_free(&stacks.free);
    if (taken == 0)
        s = take_slot();
    stacks.stats.in_use += (size_t)(taken + (s.base != NULL)) * GF_STACK_DEFAULT;
    gf_unlock(&stacks.lock);
    if (taken == 0) {
        taken = make_stack(into, s);
        errno = saved;
    }
    return taken;
}

void gf_stack_give(const struct gf_stack *from, int n)
{
    gf_lock(&stacks.lock, GF_RANK_STACKS);
    for (int i = 0; i < n; i++)
        push_free(&stacks.free, from[i]);
    stacks.stats.in_use -= (size_t)n * GF_STACK_DEFAULT;
    gf_unlock(&stacks.lock);
}

static int class_of(size_t usable)
{
    int class = 0;
    while (((size_t)GF_STACK_DEFAULT << class) < usable)
        class ++;
    return class;
}

static struct gf_stack new_larger(int class)
{
    size_t usable = (size_t)GF_STACK_DEFAULT << class;
    char *p = gf_os_reserve(GF_STACK_GUARD + usable);
    if (!p)
        return (struct gf_stack){NULL, NULL};
    gf_os_advise_no_huge_pages(p, GF_STACK_GUARD + usable);
    if (!advise_guard(p) && !protect_guard(p) && gf_os_guard_protect(p, GF_STACK_GUARD) != 0) {
        gf_os_release(p, GF_STACK_GUARD + usable);
        return (struct gf_stack){NULL, NULL};
    }
    stacks.stats.reserved += GF_STACK_GUARD + usable;
    return (struct gf_stack){.low = p + GF_STACK_GUARD, .top = p + GF_STACK_GUARD + usable};
}

struct gf_stack gf_stack_new(size_t usable)
{
    struct gf_stack s = {NULL, NULL};
    if (usable <= GF_STACK_DEFAULT) {
        gf_stack_take(&s, 1);
        return s;
    }
    if (usable > (size_t)GF_STACK_DEFAULT << (CLASSES - 20))
        return s;
    int class = class_of(usable);
    gf_lock(&stacks.lock, GF_RANK_STACKS);
    s = stacks.larger[class] ? pop_free(&stacks.larger[class]) : new_larger(class);
    stacks.stats.in_use += (size_t)(s.top - s.low);
    gf_unlock(&stacks.lock);
    return s;
}

void gf_stack_free(struct gf_stack s)
{
    if (gf_stack_is_default(s)) {
        gf_stack_give(&s, 1);
        return;
    }
    // A large stack may hold much memory; only its top page stays.
    size_t page = gf_os_page_size();
    gf_os_discard(s.low, (size_t)(s.top - s.low) - page);
    gf_lock(&stacks.lock, GF_RANK_STACKS);
    push_free(&stacks.larger[class_of((size_t)(s.top - s.low))], s);
    stacks.stats.in_use -= (size_t)(s.top - s.low);
    gf_unlock(&stacks.lock);
}

GF_RACY_BY_DESIGN static bool is_unguarded(const char *low)
{
    // The count only grows, and the fields read here were set before the first slot was handed out.
    for (int i = 0; i < stacks.count; i++) {
        const struct region *r = &stacks.regions[i];
        size_t slot = (size_t)(low - r->base) / SLOT;
        if (low >= r->base && slot < r->slots)
            return gf_load_relaxed(&r->unguarded[slot / 32]) >> slot % 32 & 1;
    }
    return false;
}

void gf_stack_trim(char *low, const void *sp)
{
    uintptr_t page = gf_os_page_size();
    // The canary of a stack without a guard stays.
    char *from = low + (is_unguarded(low) ? page : 0);
    char *to = (char *)((uintptr_t)sp & ~(page - 1));
    if (to > from)
        gf_os_discard(from, (size_t)(to - from));
}

char *gf_stack_new_for_signals(size_t bytes)
{
    char *p = gf_os_reserve(GF_STACK_GUARD + bytes);
    if (!p)
        return NULL;
    // Without a guard it serves as well, unless a handler of the program's own runs over its end.
    if (!stacks.advice || gf_os_guard_install(p, GF_STACK_GUARD) != 0)
        gf_os_guard_protect(p, GF_STACK_GUARD);
    return p + GF_STACK_GUARD;
}

void gf_stack_free_for_signals(char *low, size_t bytes)
{
    gf_os_release(low - GF_STACK_GUARD, GF_STACK_GUARD + bytes);
}

bool gf_stack_in_guard(const char *low, uintptr_t addr)
{
    return addr < (uintptr_t)low && addr >= (uintptr_t)low - GF_STACK_GUARD;
}

bool gf_stack_has_guard_or_canary(const char *low, uintptr_t sp)
{
    return !is_unguarded(low) || (sp > (uintptr_t)low && memcmp(low, &CANARY, sizeof CANARY) == 0);
}

struct gf_stack_stats gf_stack_stats(void)
{
    gf_lock(&stacks.lock, GF_RANK_STACKS);
    struct gf_stack_stats stats = stacks.stats;
    gf_unlock(&stacks.lock);
    return stats;
}

bool gf_view_stack_region(int i, uintptr_t *start, uintptr_t *end)
{
    if (i >= stacks.count)
        return false;
    const struct region *r = &stacks.regions[i];
    *start = (uintptr_t)r->base;
    *end = *start + (size_t)r->slots * SLOT;
    return true;
}
