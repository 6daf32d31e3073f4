// SPDX-License-Identifier: MIT
// A goroutine selects over two channels with a limit of time, again and again until it has received what each of two
// senders sends (gf_select_queue and gf_select_unqueue, select/park.c; the dequeue in chan/waitq.c; gf_claim, sched/g.h; the
// timer, sched/limit.c). Its waiters and the timer lie in its frame, which is gone when the select ends. Exactly one
// party serves a park, no value is lost or comes twice, and nobody touches a frame that is gone.
// mutants: NO_CLAIM NO_UNQUEUE NO_TIMER_STOP QUEUE_WITHOUT_LAST_LOOK CLAIM_AFTER_UNLOCK READY_BEFORE_CLAIM
#define NOBODY 9
#define TIMEOUTS 2

bool locked[2];          // the channels' locks
bool queued[2];          // the selector's waiter is in the channel's queue
bool sending[2];         // the sender's is
byte ticket[2];          // that of the waiter
byte claim = 0;          // g->claim
byte frame = 0;          // counts the selects: the frame of this one
byte waiter_frame[2], timer_frame;
bool heap = false;       // the lock of the timers' heap
bool armed = false;
byte timer_ticket, timeouts = 0;
byte ready = 0, winner = NOBODY, received = 0;
bool over = false;

inline lock(c) { atomic { !locked[c]; locked[c] = true } }

// gf_claim: one compare-and-swap.
inline try_claim(t)
{
#ifdef NO_CLAIM
    won = true
#else
    atomic { won = (claim == t); if :: won -> claim++ :: else fi }
#endif
}

proctype sender(byte c)
{
    bool won = false;
    byte t;
    lock(c);
    if
    :: queued[c] -> // dequeue: unlink, then claim, under the lock
        queued[c] = false;
#ifdef CLAIM_AFTER_UNLOCK
        locked[c] = false;
#endif
        assert(waiter_frame[c] == frame);
        t = ticket[c];
#ifdef READY_BEFORE_CLAIM
        ready++;
#endif
        try_claim(t);
#ifdef CLAIM_AFTER_UNLOCK
        if :: !won -> lock(c) :: else fi
#endif
    :: else
    fi;
    if
    :: won ->
        winner = c; // copies into the frame
        locked[c] = false;
#ifndef READY_BEFORE_CLAIM
        ready++     // gf_ready, after the lock
#endif
    :: else -> // it waits itself
        sending[c] = true;
        locked[c] = false;
        !sending[c]
    fi
}

proctype timer()
{
    bool won;
    do
    :: over -> break
    :: armed ->
        atomic { !heap; heap = true }
        if
        :: armed ->
            armed = false;
            assert(timer_frame == frame); // expire reads the frame
            try_claim(timer_ticket);
            if
            :: won -> winner = 2
            :: else
            fi
        :: else -> won = false
        fi;
        heap = false;
        if :: won -> ready++ :: else fi
    od
}

inline unqueue(c)
{
#ifndef NO_UNQUEUE
    if
    :: winner != c -> lock(c); queued[c] = false; locked[c] = false
    :: else
    fi
#else
    skip
#endif
}

active proctype selector()
{
    byte c;
    run sender(0);
    run sender(1);
    run timer();
    do
    :: received == 3 -> break
    :: else ->
#ifdef QUEUE_WITHOUT_LAST_LOOK
        // Looks at each channel by itself, and then queues.
        lock(0); c = (sending[0] -> 0 : NOBODY); locked[0] = false;
        if
        :: c == NOBODY -> lock(1); c = (sending[1] -> 1 : NOBODY); locked[1] = false
        :: else
        fi;
        lock(0); lock(1);
#else
        lock(0); lock(1);
        if // with all locked
        :: sending[0] -> c = 0
        :: sending[1] -> c = 1
        :: !sending[0] && !sending[1] -> c = NOBODY
        fi;
#endif
        if
        :: c != NOBODY ->
            sending[c] = false;
            assert(!(received & (1 << c)));
            received = received | (1 << c);
            locked[0] = false; locked[1] = false
        :: else ->
            winner = NOBODY;
            ticket[0] = claim; ticket[1] = claim;
            waiter_frame[0] = frame; waiter_frame[1] = frame;
            queued[0] = true; queued[1] = true;
            locked[0] = false; locked[1] = false;
            if // gf_park_until
            :: timeouts < TIMEOUTS ->
                timeouts++;
                timer_ticket = ticket[0];
                timer_frame = frame;
                atomic { !heap; armed = true }
            :: true
            fi;
            ready > 0; // the park
            ready--;
            assert(winner != NOBODY);
#ifndef NO_TIMER_STOP
            if
            :: winner != 2 -> atomic { !heap; armed = false } // gf_timer_stop waits for one that is just firing
            :: else
            fi;
#endif
            unqueue(0);
            unqueue(1);
            if
            :: winner < 2 ->
                assert(!(received & (1 << winner)));
                received = received | (1 << winner)
            :: else
            fi;
            frame++ // the select returns
        fi;
        assert(ready == 0)
    od;
    over = true
}
