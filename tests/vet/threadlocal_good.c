// SPDX-License-Identifier: MIT
// Thread-local variables that no park separates from their value: used on one side, set anew after it, copied before it,
// on a locked thread; statistics that are only counted up; and globals.
#include <gofer.h>
#include <stdio.h>
#include <string.h>

static _Thread_local int current;
static __thread char scratch[64];
static _Thread_local long hits;
static int global;

static void one_side(recv_chan(int) in)
{
    int v = chan_recv(in);
    current = v;
    global = current + 1;
}

static int set_anew(recv_chan(int) in)
{
    current = 1;
    global += current;
    int v = chan_recv(in);
    current = v;
    return current;
}

static int copied(recv_chan(int) in)
{
    current = 4;
    int mine = current;
    chan_recv(in);
    return mine;
}

static int locked(recv_chan(int) in)
{
    go_lock_os_thread();
    current = 1;
    chan_recv(in);
    int v = current;
    go_unlock_os_thread();
    return v;
}

static void statistics(recv_chan(int) in)
{
    chan_range(v, in) {
        hits++;
        global += v;
    }
    hits += 2;
}

static void each_round(recv_chan(int) in)
{
    chan_range(v, in) {
        // vet: allow threadlocal: written before it is read, in each round
        snprintf(scratch, sizeof scratch, "%d", v);
        puts(scratch);
    }
}

static int value_before(chan(int) out)
{
    chan_send(out, current);
    return 0;
}

static int not_thread_local(recv_chan(int) in)
{
    global = 1;
    chan_recv(in);
    return global;
}

static int does_not_park(chan(int) c)
{
    current = 1;
    chan_try_send(c, 1);
    go_select {
        case_recv(c) {}
        case_default {}
    }
    return current;
}

static int error_number(recv_chan(int) in)
{
    errno = 0;
    chan_recv(in);
    return errno;
}

int main(void)
{
    one_side(NULL);
    set_anew(NULL);
    copied(NULL);
    locked(NULL);
    statistics(NULL);
    each_round(NULL);
    value_before(NULL);
    not_thread_local(NULL);
    does_not_park(NULL);
    error_number(NULL);
    return 0;
}
