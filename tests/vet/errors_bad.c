// SPDX-License-Identifier: MIT
// Errors that nobody looks at: a result of gofer's that is 0 or a negative errno, or a count or a negative errno, dropped.
// An acquire that has failed and a read that got nothing look just as if they had worked.
#include <gofer.h>

static int job(int n)
{
    return n;
}

static void group(go_context *ctx)
{
    go_errgroup *g = go_errgroup_new(ctx);
    go_errgroup_go(g, job, 1);
    go_errgroup_wait(g); // expect: go_errgroup_wait may be an error
    go_errgroup_free(g);
}

static void semaphore(go_semaphore *s, go_context *ctx)
{
    go_semaphore_acquire(s, ctx, 1); // expect: go_semaphore_acquire may be
    go_semaphore_release(s, 1);
}

static void limited(go_limiter *l, go_context *ctx)
{
    if (ctx)
        go_limiter_wait(l, ctx); // expect: go_limiter_wait may be
}

static void pool(go_workers *p, go_context *ctx)
{
    for (int i = 0; i < 3; i++)
        go_workers_submit(p, job, i); // expect: go_workers_submit may be
    go_workers_shutdown(p, ctx);      // expect: go_workers_shutdown may be
}

static void connection(go_conn *c)
{
    char buffer[16];
    go_conn_read(c, buffer, sizeof buffer);  // expect: go_conn_read may be
    go_conn_write(c, buffer, sizeof buffer); // expect: go_conn_write may be
}

static void descriptor(int fd, int what)
{
    switch (what) {
    case 0:
        go_write(fd, "x", 1); // expect: go_write may be
        break;
    default:
        go_fsync(fd); // expect: go_fsync may be
    }
}

static void both(go_context *ctx, char *const *argv)
{
    go_command_run(ctx, argv, (go_command_options){0}), job(1); // expect: go_command_run may be
}

static void tried(go_mutex *m)
{
    go_mutex_try_lock(m); // expect: the result of go_mutex_try_lock says whether
    go_mutex_unlock(m);
}

static void flight(go_singleflight *g)
{
    go_singleflight_do(g, "key", NULL, NULL, (int (*)(void **))0); // expect: go_singleflight_do
}

static void in_the_head(go_conn *c)
{
    for (int i = 0; i < 3; i++, go_conn_write(c, "x", 1)) { // expect: go_conn_write may be
    }
}

static void by_choice(go_conn *c, bool really)
{
    really ? go_conn_write(c, "x", 1) : 0; // expect: go_conn_write may be
}

int main(void)
{
    go_context *root = go_context_background();
    group(root);
    semaphore(NULL, root);
    limited(NULL, root);
    pool(NULL, root);
    connection(NULL);
    descriptor(1, 2);
    both(root, NULL);
    flight(NULL);
    tried(&(go_mutex){0});
    in_the_head(NULL);
    by_choice(NULL, true);
    return 0;
}
