// SPDX-License-Identifier: MIT
// The worker pool. It has no resident goroutines: a job that comes while fewer than `workers` run starts one, which
// works until the queue is empty, and spawning costs less than waking one that is parked. So an idle pool holds
// nothing, and there is nobody to stop.
//
// Room is for workers + queue jobs that have been accepted and not returned. Who waits for some stands in a list, with a
// channel in its frame on which it is told; a select ends that wait by the context or the shutdown (`closing`). Whoever
// gives its room away takes the waiter off the list under the lock and tells it afterwards, so it waits for that, or is in
// the list still. While somebody waits there is no room, so nobody gets past.
//
// A job costs its submitter and its worker one locking each: a worker asks for the next one and ends the last one in the
// same step. The lock is the runtime's (x/lock.h), so all that allocates, spawns or sends stands outside: sections say
// what is to be done after the unlock. Records of jobs are kept for later ones, as many as there have been at once; so
// there is always one for who waited for room, for that comes when as many as there is room for have been made.
//
// The end comes in two steps. `drained` is closed when no job is left but those that wait for just that, inside a
// shutdown of their own; `idle` is closed when none is left at all, and nobody who waited for room, after the channel of
// errors. A job in a shutdown
// gives up its worker's place for the rest of its life, for the jobs behind it must run before it can go on.
//
// A job may end its goroutine by go_exit, so what follows a job stands in a deferred call too: leave(), which is also the
// last thing that touches the pool; whoever receives from `idle` may free it.
#include "base/list.h"
#include "x/alloc.h"
#include "x/job.h"
#include "x/lock.h"
#include "x/until.h"

#include <errno.h>
#include <gofer/panic.h>
#include <gofer/select.h>
#include <gofer/x/workers.h>
#include <string.h>

struct job {
    struct job *next; // [lock] in the queue, or of those to be used again
    struct go_kept_call call;
};

// In the frame of who waits for room.
struct waiter {
    struct gf_list link;      // [lock] in go_workers.waiting; by itself once it has room
    GO_CHAN(go_unit) granted; // [const] gets one message
};

// In the frame of a worker's goroutine.
struct worker {
    struct gf_list link; // [lock] in go_workers.active
    go_workers *pool;
    uint64_t id;    // [const] the goroutine's
    bool in_vain;   // [lock] its job is, or was, in a shutdown: it has given up its place
    struct job *of; // [owner] the job that it runs, or has run last
};

// The texts of an error that somebody may read.
struct kept {
    struct kept *next;
    char text[];
};

struct go_workers {
    struct gf_lock lock;
    int workers;                  // [const]
    size_t most;                  // [const] jobs that there is room for
    GO_CHAN(go_unit) closing;     // closed when a shutdown begins
    GO_CHAN(go_unit) drained;     // closed when no job is left but those in a shutdown
    GO_CHAN(go_unit) idle;        // closed when none is left
    GO_CHAN(go_job_error) errors; // closed just before
    // [lock]
    struct job *first, **last; // the queue
    size_t queued;             // its length
    struct job *unused;        // records of jobs that have returned
    size_t taken;              // room: of jobs, and given to who has waited
    struct gf_list waiting;    // for room, oldest first; empty unless all is taken
    int waiters;               // of whom are still in their calls
    struct gf_list active;     // workers
    int running;               // of those, how many have a place
    bool is_closing, is_drained, is_idle;
    size_t abandoned;
    uint64_t dropped;
    struct kept *kept;
};

go_workers *go_workers_new(go_workers_options o)
{
    if (o.workers < 0 || o.queue < 0 || o.errors < 0)
        return NULL;
    go_workers *p = gf_x_alloc(sizeof *p);
    p->workers = o.workers ? o.workers : go_maxprocs(0);
    p->most = (size_t)p->workers + (size_t)o.queue;
    p->closing = GO_CHAN_MAKE(go_unit);
    p->drained = GO_CHAN_MAKE(go_unit);
    p->idle = GO_CHAN_MAKE(go_unit);
    p->errors = GO_CHAN_MAKE(go_job_error, o.errors);
    p->last = &p->first;
    gf_list_init(&p->waiting);
    gf_list_init(&p->active);
    return p;
}

static void free_jobs(struct job *j)
{
    while (j) {
        struct job *next = j->next;
        free(j);
        j = next;
    }
}

static void free_kept(struct kept *k)
{
    while (k) {
        struct kept *next = k->next;
        free(k);
        k = next;
    }
}

void go_workers_free(go_workers *p)
{
    if (!p)
        return;
    go_workers_shutdown(p, NULL);
    go_chan_free(p->closing);
    go_chan_free(p->drained);
    go_chan_free(p->idle);
    go_chan_free(p->errors);
    free_jobs(p->unused);
    free_kept(p->kept);
    free(p);
}

// --- Errors ---

static struct kept *keep(const char *message, const char *stack, go_job_error *e)
{
    size_t n = strlen(message) + 1, m = strlen(stack) + 1;
    struct kept *k = gf_x_alloc(sizeof *k + n + m);
    e->message = memcpy(k->text, message, n);
    e->stack = memcpy(k->text + n, stack, m);
    return k;
}

// Sends an error to who may read it. Its texts stay if it found room. Nobody frees the pool before this worker leaves.
static void report(go_workers *p, go_job_error e, struct kept *k)
{
    bool sent = go_chan_try_send(p->errors, e);
    struct m *m = gf_x_lock(&p->lock);
    if (!sent) {
        p->dropped++;
    } else if (k) {
        k->next = p->kept;
        p->kept = k;
        k = NULL;
    }
    gf_x_unlock(m, &p->lock);
    free(k);
}

static void report_panic(go_workers *p, const go_panic_info *panic)
{
    go_job_error e = {.err = -EFAULT};
    struct kept *k = keep(panic->message, panic->stack ? panic->stack : "", &e);
    report(p, e, k);
}

// --- Jobs and room, under the lock ---

static struct job *pop(struct job **list)
{
    struct job *j = *list;
    if (j)
        *list = j->next;
    return j;
}

static void push(struct job **list, struct job *j)
{
    j->next = *list;
    *list = j;
}

// Takes the job that has waited for the longest time; NULL if there is none.
static struct job *dequeue(go_workers *p)
{
    struct job *j = pop(&p->first);
    if (!j)
        return NULL;
    if (!p->first)
        p->last = &p->first;
    p->queued--;
    gf_race_acquire(j);
    return j;
}

// Puts a job for which there is room in the queue. Returns whether a worker is to be started for it, after the unlock.
static bool enqueue(go_workers *p, const struct go_kept_call *call)
{
    struct job *j = pop(&p->unused);
    gf_assert(j);
    j->next = NULL;
    j->call = *call;
    gf_race_release(j);
    *p->last = j;
    p->last = &j->next;
    p->queued++;
    if (p->running >= p->workers)
        return false;
    p->running++;
    return true;
}

// Gives a worker's place up. Returns whether another one is to be started in it, for jobs wait.
static bool give_place_up(go_workers *p)
{
    if (!p->first)
        p->running--;
    return p->first;
}

// Gives room back, to whoever has waited for the longest time: returns it, to be told after the unlock.
static struct waiter *give_room(go_workers *p)
{
    struct gf_list *first = gf_list_pop_front(&p->waiting);
    if (!first) {
        p->taken--;
        return NULL;
    }
    return gf_container_of(first, struct waiter, link);
}

// After the unlock. The record is gone as soon as its message is there.
static void tell(struct waiter *w)
{
    if (w)
        go_chan_send(w->granted, GO_UNIT);
}

// --- A worker ---

static void free_large(struct worker *w)
{
    if (w->of)
        free(w->of->call.large);
}

// Under the lock: ends the worker's last job; returns who gets its room.
static struct waiter *end_job(struct worker *w)
{
    if (!w->of)
        return NULL;
    gf_race_release(w->pool);
    push(&w->pool->unused, w->of);
    w->of = NULL;
    return give_room(w->pool);
}

// Ends the worker's last job, and takes the next one off the queue, unless there is none or the worker has no place any
// more.
static bool go_on(struct worker *w)
{
    go_workers *p = w->pool;
    free_large(w);
    struct m *m = gf_x_lock(&p->lock);
    struct waiter *waiter = end_job(w);
    if (!w->in_vain)
        w->of = dequeue(p);
    gf_x_unlock(m, &p->lock);
    tell(waiter);
    return w->of;
}

// Runs jobs until there are no more, or one panics; go_exit leaves it as a return does.
static bool run_jobs(struct worker *w)
{
    GO_TRY
    {
        while (go_on(w)) {
            int err = gf_x_run(&w->of->call);
            if (gf_unlikely(err))
                report(w->pool, (go_job_error){.err = err, .message = go_strerror(err)}, NULL);
        }
    }
    GO_CATCH(panic)
    {
        report_panic(w->pool, panic);
        return true;
    }
    return false;
}

static void work(go_workers *p);

// After the unlock: starts a worker, which has its place already, so that the pool cannot end before.
static void start_worker(go_workers *p)
{
    struct go_call call = {.fn = (void *)work, .reg = {(uint64_t)p}};
    go_spawn_(&call, NULL, NULL);
}

// Which of the ends has come: channels to close after the unlock, in this order. They are references, for somebody else
// may announce the last end meanwhile, and the pool be freed.
struct ends {
    GO_CHAN(go_unit) drained;
    GO_CHAN(go_job_error) errors;
    GO_CHAN(go_unit) idle;
};

// Under the lock.
static struct ends find_ends(go_workers *p)
{
    struct ends e = {0};
    if (!p->is_closing || p->first || p->running > 0)
        return e;
    gf_race_acquire(p); // all that the jobs have done
    if (!p->is_drained)
        e.drained = go_chan_ref(p->drained);
    p->is_drained = true;
    if (!p->is_idle && gf_list_empty(&p->active) && p->waiters == 0) {
        e.errors = go_chan_ref(p->errors);
        e.idle = go_chan_ref(p->idle);
        p->is_idle = true;
    }
    return e;
}

static void announce(struct ends e)
{
    if (e.drained)
        go_chan_close(e.drained);
    if (e.idle) {
        go_chan_close(e.errors);
        go_chan_close(e.idle);
    }
    go_chan_free(e.drained);
    go_chan_free(e.errors);
    go_chan_free(e.idle);
}

static void leave(struct worker *w)
{
    go_workers *p = w->pool;
    free_large(w);
    struct m *m = gf_x_lock(&p->lock);
    struct waiter *waiter = end_job(w);
    gf_list_remove(&w->link);
    bool start = !w->in_vain && give_place_up(p);
    struct ends ends = find_ends(p);
    gf_x_unlock(m, &p->lock);
    if (start)
        start_worker(p);
    tell(waiter);
    announce(ends);
}

static void work(go_workers *p)
{
    struct worker w = {.pool = p, .id = go_id()};
    struct m *m = gf_x_lock(&p->lock);
    gf_list_push_back(&p->active, &w.link);
    gf_x_unlock(m, &p->lock);
    GO_DEFER(leave, &w);
    while (run_jobs(&w)) {}
}

// --- Submitting ---

enum { NEEDS_RECORD = 1 };

// Under the lock: accepts the job if there is room and no shutdown has begun, and then as enqueue. NEEDS_RECORD: there
// have never been so many.
static int accept(go_workers *p, const struct go_kept_call *call, bool *start)
{
    if (p->is_closing)
        return -ESHUTDOWN;
    if (p->taken == p->most)
        return -EAGAIN;
    if (!p->unused)
        return NEEDS_RECORD;
    p->taken++;
    *start = enqueue(p, call);
    return 0;
}

// The same, without the lock. Where there is no room, `w`, if any, is in the list.
static int offer_once(go_workers *p, const struct go_kept_call *call, struct waiter *w)
{
    bool start = false;
    struct m *m = gf_x_lock(&p->lock);
    int err = accept(p, call, &start);
    if (err == -EAGAIN && w) {
        gf_list_push_back(&p->waiting, &w->link);
        p->waiters++;
    }
    gf_x_unlock(m, &p->lock);
    if (start)
        start_worker(p);
    return err;
}

static void add_record(go_workers *p)
{
    struct job *j = gf_x_alloc_unset(sizeof *j);
    struct m *m = gf_x_lock(&p->lock);
    push(&p->unused, j);
    gf_x_unlock(m, &p->lock);
}

static int offer(go_workers *p, const struct go_kept_call *call, struct waiter *w)
{
    int err;
    while (gf_unlikely((err = offer_once(p, call, w)) == NEEDS_RECORD))
        add_record(p);
    return err;
}

int go_workers_submit_(go_workers *p, struct go_kept_call call)
{
    gf_x_check(&call);
    int err = offer(p, &call, NULL);
    if (gf_unlikely(err))
        free(call.large);
    return err;
}

// --- Waiting for room ---

static int wait_for_room(go_workers *p, go_context *ctx, struct waiter *w)
{
    int err = 0;
    GO_SELECT
    {
        GO_CASE_RECV(w->granted)
        {
        }
        GO_CASE_RECV(p->closing)
        {
            err = -ESHUTDOWN;
        }
        GO_CASE_RECV(gf_x_done(ctx))
        {
            err = gf_x_err(ctx);
        }
    }
    return err;
}

// Under the lock: the end of a wait, which may be the last thing that a shutdown waited for.
static struct ends stop_waiting(go_workers *p)
{
    p->waiters--;
    return find_ends(p);
}

// The wait has ended without room, which may have been given meanwhile: then the next one gets it.
static void leave_list(go_workers *p, struct waiter *w)
{
    struct waiter *next = NULL;
    struct m *m = gf_x_lock(&p->lock);
    bool waits = gf_list_linked(&w->link);
    if (waits)
        gf_list_remove(&w->link);
    else
        next = give_room(p);
    struct ends ends = stop_waiting(p);
    gf_x_unlock(m, &p->lock);
    tell(next);
    announce(ends);
    if (!waits)
        go_chan_recv(w->granted, NULL);
}

// The waiter has room now.
static int use_room(go_workers *p, const struct go_kept_call *call)
{
    struct waiter *next = NULL;
    bool start = false;
    struct m *m = gf_x_lock(&p->lock);
    bool open = !p->is_closing;
    if (open)
        start = enqueue(p, call);
    else
        next = give_room(p);
    struct ends ends = stop_waiting(p);
    gf_x_unlock(m, &p->lock);
    if (start)
        start_worker(p);
    tell(next);
    announce(ends);
    return open ? 0 : -ESHUTDOWN;
}

GF_NOINLINE static int offer_and_wait(go_workers *p, go_context *ctx,
                                      const struct go_kept_call *call)
{
    struct waiter w = {.granted = GO_CHAN_MAKE(go_unit, 1)};
    int err = offer(p, call, &w);
    if (err == -EAGAIN) {
        err = wait_for_room(p, ctx, &w);
        if (err)
            leave_list(p, &w);
        else
            err = use_room(p, call);
    }
    go_chan_free(w.granted);
    return err;
}

int go_workers_submit_wait_(go_workers *p, go_context *ctx, struct go_kept_call call)
{
    gf_x_check(&call);
    int err = gf_x_err(ctx);
    if (!err)
        err = offer(p, &call, NULL);
    if (err == -EAGAIN)
        err = offer_and_wait(p, ctx, &call);
    if (gf_unlikely(err))
        free(call.large);
    return err;
}

// --- Shutdown ---

// Under the lock: the worker that runs in goroutine `id`; NULL: none.
static struct worker *worker_of(go_workers *p, uint64_t id)
{
    for (struct gf_list *l = p->active.next; l != &p->active; l = l->next) {
        struct worker *w = gf_container_of(l, struct worker, link);
        if (w->id == id)
            return w;
    }
    return NULL;
}

// Begins the shutdown, unless that has been done, and returns the channel to wait for.
static GO_CHAN(go_unit) begin_shutdown(go_workers *p)
{
    uint64_t id = go_id();
    bool start = false;
    struct m *m = gf_x_lock(&p->lock);
    bool first = !p->is_closing;
    p->is_closing = true;
    struct worker *w = worker_of(p, id);
    if (w && !w->in_vain) {
        w->in_vain = true;
        start = give_place_up(p);
    }
    struct ends ends = find_ends(p);
    gf_x_unlock(m, &p->lock);
    if (start)
        start_worker(p);
    if (first)
        go_chan_close(p->closing);
    announce(ends);
    return w ? p->drained : p->idle;
}

// Drops what has not begun. Nobody waits for its room any more.
static void abandon(go_workers *p)
{
    struct m *m = gf_x_lock(&p->lock);
    struct job *first = p->first;
    p->first = NULL;
    p->last = &p->first;
    p->abandoned += p->queued;
    p->queued = 0;
    struct ends ends = find_ends(p);
    gf_x_unlock(m, &p->lock);
    for (struct job *j = first; j; j = j->next)
        free(j->call.large);
    free_jobs(first);
    announce(ends);
}

int go_workers_shutdown(go_workers *p, go_context *ctx)
{
    GO_CHAN(go_unit) over = begin_shutdown(p);
    if (go_chan_try_recv(over, NULL) == GO_CLOSED)
        return 0;
    GO_SELECT
    {
        GO_CASE_RECV(over)
        {
            return 0;
        }
        GO_CASE_RECV(gf_x_done(ctx))
        {
        }
    }
    abandon(p);
    return gf_x_err(ctx);
}

// --- Asking ---

GO_RECV_CHAN(go_job_error) go_workers_errors(go_workers *p)
{
    return p->errors;
}

uint64_t go_workers_errors_dropped(go_workers *p)
{
    struct m *m = gf_x_lock(&p->lock);
    uint64_t n = p->dropped;
    gf_x_unlock(m, &p->lock);
    return n;
}

size_t go_workers_abandoned(go_workers *p)
{
    struct m *m = gf_x_lock(&p->lock);
    size_t n = p->abandoned;
    gf_x_unlock(m, &p->lock);
    return n;
}
