// SPDX-License-Identifier: MIT
// A mutex on the parking lot (sync/mutex.c, sched/sema.c), with the freeing and reuse of its memory. Four threads share an
// object: each locks it, drops its reference and unlocks; who dropped the last one frees it, though the other may still
// be on its way out of its unlock. The same memory is then a new mutex, for two other threads, with the same key in the
// same bucket. Nobody touches memory of an object that is gone for it, the mutex excludes, no wake-up is lost.
// mutants: TOUCH_AFTER_UNLOCK PLAIN_UNLOCK NO_PARKED_BIT QUEUE_WITHOUT_LAST_LOOK SETTLER_FORGETS_OTHERS AWAKE_ONE_IGNORED
#define LOCKED 1
#define BOTH 3 // LOCKED | PARKED
#define THREADS 6

byte word = 0;        // the mutex
byte object = 0;      // which one the memory is now
byte refs[2], inside = 0;
bool bucket = false;  // the bucket's lock
byte queue[4], length = 0;
bool awake[THREADS], handed[THREADS], ready[THREADS];

// Each access to the word names the object that it is meant for.
inline touch() { assert(object == mine) }

inline lock_bucket() { atomic { !bucket; bucket = true } }

inline drop_first() { queue[0] = queue[1]; queue[1] = queue[2]; queue[2] = queue[3]; length-- }

// gf_sema_park's list, and set_parked: false if the mutex is free.
inline set_parked()
{
    atomic {
        touch();
        ok = (word != 0);
#ifndef NO_PARKED_BIT
        if :: word == LOCKED -> word = BOTH :: else fi
#endif
    }
}

inline barge()
{
    atomic { touch(); ok = (word == 0); if :: ok -> word = LOCKED :: else fi }
}

inline go_mutex_lock()
{
    handed[me] = false;
    do // lock_asleep
    :: true ->
        barge();
        if :: ok -> goto locked :: else fi;
        lock_bucket(); // queue_and_sleep
#ifdef QUEUE_WITHOUT_LAST_LOOK
        ok = true;
#else
        if
#ifndef AWAKE_ONE_IGNORED
        :: length > 0 && awake[queue[0]] -> ok = true
#endif
        :: else -> set_parked()
        fi;
#endif
        if
        :: !ok -> bucket = false
        :: else ->
            awake[me] = false;
            queue[length] = me; length++;
            bucket = false;
            break
        fi
    od;
    ready[me]; ready[me] = false;
    do // settle
    :: handed[me] -> break
    :: else ->
        lock_bucket();
        atomic {
            touch();
            ok = (word == 0);
#ifdef SETTLER_FORGETS_OTHERS
            if :: ok -> word = LOCKED :: else fi
#else
            if :: ok -> word = (length > 1 -> BOTH : LOCKED) :: else fi
#endif
        }
        if
        :: ok ->
            assert(queue[0] == me);
            drop_first();
            bucket = false;
            break
        :: else ->
            set_parked();
            if
            :: !ok -> bucket = false // free now: once more
            :: else -> awake[me] = false; bucket = false; ready[me]; ready[me] = false
            fi
        fi
    od;
locked:
    skip
}

inline go_mutex_unlock()
{
    atomic { // unlock_quietly
        touch();
#ifdef PLAIN_UNLOCK
        ok = true; word = 0
#else
        ok = (word == LOCKED); if :: ok -> word = 0 :: else fi
#endif
    }
    if
    :: ok
    :: else -> // unlock_and_wake, give_up
        lock_bucket();
        assert(length > 0 && !awake[queue[0]]);
        first = queue[0];
        if
        :: true -> // it has waited for long: handed over
            if :: length == 1 -> touch(); word = LOCKED :: else fi;
            drop_first();
            handed[first] = true
        :: true ->
            awake[first] = true;
            touch();
            word = 0 // the last access
        fi;
        bucket = false;
        ready[first] = true
    fi;
#ifdef TOUCH_AFTER_UNLOCK
    touch(); // as in Go, where the memory stays for who still looks at it
#endif
}

proctype thread(byte me; byte mine)
{
    bool ok, last;
    byte first;
    object == mine;
    go_mutex_lock();
    inside++;
    assert(inside == 1);
    refs[mine]--;
    last = (refs[mine] == 0);
    inside--;
    go_mutex_unlock();
    if
    :: last -> atomic { assert(length == 0); object = mine + 1; word = 0 } // freed, and made anew
    :: else
    fi
}

init
{
    atomic {
        refs[0] = 4; refs[1] = 2;
                run thread(0, 0); run thread(1, 0); run thread(2, 0); run thread(3, 0);
        run thread(4, 1); run thread(5, 1)
    }
}
