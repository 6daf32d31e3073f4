// SPDX-License-Identifier: MIT
// Question: a popular entry of my cache expires, and a thousand requests fetch it at once. How do I fetch it once?
// Answer:   go_singleflight: the first caller of a key fetches, the others wait for its result. Look into the cache
//           again inside the flight, for somebody may have filled it just before.
// Watch:    an error reaches everybody too. What one slow fetch holds up is all that ask for that key.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

struct cache {
    go_map entries; // key -> const char *
    go_singleflight flights;
    atomic_int fetches;
};

static int fetch(void **result, struct cache *c, const char *key)
{
    if (go_map_load(&c->entries, key, result))
        return 0; // filled since we looked
    atomic_fetch_add(&c->fetches, 1);
    go_sleep(20 * GO_MILLISECOND); // the database is slow
    *result = "value";
    go_map_store(&c->entries, key, *result);
    return 0;
}

static const char *look_up(struct cache *c, const char *key)
{
    void *value;
    if (!go_map_load(&c->entries, key, &value) &&
        go_singleflight_do(&c->flights, key, &value, NULL, fetch, c, key))
        return NULL;
    return value;
}

static void request(struct cache *c, atomic_int *answered)
{
    if (look_up(c, "front page"))
        atomic_fetch_add(answered, 1);
}

int main(void)
{
    struct cache c = {0};
    atomic_int answered = 0;
    go_waitgroup wg = {0};
    for (int i = 0; i < 1000; i++) // the stampede
        go_waitgroup_go(&wg, request, &c, &answered);
    go_waitgroup_wait(&wg);
    printf("%d requests answered by %d fetch\n", answered, c.fetches);
    go_singleflight_free(&c.flights);
    go_map_free(&c.entries);
    return 0;
}
