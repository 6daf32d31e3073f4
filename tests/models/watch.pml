// SPDX-License-Identifier: MIT
// The watcher, the one idle thread that sleeps until the earliest timer or in the poller (sched/watch.c), and those who
// have something for it: one sets an earlier timer (gf_watch_earlier), one opens the poller and registers the first
// descriptor, for which an event comes (gf_watch_poller), one hands it a P (gf_m_wake). Whatever they do in whatever order,
// the timer fires, the event is seen, and the P is taken: then the watcher's story is over; else it sleeps for ever, and no
// step can be taken.
// mutants: NO_SETTER_FENCE NO_LOOK_AT_TIMERS NO_LOOK_AT_WAKE NO_BREAK POLLER_NOT_TOLD LOOK_AGAIN_OVER_GIVEN
#define NEVER 9
mtype = { NONE, GIVEN, LOOK_AGAIN };

mtype wake = NONE;        // m->wake
bool watching = false;    // gf_sched.watcher is this thread
byte watch_until = NEVER; // gf_sched.watch_until
byte timer = NEVER;       // the earliest timers.first: 1 once it is set
bool open = false;        // the poller is
bool event = false;       // a watched descriptor is ready
bool broken = false;      // the breaker's counter is not 0
bool fired = false, seen = false, taken = false;

// wake_sleeper: the store to wake has been made, then (fence) who is the watcher, and where does it sleep?
inline wake_sleeper()
{
#ifndef NO_BREAK
    if
    :: watching && open -> broken = true
    :: else
    fi
#else
    skip
#endif
}

inline wake_watcher(is_watching)
{
    if
    :: is_watching ->
#ifdef LOOK_AGAIN_OVER_GIVEN
        wake = LOOK_AGAIN;
        wake_sleeper()
#else
        atomic { swapped = (wake == NONE); if :: swapped -> wake = LOOK_AGAIN :: else fi }
        if :: swapped -> wake_sleeper() :: else fi
#endif
    :: else
    fi
}

active proctype setter()
{
    bool swapped, was;
    byte until;
#ifdef NO_SETTER_FENCE
    until = watch_until;
    was = watching;
    timer = 1;
#else
    timer = 1;           // 1. publish it; 2. fence
    until = watch_until; // 3. for how long does the watcher sleep, and who is it?
    was = watching;
#endif
    if
    :: 1 < until -> wake_watcher(was)
    :: else
    fi
}

active proctype opener()
{
    bool swapped;
    open = true; // 1. it is open; 2. fence; 3. who is the watcher?
#ifndef POLLER_NOT_TOLD
    wake_watcher(watching);
#else
    swapped = false;
#endif
    event = true
}

active proctype giver()
{
    bool swapped = false;
    atomic { wake = GIVEN } // gf_m_wake, by who has taken it off the idle list
    wake_sleeper()
}

active proctype watcher()
{
    byte until;
    do
    :: fired && seen && taken -> break
    :: else ->
        // Without a watcher whoever sets a timer or opens the poller need not tell: a thread that comes to sleep looks.
        if // nothing orders these two
        :: watching = true; until = timer
        :: until = timer; watching = true
        fi;
        watch_until = until; // 1. until when we sleep; 2. fence
        if // 3. look again
#ifndef NO_LOOK_AT_TIMERS
        :: timer < until
#endif
#ifndef NO_LOOK_AT_WAKE
        :: wake != NONE
#endif
        :: else ->
            if
            :: open -> // gf_poller_wait
                if
                :: broken -> broken = false
                :: event && !seen -> seen = true
                :: until != NEVER && !fired // the time comes
                fi
            :: else -> // on the futex
                if
                :: wake != NONE
                :: until != NEVER && !fired
                fi
            fi
        fi;
        watch_until = NEVER;
        watching = false;
        if
        :: until != NEVER -> fired = true; // gf_timers_run
        :: else
        fi;
        // The end of gf_idle_sleep. In the runtime it goes on with the P; here, to let it sleep again, it has nothing to do.
        atomic { if :: wake == LOOK_AGAIN -> wake = NONE :: wake == GIVEN -> wake = NONE; taken = true :: else fi }
        timer = (fired -> NEVER : timer)
    od
}
