// SPDX-License-Identifier: MIT
// The order in which internal locks may be taken, outermost first: a thread that holds a lock may take only
// locks of a higher rank, except that several of rank CHAN may be held in the order of their addresses (select), and
// of rank SEMA (the table that grows).
// Debug builds keep the list of held locks for each thread and stop on a wrong order; docs/locks.md explains
// what each lock protects.
#ifndef GF_BASE_LOCKRANK_H
#define GF_BASE_LOCKRANK_H

enum gf_rank {
    GF_RANK_STW = 1, // stopping the world: maxprocs changes
    GF_RANK_MAP,     // a go_map's nodes, of a rank for each level, the deepest first
    GF_RANK_MAP_ROOT = GF_RANK_MAP + 14,
    GF_RANK_POOL,     // a shard of a pool
    GF_RANK_POLLDESC, // one descriptor's waiters and deadlines
    GF_RANK_CONTEXT,  // a context's children
    GF_RANK_SIGNAL,   // the listeners to signals
    GF_RANK_TIMERS,   // a processor's timer heap
    GF_RANK_SEMA,     // a bucket of the parking lot; several in address order
    GF_RANK_CHAN,     // a channel; several in address order
    GF_RANK_X,        // an object of gofer/x
    GF_RANK_SCHED,    // the global run queue, idle lists, threads
    GF_RANK_STACKS,   // stack slots of a size class
    GF_RANK_SLAB,     // goroutine slots
    GF_RANK_PRINT,    // reports
};

#endif
