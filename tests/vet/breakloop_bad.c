// SPDX-License-Identifier: MIT
// A break or continue that leaves the select or the try, where the loop around it was meant.
#include <gofer.h>
#include <stdio.h>

static void serve(int v)
{
    (void)v;
}

static void spins_once_closed(recv_chan(int) in)
{
    int v;
    bool ok;
    for (;;) {
        go_select {
            case_recv(in, &v, &ok) {
                if (!ok)
                    break; // expect: break leaves the go_select and not the loop around it
                serve(v);
            }
        }
    }
}

static void spins_with_another_way_out(recv_chan(int) in, go_context *ctx)
{
    int v;
    bool open;
    while (true) {
        go_select {
            case_recv(in, &v, &open) {
                if (!open) {
                    break; // expect: break leaves the go_select
                }
                serve(v);
            }
            case_done(ctx) {
                return;
            }
        }
    }
}

static void done_breaks(recv_chan(int) in, go_context *ctx)
{
    int v;
    for (;;) {
        go_select {
            case_recv(in, &v) {
                serve(v);
            }
            case_done(ctx) {
                break; // expect: break leaves the go_select
            }
        }
    }
}

static int timeout_breaks(recv_chan(int) in)
{
    int n = 0;
    for (int i = 0; i < 100; i++) {
        go_select {
            case_recv(in) {
                n++;
            }
            case_timeout(GO_MILLISECOND) {
                printf("too late\n");
                break; // expect: break leaves the go_select
            }
        }
    }
    return n;
}

static int default_breaks(recv_chan(int) in)
{
    int n = 0;
    while (n < 100) {
        go_select {
            case_recv(in) {
                n++;
            }
            case_default {
                break; // expect: break leaves the go_select
            }
        }
    }
    return n;
}

static void continue_in_a_select(recv_chan(int) in)
{
    int v;
    for (int i = 0; i < 10; i++) {
        go_select {
            case_recv(in, &v) {
                if (v == 0)
                    continue; // expect: continue leaves the go_select
                serve(v);
            }
        }
        serve(i);
    }
}

static int break_in_a_try(recv_chan(int) in)
{
    int n = 0;
    for (;;) {
        go_try {
            if (chan_recv(in) == 0)
                break; // expect: break leaves the go_try
            serve(1);
        }
        go_catch(p) {
            fprintf(stderr, "%s\n", p->message);
        }
        if (n++ > 100)
            return n;
    }
}

static void break_in_a_catch(void)
{
    for (int i = 0; i < 10; i++) {
        go_try {
            serve(i);
        }
        go_catch(p) {
            fprintf(stderr, "%s\n", p->message);
            break; // expect: break leaves the go_try
        }
    }
}

static int continue_in_a_try(recv_chan(int) in)
{
    int sum = 0;
    chan_range(v, in) {
        go_try {
            if (v < 0)
                continue; // expect: continue leaves the go_try
            serve(v);
        }
        go_catch(p) {
            sum = -1;
        }
        sum += v;
    }
    return sum;
}

int main(void)
{
    spins_once_closed(NULL);
    spins_with_another_way_out(NULL, NULL);
    done_breaks(NULL, NULL);
    timeout_breaks(NULL);
    default_breaks(NULL);
    continue_in_a_select(NULL);
    break_in_a_try(NULL);
    break_in_a_catch();
    continue_in_a_try(NULL);
    return 0;
}
