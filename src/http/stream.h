// SPDX-License-Identifier: MIT
// Where a message's bytes come from and go to: a connection, or memory in tests. And the buffer of what has been read
// ahead, which a head is parsed in and a body is decoded from.
#ifndef GF_HTTP_STREAM_H
#define GF_HTTP_STREAM_H

#include "base/compiler.h"

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

struct gf_stream {
    // Bytes, 0 at the end, or a negative errno. May block.
    ssize_t (*read)(struct gf_stream *s, void *buf, size_t n);
    // All bytes, or a negative errno. The array may be changed.
    ssize_t (*writev)(struct gf_stream *s, struct iovec *parts, int count);
    // Bytes of a file from a place on: how many, fewer if the file ends before or an error came after the beginning, or a
    // negative errno. NULL: they have to be read and written.
    ssize_t (*send_file)(struct gf_stream *s, int file, off_t at, size_t n);
};

struct gf_input {
    struct gf_stream *stream; // [const]
    char *buf;                // bytes from at to n have been read and not used
    size_t at, n, room;
};

// Reads more behind what is there. Returns as the stream does; -ENOBUFS if there is no room.
ssize_t gf_input_fill(struct gf_input *in);

#endif
