// SPDX-License-Identifier: MIT
// Defers that are right: an endless loop with a way out, a defer in the body of one, which is made in every round for what
// that round has made, a jump back, a jump out, and a longjmp from outside the block.
#include <gofer.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

static void with_a_return(recv_chan(int) in)
{
    char *buffer = malloc(16);
    defer(free, buffer);
    for (;;) {
        int v = chan_recv(in);
        if (v == 0)
            return;
        buffer[0] = (char)v;
    }
}

static void with_a_break(recv_chan(int) in)
{
    char *buffer = malloc(16);
    defer(free, buffer);
    while (true) {
        int v = chan_recv(in);
        if (v == 0)
            break;
        buffer[0] = (char)v;
    }
}

static void in_the_body(recv_chan(int) in, go_mutex *m, int *sum)
{
    for (;;) {
        int v = chan_recv(in);
        go_mutex_lock(m);
        defer(go_mutex_unlock, m);
        *sum += v;
    }
}

static void made_in_the_round(recv_chan(int) in)
{
    for (int i = 0; i < 3; i++) {
        char *buffer = malloc(16);
        defer(free, buffer);
        buffer[0] = (char)chan_recv(in);
    }
}

static void renewed(recv_chan(int) in)
{
    FILE *f = NULL;
    chan_range(v, in) {
        f = tmpfile();
        defer(fclose, f);
        fprintf(f, "%d\n", v);
    }
}

static void counted_in_the_round(go_waitgroup *wg, int n)
{
    for (int i = 0; i < n; i++) {
        go_waitgroup_add(wg, 1);
        defer(go_waitgroup_done, wg);
    }
}

static void first_only(recv_chan(int) in, char *buffer)
{
    for (;;) {
        if (chan_recv(in) == 0)
            continue;
        defer(free, buffer);
        buffer[0] = 1;
        return;
    }
}

static void until_it_panics(recv_chan(int) in)
{
    char *buffer = malloc(16);
    defer(free, buffer);
    for (;;) {
        if (chan_recv(in) < 0)
            go_panic("negative");
        buffer[0] = 1;
    }
}

static void stop_if_done(go_context *ctx)
{
    if (go_context_err(ctx))
        go_exit();
}

static void until_a_helper_exits(recv_chan(int) in, go_context *ctx)
{
    char *buffer = malloc(16);
    defer(free, buffer);
    for (;;) {
        stop_if_done(ctx);
        buffer[0] = (char)chan_recv(in);
    }
}

static void until_the_context_ends(recv_chan(int) in, go_context *ctx)
{
    int v;
    char *buffer = malloc(16);
    defer(free, buffer);
    for (;;)
        go_select {
            case_recv(in, &v) {
                buffer[0] = (char)v;
            }
            case_done(ctx) {
                return;
            }
        }
}

static void jump_back(int n)
{
again:;
    char *p = malloc(8);
    defer(free, p);
    if (n-- > 0)
        goto again;
}

static int unlocked_before(go_mutex *m, int n)
{
    if (n == 0)
        return 0;
    go_mutex_lock(m);
    if (n < 0) {
        go_mutex_unlock(m);
        return -1;
    }
    defer(go_mutex_unlock, m);
    return n;
}

static jmp_buf out;

static void outside(int v)
{
    {
        char *p = malloc(8);
        defer(free, p);
        p[0] = (char)v;
    }
    if (v < 0)
        longjmp(out, 1);
}

int main(void)
{
    static int sum;
    static go_mutex m;
    chan(int) c = chan_make(int, 8);
    if (setjmp(out) == 0)
        outside(1);
    with_a_return(c);
    with_a_break(c);
    go(in_the_body, c, &m, &sum);
    made_in_the_round(c);
    renewed(c);
    counted_in_the_round(&(go_waitgroup){0}, 2);
    first_only(c, malloc(4));
    until_it_panics(c);
    until_a_helper_exits(c, go_context_background());
    until_the_context_ends(c, go_context_background());
    jump_back(2);
    unlocked_before(&m, 1);
    return 0;
}
