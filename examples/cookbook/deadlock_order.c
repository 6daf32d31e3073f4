// SPDX-License-Identifier: MIT
// Question: deadlock, the second kind: two goroutines lock two things in opposite order.
// Answer:   each holds what the other one waits for. It needs bad luck, so it passes every test and strikes at night; here
//           a wait group makes the bad luck certain. GOFER_DEBUG=lockorder reports such an order even when nothing
//           happens.
// Prevent:  one order for all, for instance by address, as in deadlock_prevention.c.
// expect-status: 2
#include <gofer.h>
#include <stdio.h>

struct account {
    go_mutex mutex;
    int balance;
};

static void transfer(struct account *from, struct account *to, int amount, go_waitgroup *both)
{
    go_mutex_lock(&from->mutex);
    defer(go_mutex_unlock, &from->mutex);
    go_waitgroup_done(both);
    go_waitgroup_wait(both); // until the other one has its first lock too
    go_mutex_lock(&to->mutex);
    defer(go_mutex_unlock, &to->mutex);
    from->balance -= amount;
    to->balance += amount;
}

int main(void)
{
    struct account a = {.balance = 100}, b = {.balance = 100};
    go_waitgroup both = {0}, done = {0};
    printf("transferring both ways\n");
    fflush(stdout);
    go_waitgroup_add(&both, 2);
    go_waitgroup_go(&done, transfer, &a, &b, 10, &both);
    go_waitgroup_go(&done, transfer, &b, &a, 20, &both);
    go_waitgroup_wait(&done);
    return 0;
}
