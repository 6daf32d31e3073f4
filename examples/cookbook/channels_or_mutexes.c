// SPDX-License-Identifier: MIT
// Question: channels or mutexes?
// Answer:   a channel where something is handed over: values, ownership, the news that it is done. A mutex where several
//           look after one thing in place: a counter, a cache, a table. Both are right; which one leaves less to explain?
// Watch:    the same counter both ways. The channel needs a goroutine, an end to it, and a message type, and each step
//           costs ten times as much; but the state has one owner and no lock to forget.
#include <gofer.h>
#include <stdio.h>

enum { TIMES = 1000, USERS = 4 };

// With a mutex.
struct locked {
    go_mutex mutex;
    int value;
};

static void add_locked(struct locked *c)
{
    for (int i = 0; i < TIMES; i++) {
        go_mutex_lock(&c->mutex);
        c->value++;
        go_mutex_unlock(&c->mutex);
    }
}

// With a goroutine that owns the value.
static void own(recv_chan(int) additions, send_chan(int) result)
{
    int value = 0;
    chan_range(n, additions) {
        value += n;
    }
    chan_send(result, value);
}

static void add_by_message(send_chan(int) additions)
{
    for (int i = 0; i < TIMES; i++)
        chan_send(additions, 1);
}

int main(void)
{
    go_waitgroup wg = {0};
    struct locked c = {0};
    for (int i = 0; i < USERS; i++)
        go_waitgroup_go(&wg, add_locked, &c);
    go_waitgroup_wait(&wg);
    printf("mutex:   %d\n", c.value);

    chan(int) additions = chan_make(int, 16), result = chan_make(int);
    go(own, additions, result);
    for (int i = 0; i < USERS; i++)
        go_waitgroup_go(&wg, add_by_message, additions);
    go_waitgroup_wait(&wg);
    chan_close(additions);
    printf("channel: %d\n", chan_recv(result));
    chan_free(additions);
    chan_free(result);
    return 0;
}
