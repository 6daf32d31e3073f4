// SPDX-License-Identifier: MIT
// Waiting for descriptors that are not gofer's: their mode is left as it is, they may be watched by others too, and may be
// closed, and their numbers used again, without a word to us. So nothing is remembered but who waits: each wait tells
// the poller anew. Any number may wait for one descriptor at a time.
#ifndef GF_IO_RAW_H
#define GF_IO_RAW_H

#include <gofer/time.h>

struct gf_raw;

// Counts the caller as a user of the descriptor: until it leaves, go_close keeps the number from being used again.
// -EBADF for a negative one, -ESHUTDOWN while it is being closed, -ENOMEM.
int gf_raw_enter(int fd, struct gf_raw **raw);
void gf_raw_leave(struct gf_raw *raw);

// Parks until one of these poll events may be so: 0. Errors: -ETIMEDOUT at the deadline (monotonic; INT64_MAX: none),
// -ESHUTDOWN after a go_close, -EPERM for what cannot be waited for and is always ready, such as a plain file.
int gf_raw_wait(struct gf_raw *raw, int events, int64_t deadline);

// Writers of one descriptor take turns, so that what one writes stays together.
void gf_raw_lock_writer(struct gf_raw *raw);
void gf_raw_unlock_writer(struct gf_raw *raw);

// go_close: releases the descriptor now, or when the last user leaves.
int gf_raw_close(int fd);

#endif
