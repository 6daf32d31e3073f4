// SPDX-License-Identifier: MIT
// A cache of three pages in front of a slow store: what has been used lately stays, and the page that has not been used
// for the longest time makes room.
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fetches;

static char *fetch(const char *name)
{
    char *page = malloc(64);
    snprintf(page, 64, "contents of %s", name);
    fetches++;
    return page;
}

static void drop(const char *name, void *page)
{
    printf("dropping %s\n", name);
    free(page);
}

static const char *read_page(go_lru *cache, const char *name)
{
    void *page;
    if (!go_lru_get(cache, name, &page)) {
        page = fetch(name);
        go_lru_put(cache, name, page);
    }
    return page;
}

int main(void)
{
    static const char *const names[] = {"home", "about", "news", "home", "login", "home", "news"};
    go_lru *cache = go_lru_new(3, drop);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        printf("%s\n", read_page(cache, names[i]));
    printf("%d fetches, %zu pages in the cache\n", fetches, go_lru_len(cache));
    static const char *const left[] = {"home", "login", "news"};
    for (int i = 0; i < 3; i++) {
        void *page = NULL;
        go_lru_get(cache, left[i], &page);
        free(page);
    }
    go_lru_free(cache);
    return 0;
}
