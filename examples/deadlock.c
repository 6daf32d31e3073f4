// SPDX-License-Identifier: MIT
// What happens when nobody can go on: two goroutines take two locks in opposite order, each holds
// what the other needs. As soon as no goroutine can ever be woken again the program ends with Go's
// "all goroutines are asleep - deadlock!", the state and the trace of each on stderr, and status 2.
// expect-status: 2
#include <gofer.h>
#include <stdio.h>

static void take_both(go_mutex *first, go_mutex *second, chan(go_unit) mine, chan(go_unit) yours)
{
    go_mutex_lock(first);
    chan_send(mine, GO_UNIT); // both hold their first lock before either asks for its second
    chan_recv(yours);
    go_mutex_lock(second);
    puts("never printed");
}

int main(void)
{
    setbuf(stdout, NULL);
    go_mutex a = {0}, b = {0};
    chan(go_unit) has_a = chan_make(go_unit, 1), has_b = chan_make(go_unit, 1);
    go_waitgroup both = {0};
    go_waitgroup_go(&both, take_both, &a, &b, has_a, has_b);
    go_waitgroup_go(&both, take_both, &b, &a, has_b, has_a);
    puts("waiting for two who wait for each other");
    go_waitgroup_wait(&both);
    return 0;
}
