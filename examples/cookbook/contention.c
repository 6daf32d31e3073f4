// SPDX-License-Identifier: MIT
// Question: profiling shows that everybody waits for one mutex. What helps?
// Answer:   five remedies, most effective first: share nothing (a sum per goroutine, added at the end); an atomic instead
//           of the lock; shards, each with a lock of its own; a shorter locked section; a rwmutex for those who only read.
// Watch:    measure: this prints the times to stderr. With one processor there is no contention to see.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

enum { USERS = 4, TIMES = 20000, SHARDS = 16 };

static struct {
    go_mutex mutex;
    go_rwmutex rwmutex;
    long value;
    atomic_long atomic;
    struct {
        go_mutex mutex;
        long value;
        char apart[48]; // each shard in a cache line of its own
    } shards[SHARDS];
    long own[USERS];
} shared;

static long expensive(unsigned long i)
{
    for (unsigned k = 0; k < 20; k++)
        i = i * 31 + k;
    return (long)(i & 1);
}

static void everything_locked(int user)
{
    (void)user;
    for (int i = 0; i < TIMES; i++) {
        go_mutex_lock(&shared.mutex);
        shared.value += expensive(i);
        go_mutex_unlock(&shared.mutex);
    }
}

static void shorter_section(int user)
{
    (void)user;
    for (int i = 0; i < TIMES; i++) {
        long n = expensive(i); // needs no lock
        go_mutex_lock(&shared.mutex);
        shared.value += n;
        go_mutex_unlock(&shared.mutex);
    }
}

static void mostly_readers(int user)
{
    long sum = 0;
    for (int i = 0; i < TIMES; i++) {
        go_rwmutex_rlock(&shared.rwmutex);
        sum += shared.value + expensive(i);
        go_rwmutex_runlock(&shared.rwmutex);
    }
    shared.own[user] = sum;
}

static void sharded(int user)
{
    for (int i = 0; i < TIMES; i++) {
        int s = (user * 7 + i) % SHARDS;
        go_mutex_lock(&shared.shards[s].mutex);
        shared.shards[s].value += expensive(i);
        go_mutex_unlock(&shared.shards[s].mutex);
    }
}

static void with_an_atomic(int user)
{
    (void)user;
    for (int i = 0; i < TIMES; i++)
        atomic_fetch_add(&shared.atomic, expensive(i));
}

static void sharing_nothing(int user)
{
    long sum = 0;
    for (int i = 0; i < TIMES; i++)
        sum += expensive(i);
    shared.own[user] = sum;
}

static void measure(const char *what, void (*f)(int user))
{
    go_waitgroup wg = {0};
    go_time begin = go_now();
    for (int user = 0; user < USERS; user++)
        go_waitgroup_go(&wg, f, user);
    go_waitgroup_wait(&wg);
    fprintf(stderr, "%-20s %6.2f ms\n", what, (double)go_since(begin) / 1e6);
    printf("%s\n", what);
}

int main(void)
{
    measure("everything locked", everything_locked);
    measure("shorter section", shorter_section);
    measure("readers together", mostly_readers);
    measure("shards", sharded);
    measure("atomic", with_an_atomic);
    measure("sharing nothing", sharing_nothing);
    return 0;
}
