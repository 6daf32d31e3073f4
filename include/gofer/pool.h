// SPDX-License-Identifier: MIT
// A pool of objects that are costly to make and may be used again: what nobody needs now is put in, and whoever needs one
// gets it out. Each processor has its own part, so that neither takes a lock as a rule; one that finds its part empty
// takes from the others.
//
// What is in a pool may go at any time, by these rules. A pool keeps at most 545 objects a processor; what is put beyond
// that is freed at once. What has been in it for four seconds without being used is freed, at the latest, by the gets
// and puts of that time: objects age by generations of two seconds, and the one before the last goes. (Go does this with
// each garbage collection.) A pool that nobody uses any more keeps what it has, until go_pool_drain.
#ifndef GOFER_POOL_H
#define GOFER_POOL_H

#include <gofer/detail/base.h>

GO_BEGIN_DECLS

typedef struct go_pool {
    void *(*make)(void);
    void (*free)(void *object);
    size_t size;
    void *core; // see src/sync/pool.c
} go_pool;

// A pool, for an initialisation in static storage or on a stack: GO_POOL(.make = f, .free = g, .size = n), each of which
// may be left out. f makes an object, g frees one. Without f, objects are zeroed blocks of n bytes from calloc, which go
// back to free(3) unless g says otherwise; without n either, there are none to be made. Objects that f made and that
// have no g are forgotten when they go, as those are that somebody else owns.
// A pool must not be copied once used; it ends with go_pool_drain.   Go: sync.Pool{New: f}
#define GO_POOL(...) ((go_pool){__VA_ARGS__})

// Returns an object that was put in, as it was then, or a new one; NULL if there is none to be made.
// Owns: the object is the caller's.   From: goroutine or foreign thread.   Errors: fatal, "out of memory (pool)".
// Memory: the put of an object happens before the get that returns it.   Go: Pool.Get
GO_API void *go_pool_get(go_pool *p);

// Puts an object in. NULL is ignored.   Owns: the object is the pool's; nobody else uses it any more.
// From, Errors: as go_pool_get.   Go: Pool.Put
GO_API void go_pool_put(go_pool *p, void *object);

// Frees all objects that are in the pool, and what the pool itself holds; it is empty and ready again. Others may use the
// pool meanwhile, but then objects that they put in at the same time may stay.   From: as go_pool_get.
GO_API void go_pool_drain(go_pool *p);

GO_END_DECLS

#endif
