// SPDX-License-Identifier: MIT
// Loop variables that are passed by value, or whose goroutine the same round waits for; elements of an array; and pointers
// in loops that change something else.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

static void print(int n)
{
    printf("%d\n", n);
}

static void store(int *to, int n)
{
    *to = n;
}

static void tell(const int *n, chan(go_unit) done)
{
    printf("%d\n", *n);
    chan_send(done, GO_UNIT);
}

static void by_value(void)
{
    go_waitgroup wg = {0};
    for (int i = 0; i < 3; i++)
        go_waitgroup_go(&wg, print, i);
    go_waitgroup_wait(&wg);
}

static void elements(void)
{
    int results[3];
    go_waitgroup wg = {0};
    for (int i = 0; i < 3; i++)
        go_waitgroup_go(&wg, store, &results[i], i);
    go_waitgroup_wait(&wg);
}

static void waits_in_the_round(void)
{
    chan(go_unit) done = chan_make(go_unit);
    for (int i = 0; i < 3; i++) {
        go(tell, &i, done);
        chan_recv(done, NULL);
    }
    chan_free(done);
}

static void waits_by_group_in_the_round(void)
{
    for (int i = 0; i < 3; i++) {
        go_waitgroup wg = {0};
        go_waitgroup_go(&wg, store, &i, i);
        go_waitgroup_wait(&wg);
    }
}

static void common_variable(void)
{
    int last = 0;
    go_waitgroup wg = {0};
    for (int i = 0; i < 3; i++)
        go_waitgroup_go(&wg, store, &last, i);
    go_waitgroup_wait(&wg);
    print(last);
}

static void pointers_of_the_range(recv_chan(int *) in)
{
    go_waitgroup wg = {0};
    chan_range(p, in) {
        go_waitgroup_go(&wg, store, p, 1);
    }
    go_waitgroup_wait(&wg);
}

static void walked_pointer(int *from, int *to)
{
    go_waitgroup wg = {0};
    for (int *p = from; p < to; p++)
        go_waitgroup_go(&wg, store, p, 1);
    go_waitgroup_wait(&wg);
}

static void called_here(void)
{
    for (int i = 0; i < 3; i++)
        store(&i, i);
}

static void take_off(atomic_int *n)
{
    atomic_fetch_sub(n, 1);
}

static void atomic_count(void)
{
    go_waitgroup wg = {0};
    atomic_int running = 0;
    while (running < 3) {
        running++;
        go_waitgroup_go(&wg, take_off, &running);
    }
    go_waitgroup_wait(&wg);
}

int main(void)
{
    int n[2];
    by_value();
    elements();
    waits_in_the_round();
    waits_by_group_in_the_round();
    common_variable();
    pointers_of_the_range(NULL);
    walked_pointer(n, n + 2);
    called_here();
    atomic_count();
    return 0;
}
