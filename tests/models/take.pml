// SPDX-License-Identifier: MIT
// The monitor takes the P of a thread that is outside the runtime (gf_take_p, sched/handoff.c), while the thread enters
// (gf_enter, sched/m.h): an asymmetric Dekker protocol. The thread's side has no fence, so its store to in_runtime waits in
// a store buffer, which empties at any time, or by the taker's membarrier. In the runtime the thread must have its P, and
// nobody else may. The monitor gives the P to another thread, or, having taken something off it, back (rescue_work).
// mutants: NO_MEMBARRIER NO_COMPILER_FENCE IN_RUNTIME_FIRST NO_SLOW_ENTRY
#define EMPTY 2
mtype = { THREAD, MONITOR, OTHER, NOBODY };

mtype p = THREAD;          // whose the P is
bool lock = false;         // sched.lock
byte in_runtime = 0, buffered = EMPTY;
byte p_taken = 0;
byte rounds = 0;
bool over = false;

inline take_lock() { atomic { !lock; lock = true } }

inline store_in_runtime(value)
{
    atomic { if :: buffered != EMPTY -> in_runtime = buffered :: else fi; buffered = value }
}

active proctype buffer()
{
    do
    :: atomic { buffered != EMPTY -> in_runtime = buffered; buffered = EMPTY }
    :: over -> break
    od
}

active proctype thread()
{
    byte seen;
    do
    :: rounds == 3 -> break
    :: else ->
#ifdef NO_COMPILER_FENCE
        seen = p_taken;
        store_in_runtime(1);
#else
        store_in_runtime(1); // 1. say that we are in
        seen = p_taken;      // 2. was the P taken?
#endif
#ifndef NO_SLOW_ENTRY
        if
        :: seen -> // gf_enter_without_p
            take_lock();
            if
            :: p == THREAD -> lock = false
            :: else ->
                lock = false;
                atomic { p == NOBODY && !lock; p = THREAD; p_taken = 0 } // gf_wait_for_p
            fi
        :: else
        fi;
#endif
        assert(p == THREAD);
        assert(p == THREAD); // and still
        store_in_runtime(0);
        rounds++
    od;
    over = true
}

// gf_take_p, with the lock held.
inline take()
{
#ifdef IN_RUNTIME_FIRST
    inside = in_runtime;
    p_taken = 1;
#else
    p_taken = 1; // 1.
#ifndef NO_MEMBARRIER
    atomic { if :: buffered != EMPTY -> in_runtime = buffered; buffered = EMPTY :: else fi } // 2.
#endif
    inside = in_runtime; // 3.
#endif
    if
    :: inside -> p_taken = 0
    :: else -> p = MONITOR
    fi
}

active proctype monitor()
{
    byte inside;
    do
    :: over -> break
    :: p == THREAD ->
        take_lock();
        if
        :: p == THREAD -> take()
        :: else
        fi;
        if
        :: p == MONITOR -> // rescue_work: last, the thread may enter from here on
            p = THREAD; p_taken = 0; lock = false
        :: p == MONITOR -> // retake
            lock = false;
            p = OTHER;
            p = NOBODY // idle, until somebody wants it
        :: else -> lock = false
        fi
    od
}
