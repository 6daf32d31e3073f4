// SPDX-License-Identifier: MIT
// What operations read and write of the program's own memory: keys, results, what is sent over a connection; and the
// objects themselves, which another goroutine must not overwrite, copy or free meanwhile.
#include "edges.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void *result;
static char key[] = "key";
static go_map map;

// Runs f in another goroutine, and the caller goes on beside it.
static void beside(void (*f)(void))
{
    go(f);
    nap();
}

// --- Keys and results ---

static void change_key(void)
{
    key[1] = 'x';
}

RACES(map_key_is_read)
{
    beside(change_key);
    go_map_store(&map, key, NULL);
}

RACES(map_key_is_read_by_length)
{
    beside(change_key);
    go_map_delete_n(&map, key, 3);
}

ORDERED(map_key_is_copied)
{
    go_map_store(&map, key, NULL);
    beside(change_key);
    go_map_load(&map, "key", NULL);
}

static void change_result(void)
{
    result = NULL;
}

RACES(map_load_writes)
{
    go_map_store(&map, "key", &map);
    beside(change_result);
    go_map_load(&map, "key", &result);
}

ORDERED(map_load_of_nothing_writes_nothing)
{
    beside(change_result);
    go_map_load(&map, "key", &result);
}

RACES(map_swap_writes)
{
    go_map_store(&map, "key", &map);
    beside(change_result);
    go_map_swap(&map, "key", NULL, &result);
}

RACES(map_load_and_delete_writes)
{
    go_map_store(&map, "key", &map);
    beside(change_result);
    go_map_load_and_delete(&map, "key", &result);
}

static bool flag;

static void change_flag(void)
{
    flag = true;
}

RACES(map_load_or_store_writes)
{
    beside(change_flag);
    go_map_load_or_store(&map, "key", NULL, &flag);
}

RACES(shardmap_reads_and_writes)
{
    go_shardmap *shards = go_shardmap_new(2);
    go_shardmap_store(shards, "key", &map);
    beside(change_result);
    go_shardmap_load(shards, "key", &result);
}

RACES(lru_reads_keys)
{
    go_lru *cache = go_lru_new(2, NULL);
    beside(change_key);
    go_lru_put(cache, key, NULL);
}

RACES(lru_get_writes)
{
    go_lru *cache = go_lru_new(2, NULL);
    go_lru_put(cache, "key", &map);
    beside(change_result);
    go_lru_get(cache, "key", &result);
}

RACES(lfstack_pop_writes)
{
    go_lfstack stack = {0};
    go_lfstack_push(&stack, &map);
    beside(change_result);
    go_lfstack_pop(&stack, &result);
}

RACES(select_writes_ok)
{
    chan(int) c = chan_make(int, 1);
    int v;
    chan_send(c, 1);
    beside(change_flag);
    go_select {
        case_recv(c, &v, &flag) {}
    }
}

static struct stat status;

static void change_status(void)
{
    status.st_size = 0;
}

RACES(stat_writes)
{
    beside(change_status);
    must(go_stat("/", &status) == 0);
}

static go_time end;

static void change_end(void)
{
    end = (go_time){0};
}

RACES(context_deadline_writes)
{
    go_context *ctx = go_context_with_timeout(go_context_background(), GO_HOUR);
    beside(change_end);
    must(go_context_deadline(ctx, &end));
}

static char body[64];

static void change_body(void)
{
    body[5] = 1;
}

static void answer(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r;
    (void)arg;
    go_http_write(w, body, sizeof body);
}

// Gets an answer from a server of its own into `to`.
static void ask(char *to, size_t n)
{
    int err;
    char address[64], url[80] = "http://";
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", answer, NULL);
    go_listener *l = go_listen("tcp", "127.0.0.1:0", &err);
    must(l != NULL);
    go_listener_addr(l, address, sizeof address);
    go(go_http_serve, go_http_server_new(mux, (go_http_options){0}), l);
    go_http_reply *reply;
    must(go_http_get(go_context_background(), strcat(url, address), &reply) == 0);
    must(go_http_reply_read(reply, to, n) > 0);
}

RACES(http_write_reads)
{
    char got[64];
    beside(change_body);
    ask(got, sizeof got);
}

ORDERED(http_answer_is_ordered)
{
    char got[64];
    body[5] = 2;
    ask(got, sizeof got);
    body[5] = 3;
}

// --- Objects ---

static go_mutex mutex;

static void lock_and_unlock(void)
{
    go_mutex_lock(&mutex);
    go_mutex_unlock(&mutex);
}

RACES(mutex_overwritten)
{
    beside(lock_and_unlock);
    mutex = (go_mutex){0};
}

RACES(mutex_copied_to)
{
    go_mutex other = {0};
    beside(lock_and_unlock);
    memcpy(&mutex, &other, sizeof mutex);
}

static go_rwmutex rw;

static void read_lock(void)
{
    go_rwmutex_rlock(&rw);
    go_rwmutex_runlock(&rw);
}

RACES(rwmutex_overwritten)
{
    beside(read_lock);
    rw = (go_rwmutex){0};
}

static go_waitgroup group;

static void add_and_done(void)
{
    go_waitgroup_add(&group, 1);
    go_waitgroup_done(&group);
}

RACES(waitgroup_overwritten)
{
    beside(add_and_done);
    group = (go_waitgroup){0};
}

static go_cond cond;

static void signal_nobody(void)
{
    go_cond_signal(&cond);
}

RACES(cond_initialised_again)
{
    go_cond_init(&cond, &mutex);
    beside(signal_nobody);
    go_cond_init(&cond, &mutex);
}

struct counted {
    go_mutex m;
    go_rwmutex rw;
    int holders;
};

static void use(struct counted *c)
{
    go_mutex_lock(&c->m);
    go_mutex_unlock(&c->m);
    nap();
}

RACES(object_freed)
{
    struct counted *c = calloc(1, sizeof *c);
    go(use, c);
    nap();
    free(c);
}

static void let_go(struct counted *c)
{
    go_rwmutex_rlock(&c->rw);
    go_rwmutex_runlock(&c->rw);
    go_mutex_lock(&c->m);
    bool last = --c->holders == 0;
    go_mutex_unlock(&c->m);
    if (last)
        free(c);
}

ORDERED(object_freed_by_its_last_holder)
{
    for (int round = 0; round < 50; round++) {
        struct counted *c = calloc(1, sizeof *c);
        c->holders = 3;
        go(let_go, c);
        go(let_go, c);
        let_go(c);
    }
    nap();
}

static void finish(go_waitgroup *wg)
{
    go_waitgroup_done(wg);
}

ORDERED(waitgroup_on_the_waiters_stack)
{
    for (int round = 0; round < 50; round++) {
        go_waitgroup wg = {0};
        go_waitgroup_add(&wg, 2);
        go(finish, &wg);
        go(finish, &wg);
        go_waitgroup_wait(&wg);
        memset(&wg, 1, sizeof wg);
    }
}

// --- Beside a lock ---

// In one word with its lock, of which the detector keeps four accesses: the lock's own must leave room for the variable's.
static struct {
    _Alignas(8) go_mutex mutex;
    int value;
} pair;
_Static_assert(offsetof(typeof(pair), value) == 4, "in the mutex's word");

static bool value_is_free(void)
{
    go_mutex_lock(&pair.mutex);
    defer(go_mutex_unlock, &pair.mutex);
    return pair.value == 0;
}

static void take_value(void)
{
    if (value_is_free())
        pair.value = 1;
}

// Which record gives way to a fifth one is a matter of how many accesses came before.
static void take_value_after(int accesses)
{
    static volatile int other;
    beside(take_value);
    for (int i = 0; i < accesses; i++)
        (void)other;
    take_value();
}

RACES(variable_in_the_word_of_its_lock)
{
    take_value_after(0);
}

RACES(variable_in_the_word_of_its_lock_after_another)
{
    take_value_after(1);
}

RACES(variable_in_the_word_of_its_lock_after_two)
{
    take_value_after(2);
}

RACES(variable_in_the_word_of_its_lock_after_three)
{
    take_value_after(3);
}

static void change_value_under_the_lock(void)
{
    go_mutex_lock(&pair.mutex);
    pair.value++;
    go_mutex_unlock(&pair.mutex);
}

ORDERED(variable_in_the_word_of_its_lock_under_it)
{
    beside(change_value_under_the_lock);
    change_value_under_the_lock();
}
