// SPDX-License-Identifier: MIT
// A P's run queue: one owner puts and gets, a thief moves half of it to its own ring, a full ring overflows to the global
// queue (gf_runq_put, gf_runq_get, gf_runq_overflow, grab, gf_runq_steal: sched/runq.h and runq.c). The ring has four slots here
// and is used more than once round. Every goroutine runs exactly once.
// mutants: CLAIM_BEFORE_COPY CLAIM_WITHOUT_COMPARE PUBLISH_BEFORE_STORE GET_WITHOUT_CLAIM
#define SIZE 4
#define ITEMS 7
#define MOST_STEALS 3

byte ring[SIZE], thiefs[SIZE];
byte head = 0, tail = 0; // [atomic] as in struct p
byte ran[ITEMS];
byte total = 0;

inline runs(item)
{
    atomic { assert(item < ITEMS); ran[item]++; assert(ran[item] == 1); total++ }
}

// The compare-and-swap of head; `swapped` is its result.
inline claim(expected, n)
{
    atomic {
#ifdef CLAIM_WITHOUT_COMPARE
        swapped = true; head = expected + n
#else
        swapped = (head == expected);
        if :: swapped -> head = expected + n :: else fi
#endif
    }
}

active proctype owner()
{
    byte next = 0, h, i, g, n;
    byte batch[SIZE];
    bool swapped;
    do
    :: next < ITEMS -> // gf_runq_put
put:
        h = head;
        if
        :: tail - h == SIZE -> // gf_runq_overflow
            i = 0;
            do
            :: i < SIZE / 2 -> batch[i] = ring[(h + i) % SIZE]; i++
            :: else -> break
            od;
            claim(h, SIZE / 2);
            if
            :: swapped -> // on the global queue they run in the end
                runs(batch[0]); runs(batch[1]); runs(next)
            :: else -> goto put
            fi
        :: else ->
#ifdef PUBLISH_BEFORE_STORE
            tail++;
            ring[(tail - 1) % SIZE] = next
#else
            ring[tail % SIZE] = next;
            tail++
#endif
        fi;
        next++
    :: true -> // gf_runq_get
        h = head;
get:
        if
        :: h != tail ->
            g = ring[h % SIZE];
#ifdef GET_WITHOUT_CLAIM
            head = h + 1;
            runs(g)
#else
            claim(h, 1);
            if
            :: swapped -> runs(g)
            :: else -> h = head; goto get
            fi
#endif
        :: h == tail && next == ITEMS -> break
        :: h == tail && next != ITEMS
        fi
    od
}

active proctype thief()
{
    byte h, t, n, i, steals = 0;
    bool swapped;
    do
    :: steals == MOST_STEALS -> break
    :: else ->
        steals++;
        h = head; // grab
        t = tail;
        n = t - h;
        n = n - n / 2;
        if
        :: n == 0 -> goto next_try
        :: n > SIZE / 2 -> goto next_try // head and tail were read at different moments
        :: else
        fi;
#ifdef CLAIM_BEFORE_COPY
        claim(h, n);
#endif
        i = 0;
        do
        :: i < n -> thiefs[i % SIZE] = ring[(h + i) % SIZE]; i++
        :: else -> break
        od;
#ifndef CLAIM_BEFORE_COPY
        claim(h, n);
#endif
        if
        :: swapped ->
            i = 0;
            do
            :: i < n -> runs(thiefs[i % SIZE]); i++
            :: else -> break
            od
        :: else
        fi;
next_try:
        skip
    od
}

active proctype last()
{
    timeout -> assert(total == ITEMS)
}
