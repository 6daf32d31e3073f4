// SPDX-License-Identifier: MIT
// Deferred calls that are never made, because an endless loop follows in their block, that are made in every round of a
// loop for what was made once before it, and that a longjmp skips.
#include <gofer.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

static void handle(int v)
{
    (void)v;
}

static void never_left(recv_chan(int) in, go_mutex *m)
{
    go_mutex_lock(m);
    defer(go_mutex_unlock, m); // expect: the endless loop in line 18
    for (;;)
        handle(chan_recv(in));
}

static void never_left_by_break(recv_chan(int) in)
{
    int v;
    bool ok;
    char *buffer = malloc(16);
    defer(free, buffer); // expect: free is never called
    while (true) {
        go_select {
            case_recv(in, &v, &ok) {
                if (!ok)
                    break; // expect: break leaves the go_select
                buffer[0] = (char)v;
            }
        }
    }
}

static void nested_loop(recv_chan(int) in)
{
    for (int i = 0; i < 3; i++) {
        FILE *f = tmpfile();
        defer(fclose, f); // expect: fclose is never called
        while (1)
            fprintf(f, "%d\n", chan_recv(in));
    }
}

static void freed_in_every_round(recv_chan(int) in)
{
    char *buffer = malloc(16);
    for (int i = 0; i < 3; i++) {
        defer(free, buffer); // expect: free is called at the end of every round
        buffer[0] = (char)chan_recv(in);
    }
}

static void closed_in_every_round(go_conn *c)
{
    do {
        defer(go_conn_free, c); // expect: go_conn_free is called at the end of every round
    } while (go_conn_write(c, "x", 1) == 1);
}

static void done_in_every_round(recv_chan(int) in, go_waitgroup *wg)
{
    for (;;) {
        defer(go_waitgroup_done, wg); // expect: at the end of every round
        if (chan_recv(in) == 0)
            return;
    }
}

static void file_in_every_round(recv_chan(int) in)
{
    FILE *f = tmpfile();
    chan_range(v, in) {
        defer(fclose, f); // expect: fclose is called at the end of every round
        fprintf(f, "%d\n", v);
    }
}

static int left_before(go_mutex *m, int n)
{
    go_mutex_lock(m);
    if (n < 0)
        return -1; // expect: the return leaves before the defer
    defer(go_mutex_unlock, m);
    return n;
}

static jmp_buf out;

static void skipped(int v)
{
    char *buffer = malloc(16);
    defer(free, buffer);
    if (v < 0)
        longjmp(out, 1); // expect: longjmp skips the defer in line 97
    handle(v);
}

int main(void)
{
    chan(int) c = chan_make(int, 8);
    if (setjmp(out) == 0)
        skipped(1);
    static go_mutex m;
    go(never_left, c, &m);
    go(never_left_by_break, c);
    go(nested_loop, c);
    freed_in_every_round(c);
    closed_in_every_round(NULL);
    done_in_every_round(c, &(go_waitgroup){0});
    file_in_every_round(c);
    left_before(&(go_mutex){0}, 1);
    return 0;
}
