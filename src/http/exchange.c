// SPDX-License-Identifier: MIT
// Exchanges and their pool. The pool keeps a few dozen, which is as many as are busy at one time on a handful of
// processors; what goes beyond is a burst, and its memory goes back. A head that does not fit in the built-in buffer
// moves to one of malloc, which is given back with the exchange.
#include "http/exchange.h"

#include "base/assert.h"
#include "base/race.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT = 64 };

static void start(struct gf_exchange *x, size_t max_head)
{
    gf_parser_init(&x->parser, HTTP_REQUEST, &x->arena, max_head);
    x->request.context = NULL;
}

struct gf_exchange *gf_exchange_get(struct gf_exchange_pool *pool, struct gf_stream *s,
                                    size_t max_head)
{
    go_mutex_lock(&pool->lock);
    struct gf_exchange *x = pool->free;
    if (x) {
        pool->free = x->next;
        pool->count--;
    }
    go_mutex_unlock(&pool->lock);
    if (!x)
        x = aligned_alloc(16, (sizeof(*x) + 15) & ~(size_t)15);
    if (!x)
        gf_fatal("http: out of memory");
    gf_store_relaxed(&x->users, 1); // relaxed: nobody else knows it yet
    gf_arena_init(&x->arena, x->room, sizeof(x->room));
    x->input = (struct gf_input){.stream = s, .buf = x->in, .room = sizeof(x->in)};
    start(x, max_head);
    return x;
}

static void give_back_buffer(struct gf_exchange *x)
{
    if (x->input.buf != x->in)
        free(x->input.buf);
}

void gf_exchange_put(struct gf_exchange_pool *pool, struct gf_exchange *x)
{
    // Release for what this user did, acquire for what the others did.
    if (!gf_race_last_of(&x->users, gf_sub_acqrel(&x->users, 1) == 1))
        return;
    gf_arena_reset(&x->arena);
    give_back_buffer(x);
    go_mutex_lock(&pool->lock);
    bool keep = pool->count < KEPT;
    if (keep) {
        x->next = pool->free;
        pool->free = x;
        pool->count++;
    }
    go_mutex_unlock(&pool->lock);
    if (!keep)
        free(x);
}

void gf_exchange_pool_drain(struct gf_exchange_pool *pool)
{
    while (pool->free) {
        struct gf_exchange *next = pool->free->next;
        free(pool->free);
        pool->free = next;
    }
    pool->count = 0;
}

void gf_exchange_next(struct gf_exchange *x, size_t max_head)
{
    struct gf_input *in = &x->input;
    gf_arena_reset(&x->arena);
    memmove(in->buf, in->buf + in->at, in->n - in->at);
    in->n -= in->at;
    in->at = in->kept = 0;
    start(x, max_head);
}

bool gf_exchange_grow(struct gf_exchange *x, size_t max_head)
{
    struct gf_input *in = &x->input;
    size_t most = max_head + GF_INPUT_SPARED;
    if (in->n < gf_input_limit(in))
        return true;
    if (in->room >= most)
        return false;
    size_t room = 2 * in->room < most ? 2 * in->room : most;
    char *larger = malloc(room);
    if (!larger)
        return false;
    memcpy(larger, in->buf, in->n);
    give_back_buffer(x);
    in->buf = larger;
    in->room = room;
    return true;
}
