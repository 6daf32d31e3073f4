// SPDX-License-Identifier: MIT
// SHA-256 over labelled pieces, for names in the cache. Each piece is framed by its size, so that no two
// lists of pieces run together into the same bytes.
#ifndef GOFER_CMD_DIGEST_H
#define GOFER_CMD_DIGEST_H

#include <stddef.h>

enum { DIGEST_HEX = 65 };

struct digest; // a digest in the making

struct digest *digest_new(void);
void digest_add(struct digest *d, const void *data, size_t size);
void digest_add_text(struct digest *d, const char *text); // NULL differs from ""
// Adds the file's content. Returns 0 or a negative errno.
int digest_add_file(struct digest *d, const char *path);
// Writes the digest in hexadecimal and frees d.
void digest_end(struct digest *d, char hex[DIGEST_HEX]);
// One file's digest. Returns 0, or a negative errno with hex untouched.
int digest_file(const char *path, char hex[DIGEST_HEX]);

#endif
