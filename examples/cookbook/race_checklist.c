// SPDX-License-Identifier: MIT
// Question: which mistakes are races, and what is the right form of each?
// Answer:   the pairs below. Without an argument the right forms run, and -race has nothing to say;
//           `./gofer run -race race_checklist.c 1` to 4 run the wrong ones, and each is reported.
//             1  a variable of the loop is handed to goroutines by address   -> by value: go copies its arguments
//             2  a flag says "ready"                                          -> a channel, or an atomic
//             3  a table is read while it is written                          -> one lock for both
//             4  the counting up is inside the goroutine                      -> before the go, or go_waitgroup_go
// Watch:    -race reports what it sees happen: run it on tests that do what the program does.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static void add(atomic_int *sum, int n)
{
    atomic_fetch_add(sum, n);
}

static void add_from(atomic_int *sum, const int *n)
{
    atomic_fetch_add(sum, *n);
}

static int sum_of_loop(bool wrong)
{
    atomic_int sum = 0;
    go_waitgroup wg = {0};
    for (int i = 0; i < 10; i++) {
        if (wrong)
            go_waitgroup_go(&wg, add_from, &sum, &i); // i changes, and ends with the loop
        else
            go_waitgroup_go(&wg, add, &sum, i);
    }
    go_waitgroup_wait(&wg);
    return sum;
}

struct message {
    int text;
    bool ready;
    chan(go_unit) published;
};

static void publish(struct message *m)
{
    m->text = 42;
    m->ready = true;
    chan_send(m->published, GO_UNIT);
}

static int receive_message(bool wrong)
{
    struct message m = {.published = chan_make(go_unit, 1)};
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, publish, &m);
    if (!wrong)
        chan_recv(m.published); // the send orders the text before this
    while (wrong && !*(volatile bool *)&m.ready)
        go_yield();
    int text = m.text;
    go_waitgroup_wait(&wg);
    chan_free(m.published);
    return text;
}

struct table {
    go_mutex mutex;
    int cells[8];
};

static void fill(struct table *t)
{
    go_mutex_lock(&t->mutex);
    for (int i = 0; i < 8; i++)
        t->cells[i] = 1;
    go_mutex_unlock(&t->mutex);
}

static int read_table(bool wrong)
{
    struct table t = {0};
    int sum = 0;
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, fill, &t);
    if (!wrong)
        go_mutex_lock(&t.mutex);
    for (int i = 0; i < 8; i++)
        sum += t.cells[i]; // all or nothing, if locked
    if (!wrong)
        go_mutex_unlock(&t.mutex);
    go_waitgroup_wait(&wg);
    return sum == 0 || sum == 8;
}

static void count_and_add(int *sum, go_waitgroup *wg)
{
    go_waitgroup_add(wg, 1); // too late: the wait may have returned
    *sum += 1;
    go_waitgroup_done(wg);
}

static void just_add(int *sum)
{
    *sum += 1;
}

static int wait_for_one(bool wrong)
{
    static int sum;
    static go_waitgroup wg;
    if (wrong)
        go(count_and_add, &sum, &wg);
    else
        go_waitgroup_go(&wg, just_add, &sum);
    go_waitgroup_wait(&wg);
    return sum;
}

int main(int argc, char **argv)
{
    int wrong = argc > 1 ? atoi(argv[1]) : 0;
    printf("1 arguments by value: %d\n", sum_of_loop(wrong == 1));
    printf("2 a channel as flag:  %d\n", receive_message(wrong == 2));
    printf("3 one lock for both:  %d\n", read_table(wrong == 3));
    printf("4 counted before:     %d\n", wait_for_one(wrong == 4));
    return 0;
}
