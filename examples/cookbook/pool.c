// SPDX-License-Identifier: MIT
// Question: allocating and freeing the same kind of object all the time costs too much. What now?
// Answer:   go_pool keeps what is put back and hands it out again, each processor from its own store, so it is quicker
//           than a lock and a list.
// Watch:    what comes out holds what the last user left there, so reset it. A pool may drop objects at any time: it is
//           a cache, not a place to keep things.
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct buffer {
    size_t used;
    char data[4096];
};

static void *new_buffer(void)
{
    return calloc(1, sizeof(struct buffer));
}

static void append(struct buffer *b, const char *text)
{
    size_t n = strlen(text);
    memcpy(b->data + b->used, text, n);
    b->used += n;
}

static void render(go_pool *pool, int page, size_t *bytes)
{
    struct buffer *b = go_pool_get(pool);
    b->used = 0; // whatever was in it
    for (int i = 0; i < page; i++)
        append(b, "line\n");
    *bytes = b->used;
    go_pool_put(pool, b);
}

int main(void)
{
    go_pool pool = GO_POOL(.make = new_buffer, .free = free);
    size_t bytes[10], total = 0;
    go_waitgroup wg = {0};
    for (int page = 0; page < 10; page++)
        go_waitgroup_go(&wg, render, &pool, page, &bytes[page]);
    go_waitgroup_wait(&wg);
    for (int page = 0; page < 10; page++)
        total += bytes[page];
    printf("%zu bytes rendered\n", total);
    go_pool_drain(&pool); // frees what it keeps
    return 0;
}
