// SPDX-License-Identifier: MIT
// The life of a channel: made in one block with its buffer, counted, freed with the last reference. Values that are
// still buffered go with it. Freeing needs no lock: whoever drops the last reference is alone with the channel.
#include "chan/chan.h"

#include "panic/misuse.h"

#include <stdlib.h>

// Limits as in Go: the buffer must fit the address space with room to spare.
static const uint64_t MOST_BYTES = (uint64_t)1 << 47;

struct go_chan *gf_chan_new(size_t elem_size, int64_t cap, const struct gf_chan_class *class,
                            void *owner)
{
    size_t room = elem_size * (size_t)cap;
    struct go_chan *c = malloc(sizeof *c + room);
    if (!c)
        gf_fatal("out of memory (make chan)");
    *c = (struct go_chan){.refs = 1,
                          .elem_size = (uint32_t)elem_size,
                          .cap = (uint64_t)cap,
                          .class = class,
                          .owner = owner,
                          // Behind a channel without room lies another's memory, which a
                          // search for leaks would take for reachable.
                          .buffer = (char *)(room ? c + 1 : c)};
    gf_list_init(&c->receivers);
    gf_list_init(&c->senders);
    gf_chan_race_init(c);
    return c;
}

static bool size_is_possible(size_t elem_size, int64_t cap)
{
    return cap >= 0 && elem_size <= UINT32_MAX &&
           (elem_size == 0 ? (uint64_t)cap < MOST_BYTES : (uint64_t)cap <= MOST_BYTES / elem_size);
}

struct go_chan *go_chan_make_(size_t elem_size, int64_t cap)
{
    if (gf_unlikely(!size_is_possible(elem_size, cap)))
        gf_panic_misuse(gf_enter(), "makechan: size out of range");
    return gf_chan_new(elem_size, cap, NULL, NULL);
}

struct go_chan *go_chan_ref_(struct go_chan *c)
{
    if (c) {
        gf_add_relaxed(&c->refs,
                       1); // relaxed: the caller has a reference, so it cannot go meanwhile
        gf_chan_race_share(c);
    }
    return c;
}

void go_chan_free_(struct go_chan *c)
{
    // Acquire and release: the last one sees all uses by the others before it frees.
    if (!c || gf_sub_acqrel(&c->refs, 1) != 1)
        return;
    gf_assert(gf_list_empty(&c->receivers) && gf_list_empty(&c->senders));
    gf_chan_race_frees(c, __builtin_return_address(0));
    if (c->class && c->class->finalize)
        c->class->finalize(c);
    gf_chan_race_end(c);
    free(c);
}

size_t go_chan_len_(const struct go_chan *c)
{
    if (!c || (c->class && c->class->hides_buffer))
        return 0;
    // A look without the lock: the number orders nothing, and is old as soon as it is known.
    return (size_t)__atomic_load_n(&c->count, __ATOMIC_RELAXED);
}

size_t go_chan_cap_(const struct go_chan *c)
{
    return !c || (c->class && c->class->hides_buffer) ? 0 : (size_t)c->cap;
}
