// SPDX-License-Identifier: MIT
// Question: deadlock, the first kind: a goroutine locks what it has locked already.
// Answer:   go_mutex has no owner and does not nest, so the second lock waits for the first one, for ever. When nothing
//           can run any more, gofer says so, prints where everybody waits, and exits with status 2.
// Prevent:  split functions into those that lock and those that expect the lock to be held, and name them so:
//           total() locks, total_locked() does not.
// expect-status: 2
#include <gofer.h>
#include <stdio.h>

static go_mutex mutex;
static int balance = 40;

static int total(void)
{
    go_mutex_lock(&mutex);
    defer(go_mutex_unlock, &mutex);
    return balance;
}

static void deposit(int amount)
{
    go_mutex_lock(&mutex);
    defer(go_mutex_unlock, &mutex);
    balance += amount;
    printf("%d\n", total()); // the mistake: total() locks too
}

int main(void)
{
    printf("depositing\n");
    fflush(stdout); // a fatal error writes no buffers
    deposit(2);
    return 0;
}
