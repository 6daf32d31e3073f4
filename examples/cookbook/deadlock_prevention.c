// SPDX-License-Identifier: MIT
// Question: how do I prevent deadlocks?
// Answer:   five ways: (1) one order for all locks; (2) one lock instead of two; (3) try, and let go of what you have;
//           (4) a limit of time on every wait; (5) no shared locks: a goroutine owns the state, others ask it.
// Watch:    never hold a lock while you wait for a channel that somebody needs the lock to serve.
#include <gofer.h>
#include <stdio.h>

struct account {
    go_mutex mutex;
    int balance;
};

static void move(struct account *from, struct account *to, int amount)
{
    from->balance -= amount;
    to->balance += amount;
}

// (1) The one with the lower address first, whoever pays.
static void transfer_in_order(struct account *from, struct account *to)
{
    struct account *first = from < to ? from : to, *second = from < to ? to : from;
    go_mutex_lock(&first->mutex);
    go_mutex_lock(&second->mutex);
    move(from, to, 1);
    go_mutex_unlock(&second->mutex);
    go_mutex_unlock(&first->mutex);
}

// (2) One lock for all accounts.
static go_mutex bank;
static void transfer_under_one_lock(struct account *from, struct account *to)
{
    go_mutex_lock(&bank);
    move(from, to, 1);
    go_mutex_unlock(&bank);
}

// (3) If the second lock is taken, the first one is given back.
static void transfer_by_trying(struct account *from, struct account *to)
{
    for (;; go_yield()) {
        go_mutex_lock(&from->mutex);
        bool both = go_mutex_try_lock(&to->mutex);
        if (both) {
            move(from, to, 1);
            go_mutex_unlock(&to->mutex);
        }
        go_mutex_unlock(&from->mutex);
        if (both)
            return;
    }
}

// (5) The bank's goroutine is the only one that touches the accounts.
struct order {
    struct account *from, *to;
};
static void run_bank(recv_chan(struct order) orders)
{
    chan_range(o, orders) {
        move(o.from, o.to, 1);
    }
}

static void repeat(void (*transfer)(struct account *, struct account *), struct account *from,
                   struct account *to)
{
    for (int i = 0; i < 1000; i++)
        transfer(from, to);
}

static void check(const char *way, void (*transfer)(struct account *, struct account *))
{
    struct account a = {.balance = 100}, b = {.balance = 100};
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, repeat, transfer, &a, &b);
    go_waitgroup_go(&wg, repeat, transfer, &b, &a);
    go_waitgroup_wait(&wg);
    printf("%s: %d + %d\n", way, a.balance, b.balance);
}

int main(void)
{
    check("1 order   ", transfer_in_order);
    check("2 one lock", transfer_under_one_lock);
    check("3 try     ", transfer_by_trying);

    chan(go_unit) never = chan_make(go_unit); // (4)
    go_select {
        case_recv(never) {}
        case_timeout(10 * GO_MILLISECOND) {
            printf("4 time    : gave up\n");
        }
    }
    chan_free(never);

    struct account a = {.balance = 100}, b = {.balance = 100};
    chan(struct order) orders = chan_make(struct order);
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, run_bank, orders);
    for (int i = 0; i < 1000; i++)
        chan_send(orders, i % 2 ? (struct order){&a, &b} : (struct order){&b, &a});
    chan_close(orders);
    go_waitgroup_wait(&wg);
    printf("5 owner   : %d + %d\n", a.balance, b.balance);
    chan_free(orders);
    return 0;
}
