// SPDX-License-Identifier: MIT
// The cache of compiled programs in $XDG_CACHE_HOME/gofer or ~/.cache/gofer.
#ifndef GOFER_CMD_CACHE_H
#define GOFER_CMD_CACHE_H

#include "digest.h"
#include "text.h"

struct cache {
    char *dir;
};

// Opens the cache, making its directories. Returns 0, or an exit status after having said why not.
int cache_open(struct cache *c);
void cache_close(struct cache *c);
// A fresh scratch directory inside, to be freed and removed; NULL with errno set on failure.
char *cache_scratch(const struct cache *c);

// Finds the program that key led to before, if all the files it was made from are as they were.
// Returns its path, to be freed, or NULL.
char *cache_find(const struct cache *c, const char key[DIGEST_HEX]);
// The path, to be freed, that the program made under key from the named files belongs at; manifest gets the
// text that cache_store keeps once the program is there. NULL, after having said why, if a file cannot be read.
char *cache_place(const struct cache *c, const char key[DIGEST_HEX], const struct words *files,
                  struct text *manifest);
// Makes the program findable. Returns 0, or an exit status after having said why not.
int cache_store(const struct cache *c, const char key[DIGEST_HEX], const struct text *manifest);

#endif
