// SPDX-License-Identifier: MIT
// Locks copied by value, in every way C knows: by assignment, as argument and parameter, by return, inside a struct or an
// array, through a channel, by a range and by memcpy. Each marked line is a second lock whose state is that of the moment.
#include <gofer.h>
#include <string.h>

struct counter {
    go_mutex mutex;
    int count;
};

struct bank {
    const char *name;
    struct counter accounts[4];
};

static int read_counter(struct counter c) // expect: the parameter c gets a copy of a go_mutex
{
    go_mutex_lock(&c.mutex);
    int n = c.count;
    go_mutex_unlock(&c.mutex);
    return n;
}

static void wait_for(go_waitgroup done) // expect: the parameter done gets a copy of a
{
    go_waitgroup_wait(&done);
}

static int assignment(struct counter *shared)
{
    struct counter mine = {0};
    mine = *shared;            // expect: the assignment copies a go_mutex
    return read_counter(mine); // expect: the call of read_counter copies a go_mutex
}

static int initialisation(struct bank *b)
{
    struct bank snapshot = *b;             // expect: the initialisation copies a go_mutex
    struct counter first = b->accounts[0]; // expect: the initialisation copies a go_mutex
    return snapshot.accounts[1].count + first.count;
}

static struct counter current(struct bank *b)
{
    return b->accounts[0]; // expect: the return copies a go_mutex
}

static void argument(void)
{
    go_waitgroup done = {0};
    wait_for(done); // expect: the call of wait_for copies a go_waitgroup
}

static void bound_argument(void)
{
    go_waitgroup done = {0};
    go(wait_for, done); // expect: the call of wait_for copies a go_waitgroup
    go_waitgroup_wait(&done);
}

static int range(chan(struct counter) c)
{
    int sum = 0;
    chan_range(each, c) { // expect: the range copies a go_mutex into each
        sum += each.count;
    }
    return sum;
}

static void send_one(chan(struct counter) c, struct counter *mine)
{
    chan_send(c, *mine); // expect: the send copies a go_mutex
}

static void member(struct bank *to, struct bank *from)
{
    to->accounts[0] = from->accounts[1]; // expect: the assignment copies a go_mutex
}

static void memory(struct bank *to, const struct bank *from)
{
    memcpy(to, from, sizeof *to); // expect: memcpy copies a go_mutex
}

static void initialiser(struct counter *c)
{
    struct bank b = {.name = "b", .accounts = {*c}}; // expect: the initialiser copies a
    go_mutex_lock(&b.accounts[0].mutex);
}

static int choice(struct counter *a, struct counter *b, bool first)
{
    struct counter c = first ? *a : *b; // expect: the initialisation copies a go_mutex
    return c.count;
}

static void once(go_once *done)
{
    go_once mine = *done; // expect: the initialisation copies a go_once
    go_once_do(&mine, argument);
}

#define SET(to, from) ((to) = (from))

static void by_a_macro(struct counter *c, struct counter *other)
{
    SET(*c, *other); // expect: the assignment copies a go_mutex
}

int main(void)
{
    struct bank b = {0};
    chan(struct counter) c = chan_make(struct counter, 1);
    assignment(b.accounts);
    initialisation(&b);
    current(&b);
    argument();
    bound_argument();
    send_one(c, b.accounts);
    chan_close(c);
    range(c);
    member(&b, &b);
    memory(&b, &b);
    initialiser(b.accounts);
    choice(b.accounts, b.accounts + 1, true);
    once(&(go_once){0});
    by_a_macro(b.accounts, b.accounts);
    return 0;
}
