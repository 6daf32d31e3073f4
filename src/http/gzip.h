// SPDX-License-Identifier: MIT
// Unpacking gzip as it arrives, by zlib, which is loaded when it is first needed: a program that never meets a packed
// answer needs no zlib, nor does one on a machine that has none; the client then does not ask for packing.
#ifndef GF_HTTP_GZIP_H
#define GF_HTTP_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct gf_gzip;

// Whether there is a zlib.
bool gf_gzip_available(void);
// An unpacker of what read(arg, …) gives: bytes, 0 at the end, or a negative errno. NULL: no memory.
struct gf_gzip *gf_gzip_new(ssize_t (*read)(void *arg, void *buf, size_t n), void *arg);
// Unpacked bytes, 0 at the end; -EBADMSG if the data is broken or cut short, or the source's error.
ssize_t gf_gzip_read(struct gf_gzip *z, void *buf, size_t n);
void gf_gzip_free(struct gf_gzip *z);

#endif
