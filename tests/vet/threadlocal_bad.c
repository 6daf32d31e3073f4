// SPDX-License-Identifier: MIT
// Thread-local variables on both sides of a park: the goroutine may have changed threads, and the variable is then another
// one.
#include <gofer.h>
#include <stdio.h>
#include <string.h>

static _Thread_local int current;
static __thread char scratch[64];
static _Thread_local struct {
    int user, depth;
} state;

static int set_and_read(recv_chan(int) in)
{
    current = 1;
    int v = chan_recv(in);
    return v + current; // expect: the thread-local current is used before and after the park in
}

static int read_twice(void)
{
    int before = current;
    go_yield();
    return before == current; // expect: the thread-local current is used before and after
}

static void buffer(int v)
{
    snprintf(scratch, sizeof scratch, "%d", v);
    go_sleep(GO_MILLISECOND);
    puts(scratch); // expect: the thread-local scratch is used before and after
}

static int member(go_mutex *m)
{
    state.user = 3;
    go_mutex_lock(m);
    int user = state.user; // expect: the thread-local state is used before and after
    go_mutex_unlock(m);
    return user;
}

static int through_a_pointer(recv_chan(int) in)
{
    int *p = &current;
    *p = chan_recv(in);
    go_yield();
    return *p; // expect: p points to a thread-local
}

static void into_it(recv_chan(int) in)
{
    chan_recv(in, &current); // expect: a call that parks gets the address of the thread-local
}

static void up_and_down(go_mutex *m)
{
    current++;
    go_mutex_lock(m);
    current--; // expect: the thread-local current is used before and after
    go_mutex_unlock(m);
}

static __thread char *cursor;

static void behind_a_pointer(recv_chan(int) in)
{
    *cursor = 'a';
    chan_recv(in);
    cursor[1] = 'b'; // expect: the thread-local cursor is used before and after
}

static void wait_a_little(void)
{
    go_sleep(GO_MILLISECOND);
}

static int park_in_a_helper(void)
{
    current = 2;
    wait_a_little();
    return current; // expect: the thread-local current is used before and after the park in
}

static int in_a_select(recv_chan(int) in, int wanted)
{
    current = wanted;
    go_select {
        case_recv(in) {
            return current; // expect: the thread-local current is used before and after
        }
        case_timeout(GO_SECOND) {
            return 0;
        }
    }
    return -1;
}

static void counted_and_read(recv_chan(int) in)
{
    current = 0;
    chan_range(v, in) {
        current++; // expect: the thread-local current is used before and after
    }
    printf("%d\n", current);
}

int main(void)
{
    go_mutex m = {0};
    set_and_read(NULL);
    read_twice();
    buffer(1);
    member(&m);
    through_a_pointer(NULL);
    into_it(NULL);
    behind_a_pointer(NULL);
    up_and_down(&m);
    park_in_a_helper();
    in_a_select(NULL, 1);
    counted_and_read(NULL);
    return 0;
}
