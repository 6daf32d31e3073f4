// SPDX-License-Identifier: MIT
// How threads that find nothing fall asleep, and how whoever queues work sees that one must be woken: gf_wake_one,
// stop_spinning, release_or_find and sleep_without_p of sched/findrunnable.c, start_with of sched/handoff.c. Two Ps and two
// threads; a third party without a P queues two goroutines, each of which computes until the other one runs, so that both
// Ps are needed: a wake-up that is lost, or left to somebody who never comes, leaves no step that can be taken.
// (In the runtime the monitor would find it a moment later; here there is none.)
// mutants: NO_PRODUCER_FENCE NO_SECOND_LOOK LOOK_BEFORE_STOP LAST_SPINNER_WAKES_NOBODY
#define ITEMS 2
#define MS 2

byte queue = 0;    // gf_sched.queue_count; changed under sched.lock, that is, in one step
byte idle_ps = 0;  // gf_sched.idle_p_count
byte spinning = 0; // gf_sched.spinning
byte running = 0, queued = 0;
bool idle_m[MS];   // in the list gf_sched.idle_ms
bool given[MS];    // m->wake == GIVEN, with a P in next_p
bool spins[MS];    // m->spinning

// Step W2 and W3 of gf_wake_one; step W1 is the caller's: the work is queued.
inline wake_one()
{
    if
    :: idle_ps == 0 || spinning != 0
    :: else ->
        // W3: one waker gets through (compare-and-swap)
        atomic { won = (spinning == 0); if :: won -> spinning++ :: else fi }
        if
        :: won ->
            atomic { // gf_idle_p_get and gf_idle_m_get
                if
                :: idle_ps > 0 ->
                    idle_ps--;
                    if
                    :: idle_m[0] -> who = 0
                    :: idle_m[1] -> who = 1
                    fi;
                    idle_m[who] = false; spins[who] = true; given[who] = true
                :: else -> spinning--
                fi
            }
        :: else
        fi
    fi
}

active [MS] proctype thread()
{
    bool found, was, won, claimed;
    byte who;
find: // look_everywhere
    atomic { found = (queue > 0); if :: found -> queue-- :: else fi }
    if
    :: found ->
        if
        :: spins[_pid] -> // stop_spinning: R1 no longer a spinner, R2 fence, R3 more work than it runs itself?
            spins[_pid] = false;
            spinning--;
#ifndef LAST_SPINNER_WAKES_NOBODY
            if
            :: queue > 0 -> wake_one()
            :: else
            fi
#endif
        :: else
        fi;
        running++;
        running == ITEMS; // computes until the other one runs
        goto over
    :: else
    fi;
    // may_spin: at most half of the busy ones. Looks around once more, or gives up.
    if
    :: !spins[_pid] && 2 * spinning < MS - idle_ps -> spins[_pid] = true; spinning++; goto find
    :: true
    fi;
    atomic { // release_or_find, under sched.lock
        if
        :: queue > 0 -> goto find
        :: else -> was = spins[_pid]; spins[_pid] = false; idle_ps++; idle_m[_pid] = true
        fi
    }
    // sleep_without_p: S1 no longer a spinner, S2 fence, S3 look again
#ifdef LOOK_BEFORE_STOP
    found = (queue > 0);
    if :: was -> spinning-- :: else fi;
#else
    if :: was -> spinning-- :: else fi;
    found = (queue > 0);
#endif
#ifndef NO_SECOND_LOOK
    if
    :: found -> // gf_claim_idle_p
        atomic {
            claimed = (idle_m[_pid] && idle_ps > 0);
            if :: claimed -> idle_m[_pid] = false; idle_ps--; spins[_pid] = true; spinning++ :: else fi
        }
        if :: claimed -> goto find :: else fi
    :: else
    fi;
#endif
    given[_pid]; // gf_idle_sleep, on the futex
    given[_pid] = false;
    goto find;
over:
    skip
}

active proctype producer()
{
    bool won;
    byte who;
    do
    :: queued == ITEMS -> break
    :: else ->
#ifdef NO_PRODUCER_FENCE
        // Without the fence the looks may be made before the store is visible.
        if
        :: idle_ps == 0 || spinning != 0 -> queue++
        :: else -> queue++; wake_one()
        fi;
#else
        queue++;    // W1
        wake_one(); // W2, W3
#endif
        queued++
    od
}
