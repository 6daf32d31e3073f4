// SPDX-License-Identifier: MIT
// A reader and writer lock on the parking lot (sync/rwmutex.c, its short paths in gofer/sync.h), with the freeing and reuse of its
// memory. Threads that read and threads that write share an object: each locks it, drops its reference and unlocks; who
// dropped the last one locks it for writing once more and then frees it, though the others may still be on their way out of their
// unlocks. The same memory is then a new lock, for other threads, with the same keys in the same bucket. Nobody touches
// memory of an object that is gone for it, writers exclude, no wake-up is lost. An unlock may find that the first sleeping writer
// has waited for long, or not, whatever happened before.
// mutants: NO_ADMISSION RELEASE_BEFORE_ADMISSION FAST_UNLOCK_ALWAYS PROMOTE_KEEPS_BEHIND LEAVING_FORGOTTEN ANNOUNCE_WITHOUT_LOCK
// mutants: SLEEPERS_FORGOTTEN
#define THREADS 6

byte readers = 0;                   // the word
bool writer = false, behind = false;
byte leaving = 0, admitted = 0;     // under the bucket's lock
byte object = 0;                    // which one the memory is now
byte refs[2], reading = 0, writing = 0;
bool bucket = false;                // the bucket's lock
byte rqueue[THREADS], rlength = 0;  // by the keys, so they are not the object's
byte wqueue[THREADS], wlength = 0;
bool ready[THREADS], try[THREADS];    // try: what a writer is told; else it is the owner

// Each access to the object names the one that it is meant for.
inline touch() { assert(object == mine) }

inline lock_bucket() { atomic { !bucket; bucket = true } }

// gf_sema_take, of the writers' key.
inline take_writer()
{
    assert(wlength > 0);
    first = wqueue[0];
    wqueue[0] = wqueue[1]; wqueue[1] = wqueue[2]; wqueue[2] = wqueue[3];
    wlength--
}

inline queue_writer(in_front)
{
    if
    :: in_front -> wqueue[3] = wqueue[2]; wqueue[2] = wqueue[1]; wqueue[1] = wqueue[0]; wqueue[0] = me
    :: else -> wqueue[wlength] = me
    fi;
    wlength++
}

inline go_rwmutex_rlock()
{
    atomic { touch(); ok = !writer; readers++ }
    if
    :: ok
    :: else -> // await_admission
        lock_bucket();
        touch();
        if
        :: admitted > 0 -> admitted--; bucket = false
        :: else ->
            assert(writer);
            rqueue[rlength] = me; rlength++;
            bucket = false;
            ready[me]; ready[me] = false
        fi
    fi
}

inline go_rwmutex_runlock()
{
    atomic { touch(); assert(readers > 0); ok = !writer; readers-- }
    if
    :: ok
    :: else -> // leave_to_writer
        lock_bucket();
        touch();
        assert(leaving > 0);
        leaving--;
        if
        :: leaving == 0 ->
            take_writer();
            try[first] = false;
            bucket = false;
            ready[first] = true
        :: else -> bucket = false
        fi
    fi
}

inline go_rwmutex_lock()
{
    atomic { touch(); ok = (readers == 0 && !writer); if :: ok -> writer = true :: else fi }
    if
    :: ok
    :: else -> // lock_slow
        again = false;
        do
        :: true ->
            lock_bucket();
            atomic { // lock_or_announce
                touch();
                ok = (readers == 0 && !writer);
                if
                :: writer -> behind = true; n = 0
                :: else ->
                    writer = true; n = readers;
#ifndef SLEEPERS_FORGOTTEN
                    behind = (wlength > 0)
#endif
                fi
            }
#ifdef ANNOUNCE_WITHOUT_LOCK
            bucket = false;
            lock_bucket();
#endif
            if
            :: n > 0 -> touch(); leaving = n
            :: else
            fi;
            if
            :: ok -> bucket = false; break
            :: else ->
                queue_writer(again);
                bucket = false;
                ready[me]; ready[me] = false;
                if
                :: try[me] -> again = true
                :: else -> break
                fi
            fi
        od
    fi
}

inline promote_writer()
{
    assert(wlength > 0);
#ifndef PROMOTE_KEEPS_BEHIND
    if :: wlength == 1 -> touch(); behind = false :: else fi
#endif
}

// admit
inline let_readers_in()
{
#ifdef RELEASE_BEFORE_ADMISSION
    bucket = false;
    lock_bucket();
#endif
    assert(rlength <= n && admitted == 0);
#ifndef NO_ADMISSION
    touch();
    admitted = n - rlength;
#endif
    take = rlength;
    rlength = 0;
    rtaken[0] = rqueue[0]; rtaken[1] = rqueue[1]; rtaken[2] = rqueue[2]; rtaken[3] = rqueue[3]
}

inline go_rwmutex_unlock()
{
    atomic {
        touch();
#ifdef FAST_UNLOCK_ALWAYS
        ok = true;
#else
        ok = (readers == 0 && !behind);
#endif
        if :: ok -> writer = false :: else fi
    }
    if
    :: ok
    :: else -> // unlock_slow
        lock_bucket();
        touch();
        assert(writer && leaving == 0);
        take = 0;
        woken = THREADS;
        if
        :: behind -> // hand_over
            n = readers;
            promote_writer();
            if
            :: n > 0 ->
                atomic { touch(); n = readers };
#ifndef LEAVING_FORGOTTEN
                leaving = n;
#endif
                let_readers_in()
            :: else ->
                take_writer();
                try[first] = false;
                woken = first
            fi
        :: true -> // give_up
            if
            :: behind -> take_writer(); try[first] = true; woken = first
            :: else
            fi;
            atomic { touch(); writer = false; behind = false; n = readers };
            if
            :: n > 0 -> let_readers_in()
            :: else
            fi
        fi;
        bucket = false;
        do
        :: take > 0 -> take--; ready[rtaken[take]] = true
        :: else -> break
        od;
        if
        :: woken < THREADS -> ready[woken] = true
        :: else
        fi
    fi
}

proctype thread(byte me; byte mine; bool writes)
{
    bool ok, last, again;
    byte first, n, take, woken, rtaken[THREADS];
    object == mine;
    if
    :: writes ->
        go_rwmutex_lock();
        writing++;
        assert(writing == 1 && reading == 0);
        refs[mine]--;
        last = (refs[mine] == 0);
        writing--;
        go_rwmutex_unlock()
    :: else ->
        go_rwmutex_rlock();
        reading++;
        assert(writing == 0);
        atomic { refs[mine]--; last = (refs[mine] == 0) };
        reading--;
        go_rwmutex_runlock()
    fi;
    if
    :: last ->
        go_rwmutex_lock();
        assert(writing == 0 && reading == 0);
        go_rwmutex_unlock();
        // freed, and made anew
        atomic {
            assert(readers == 0 && !writer && !behind && leaving == 0 && admitted == 0);
            assert(rlength == 0 && wlength == 0);
            object = mine + 1
        }
    :: else
    fi
}

init
{
    atomic {
        refs[0] = 4; refs[1] = 2;
        run thread(0, 0, false); run thread(1, 0, true); run thread(2, 0, true); run thread(3, 0, true);
        run thread(4, 1, false); run thread(5, 1, true)
    }
}
