// SPDX-License-Identifier: MIT
// Results that are looked at, handed on, or dropped in so many words; results that are no errors; and calls that are not
// made here: deferred ones and goroutines.
#include <gofer.h>

static int job(int n)
{
    return n;
}

static int returned(go_errgroup *g)
{
    return go_errgroup_wait(g);
}

static int tested(go_semaphore *s, go_context *ctx)
{
    if (go_semaphore_acquire(s, ctx, 1))
        return -1;
    int err = go_fsync(1);
    while (go_fsync(1) == -EINTR)
        ;
    return err ? err : go_context_err(ctx);
}

static void in_so_many_words(go_conn *c)
{
    (void)go_conn_write(c, "bye", 3);
    (void)go_errgroup_wait(NULL);
}

static void closing(go_conn *c, go_listener *l)
{
    go_conn_close(c);
    go_listener_close(l);
    go_close(3);
}

static void no_errors(chan(int) c)
{
    chan_try_send(c, 1);
    chan_recv(c, NULL);
    go_maxprocs(2);
}

static void without_a_context(go_workers *p, go_semaphore *s)
{
    go_workers_shutdown(p, NULL);
    go_semaphore_acquire(s, go_context_background(), 1);
}

static int cannot_fail(int *n)
{
    ++*n;
    return 0;
}

static int jobs_that_cannot_fail(void)
{
    int n = 0;
    go_errgroup *g = go_errgroup_new(NULL);
    go_errgroup_go(g, cannot_fail, &n);
    go_errgroup_wait(g);
    go_errgroup_free(g);
    return n;
}

static void tried(go_mutex *m)
{
    if (go_mutex_try_lock(m))
        go_mutex_unlock(m);
}

static void elsewhere(go_errgroup *g, int fd)
{
    defer(go_errgroup_wait, g);
    go(go_fsync, fd);
    go_errgroup_go(g, go_fsync, fd);
}

static ssize_t summed(int fd, char *p)
{
    ssize_t n = 0;
    n += go_read(fd, p, 1);
    return n + (go_read(fd, p, 1), go_read(fd, p, 1));
}

static void page(go_http_response *w, go_http_request *r, void *arg)
{
    (void)r, (void)arg;
    go_http_printf(w, "hello");
    go_http_write(w, "!", 1);
}

static bool asserted(go_workers *p)
{
    bool ok = go_workers_submit(p, job, 1) == 0 && !go_workers_submit(p, job, 2);
    return ok ? go_workers_shutdown(p, NULL) == 0 : false;
}

static ssize_t by_choice(go_conn *c, char *p, bool really)
{
    (void)(really ? go_conn_write(c, p, 1) : 0);
    return really ? go_conn_read(c, p, 1) : 0;
}

int main(void)
{
    go_http_mux *mux = go_http_mux_new();
    go_http_handle(mux, "/", page, NULL);
    returned(NULL);
    tested(NULL, NULL);
    in_so_many_words(NULL);
    closing(NULL, NULL);
    no_errors(NULL);
    without_a_context(NULL, NULL);
    jobs_that_cannot_fail();
    tried(&(go_mutex){0});
    elsewhere(NULL, 1);
    summed(1, NULL);
    asserted(NULL);
    by_choice(NULL, NULL, false);
    return 0;
}
