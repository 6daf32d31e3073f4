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

// A head's texts stay in the buffer, so while it is read a part of the buffer is spared, for what a body in chunks needs.
enum { GF_INPUT_SPARED = 1024 };

struct gf_input {
    struct gf_stream *stream; // [const]
    char *buf;                // bytes from at to n have been read and not used
    size_t at, n, room;
    size_t kept; // bytes at the beginning that must stay: a head's, once it is complete
};

// Up to where the buffer may be filled now.
static inline size_t gf_input_limit(const struct gf_input *in)
{
    return in->kept ? in->room : in->room - GF_INPUT_SPARED;
}

// Reads more behind what is there. Returns as the stream does; -ENOBUFS if there is no room.
ssize_t gf_input_fill(struct gf_input *in);

#endif
