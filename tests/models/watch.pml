// SPDX-License-Identifier: MIT
// The watcher, the one idle thread that sleeps until the earliest timer or in the poller (sched/watch.c), and those who
// have something for it: one sets an earlier timer (gf_watch_earlier), one opens the poller and registers the first
// descriptor, for which an event comes (gf_watch_poller), one hands it a P (gf_m_wake). Whatever they do in whatever order,
// the timer fires, the event is seen, and the P is taken: then the watcher's story is over; else it sleeps for ever, and no
// step can be taken.
//
// The setter's first timer is stopped at once, and its second one is for later, so that its moment is news only if the watcher
// has forgotten the first one's (timers.watched): nothing is told then, and no fence is made.
// mutants: NO_SETTER_FENCE LOOK_AT_FIRST SETTLE_UNLOCKED NO_LOOK_AT_TIMERS NO_LOOK_AT_WAKE NO_BREAK POLLER_NOT_TOLD LOOK_AGAIN_OVER_GIVEN
#define NEVER 9
mtype = { NONE, GIVEN, LOOK_AGAIN };

#ifdef LOOK_AT_FIRST
#define SEEN first
#else
#define SEEN watched
#endif

mtype wake = NONE;        // m->wake
bool watching = false;    // gf_sched.watcher is this thread
byte watch_until = NEVER; // gf_sched.watch_until
byte first = NEVER;       // timers.first: 1, or 2 for the timer that stays
byte watched = NEVER;     // timers.watched
byte now = 0;
bool locked = false;      // the heap's lock
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

inline lock()
{
    atomic { !locked -> locked = true }
}

// insert and gf_watch_earlier
inline set(when)
{
    lock();
    first = when;
    news = when < watched;
#ifdef NO_SETTER_FENCE
    until = watch_until;
    was = watching;
#endif
    if
    :: news -> watched = when // 1. publish it
    :: else
    fi;
    locked = false; // 2. fence, if it is news
#ifndef NO_SETTER_FENCE
    until = watch_until; // 3. for how long does the watcher sleep, and who is it?
    was = watching;
#endif
    if
    :: news && when < until -> wake_watcher(was)
    :: else
    fi
}

active proctype setter()
{
    bool swapped, was, news;
    byte until;
    set(1);
    lock();
    first = NEVER; // gf_timer_stop
    locked = false;
    set(2)
}

active proctype clock()
{
    now = 1;
    now = 2
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
    byte until, exact;
    do
    :: fired && seen && taken -> break
    :: else ->
        if // gf_timers_settle
        :: watched <= now && watched != first ->
#ifdef SETTLE_UNLOCKED
            exact = first;
            watched = exact
#else
            lock();
            watched = first;
            locked = false
#endif
        :: else
        fi;
        // Without a watcher whoever sets a timer or opens the poller need not tell: a thread that comes to sleep looks.
        if // nothing orders these two
        :: watching = true; until = SEEN
        :: until = SEEN; watching = true
        fi;
        watch_until = until; // 1. until when we sleep; 2. fence
        if // 3. look again
#ifndef NO_LOOK_AT_TIMERS
        :: SEEN < until
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
                :: until <= now // the time comes
                fi
            :: else -> // on the futex
                if
                :: wake != NONE
                :: until <= now
                fi
            fi
        fi;
        watch_until = NEVER;
        watching = false;
        lock();
        if
        :: first == 2 && first <= now -> fired = true; first = NEVER // gf_timers_run
        :: else
        fi;
        locked = false;
        // The end of gf_idle_sleep. In the runtime it goes on with the P; here, to let it sleep again, it has nothing to do.
        atomic { if :: wake == LOOK_AGAIN -> wake = NONE :: wake == GIVEN -> wake = NONE; taken = true :: else fi }
    od
}
