// SPDX-License-Identifier: MIT
// Question: when is a go_rwmutex better than a go_mutex?
// Answer:   when readers are many, take their time, and writers are rare: readers then run at the same time. For short
//           sections the plain mutex is quicker, for counting the readers costs more than the section.
// Watch:    a reader must not lock for reading again: a writer that waits in between would lock both out.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

struct table {
    go_rwmutex lock;
    int value; // guarded by lock
    atomic_int inside;
};

static void read_slowly(struct table *t, chan(go_unit) all_in, go_waitgroup *in)
{
    go_rwmutex_rlock(&t->lock);
    atomic_fetch_add(&t->inside, 1);
    go_waitgroup_done(in);
    chan_recv(all_in); // holds the lock until every reader has it
    go_rwmutex_runlock(&t->lock);
}

static void write_twice(struct table *t)
{
    for (int i = 0; i < 2; i++) {
        go_rwmutex_lock(&t->lock);
        t->value++;
        go_rwmutex_unlock(&t->lock);
    }
}

int main(void)
{
    enum { READERS = 5 };
    struct table t = {0};
    chan(go_unit) all_in = chan_make(go_unit);
    go_waitgroup readers = {0}, in = {0};
    go_waitgroup_add(&in, READERS);
    for (int i = 0; i < READERS; i++)
        go_waitgroup_go(&readers, read_slowly, &t, all_in, &in);
    go_waitgroup_wait(&in); // with a mutex this would never end
    printf("%d readers at once\n", t.inside);
    printf("writer let in meanwhile: %s\n", go_rwmutex_try_lock(&t.lock) ? "yes" : "no");
    chan_close(all_in);
    go_waitgroup_wait(&readers);
    write_twice(&t);
    printf("value %d\n", t.value);
    chan_free(all_in);
    return 0;
}
