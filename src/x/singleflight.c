// SPDX-License-Identifier: MIT
// One run for all who ask. A flight is one run of a function for a key; the map leads from keys to the flights that can
// still be joined. A flight is counted: its pilot, who runs the function, and each passenger, who waits in do, hold it.
// Whoever waits on a channel is in the flight's list only.
//
// Landing, in a deferred call, since the function may panic or exit: under the mutex the flight leaves the map, unless it
// has been forgotten and another one is there, so that nobody can board any more; then the passengers are told, and the
// object itself is not touched again.
//
// A panic is kept in the flight, and each passenger raises it anew. With a channel among the receivers it cannot be
// raised for all, so it is raised in a goroutine of its own, where nothing catches it.
#include "base/atomic.h"
#include "panic/misuse.h"
#include "x/alloc.h"
#include "x/job.h"

#include "base/race.h"

#include <errno.h>
#include <gofer/panic.h>
#include <gofer/x/singleflight.h>
#include <string.h>

struct receiver {
    struct receiver *next;
    GO_CHAN(go_flight_result) ch;
};

struct flight {
    go_singleflight *group; // [const]
    struct go_kept_call job;
    _Atomic(int) holders;       // [atomic] acq_rel: who lets go last sees everything
    int passengers;             // [lock mutex] besides the pilot or the first receiver
    struct receiver *receivers; // [lock mutex] until it has landed
    go_waitgroup landed;
    // Set by the pilot before it lands.
    void *result;
    int err;
    bool has_returned;    // else it has panicked, or exited
    go_panic_info *panic; // NULL: none
    bool shared;          // somebody besides the first has got the result; set when it lands
    char key[];
};

// --- Making and ending ---

static struct flight *flight_new(go_singleflight *g, const char *key,
                                 const struct go_kept_call *job)
{
    size_t n = strlen(key) + 1;
    struct flight *f = gf_x_alloc_unset(sizeof *f + n);
    *f = (struct flight){.group = g, .job = *job};
    atomic_init(&f->holders, 1);
    go_waitgroup_add(&f->landed, 1);
    memcpy(f->key, key, n);
    return f;
}

static void let_go(struct flight *f)
{
    // Acquire and release: the last one is alone with it.
    if (!gf_race_last_of(&f->holders, gf_sub_acqrel(&f->holders, 1) == 1))
        return;
    go_panic_free(f->panic);
    free(f->job.large);
    free(f);
}

// --- Boarding ---

static void add_receiver(struct flight *f, struct receiver *r)
{
    r->next = f->receivers;
    f->receivers = r;
}

// Joins the key's flight, as a passenger or, with r, as a receiver. If there is none, a new one is made, and joined by r.
// Returns whether there was one; *flight is it. The job is the flight's, or not needed.
static bool board(go_singleflight *g, const char *key, struct go_kept_call *job, struct receiver *r,
                  struct flight **flight)
{
    void *there = NULL;
    go_mutex_lock(&g->mutex);
    bool joins = go_map_load(&g->flights, key, &there);
    struct flight *f = joins ? there : flight_new(g, key, job);
    if (joins)
        f->passengers++;
    else
        go_map_store(&g->flights, f->key, f);
    if (r)
        add_receiver(f, r);
    else if (joins)
        gf_add_relaxed(&f->holders, 1); // relaxed: the pilot holds it meanwhile
    go_mutex_unlock(&g->mutex);
    if (joins)
        free(job->large);
    *flight = f;
    return joins;
}

// --- Flying and landing ---

static void crash(struct flight *f)
{
    gf_panic_again(f->panic);
}

// The process is about to end by the panic; this goroutine goes no further.
static void crash_apart(struct flight *f)
{
    GO_SPAWN(crash, f);
    go_chan_recv((GO_CHAN(go_unit))NULL);
}

static void tell(struct receiver *r, const struct flight *f)
{
    while (r) {
        struct receiver *next = r->next;
        int err = f->has_returned ? f->err : -ECANCELED;
        go_flight_result result = {err ? NULL : f->result, err, f->shared};
        go_chan_try_send(r->ch, result); // there is room: nobody else sends
        go_chan_free(r->ch);
        free(r);
        r = next;
    }
}

static void land(struct flight *f)
{
    go_singleflight *g = f->group;
    go_mutex_lock(&g->mutex);
    go_map_compare_and_delete(&g->flights, f->key, f);
    f->shared = f->passengers > 0;
    struct receiver *receivers = f->receivers;
    go_mutex_unlock(&g->mutex);
    if (f->panic && receivers)
        crash_apart(f);
    tell(receivers, f);
    go_waitgroup_done(&f->landed);
}

static void run(struct flight *f)
{
    struct go_call *call = f->job.large ? f->job.large : &f->job.call;
    call->reg[0] = (uint64_t)&f->result; // the function's first argument
    f->err = gf_x_replay_int(call);
    f->has_returned = true;
}

static void fly(struct flight *f)
{
    GO_DEFER(land, f);
    f->panic = go_protect(run, f);
}

// --- From outside ---

// What the flight came to, for one of those who waited.
static int arrive(struct flight *f, void **result, bool *shared)
{
    if (f->panic)
        gf_panic_again(f->panic);
    if (!f->has_returned)
        go_exit();
    if (result && f->err == 0)
        *result = f->result;
    if (shared)
        *shared = f->shared;
    return f->err;
}

int go_singleflight_do_(go_singleflight *g, const char *key, void **result, bool *shared,
                        struct go_kept_call job)
{
    gf_x_check(&job);
    struct flight *f;
    bool joined = board(g, key, &job, NULL, &f);
    GO_DEFER(let_go, f);
    if (joined)
        go_waitgroup_wait(&f->landed);
    else
        fly(f);
    int err = arrive(f, result, shared);
    if (result && err == 0)
        gf_race_write(result, sizeof *result, __builtin_return_address(0));
    if (shared)
        gf_race_write(shared, sizeof *shared, __builtin_return_address(0));
    return err;
}

static void fly_alone(struct flight *f)
{
    GO_DEFER(let_go, f);
    fly(f);
}

struct go_chan *go_singleflight_do_chan_(go_singleflight *g, const char *key,
                                         struct go_kept_call job)
{
    gf_x_check(&job);
    struct receiver *r = gf_x_alloc_unset(sizeof *r);
    r->ch = GO_CHAN_MAKE(go_flight_result, 1);
    GO_CHAN(go_flight_result) ch = go_chan_ref(r->ch);
    struct flight *f;
    if (!board(g, key, &job, r, &f))
        GO_SPAWN(fly_alone, f);
    return (struct go_chan *)ch;
}

void go_singleflight_forget(go_singleflight *g, const char *key)
{
    go_mutex_lock(&g->mutex);
    go_map_delete(&g->flights, key);
    go_mutex_unlock(&g->mutex);
}

void go_singleflight_free(go_singleflight *g)
{
    go_map_free(&g->flights);
}
