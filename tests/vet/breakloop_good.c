// SPDX-License-Identifier: MIT
// Breaks that mean what they do: without a loop around, out of a loop or a switch inside the case, early out of a case whose
// rest is to be skipped, with the loop's condition changed; and gotos and returns out of a select.
#include <gofer.h>

static void serve(int v)
{
    (void)v;
}

static void without_a_loop(recv_chan(int) in)
{
    int v;
    go_select {
        case_recv(in, &v) {
            if (v == 0)
                break;
            serve(v);
        }
    }
}

static void out_of_an_inner_loop(recv_chan(int) in)
{
    int v;
    for (int i = 0; i < 3; i++) {
        go_select {
            case_recv(in, &v) {
                for (int j = 0; j < v; j++) {
                    if (j == 2)
                        break;
                    if (j == 1)
                        continue;
                    serve(j);
                }
            }
        }
    }
}

static void out_of_a_switch(recv_chan(int) in)
{
    int v;
    for (;;) {
        go_select {
            case_recv(in, &v) {
                switch (v) {
                case 0:
                    return;
                case 1:
                    serve(v);
                    break;
                default:
                    break;
                }
            }
        }
    }
}

static void skips_the_rest(recv_chan(int) in, go_context *ctx)
{
    int v;
    for (;;) {
        go_select {
            case_recv(in, &v) {
                if (v == 0)
                    break;
                serve(v);
            }
            case_done(ctx) {
                return;
            }
        }
    }
}

static void by_the_condition(recv_chan(int) in)
{
    int v;
    bool open = true, running = true;
    while (running) {
        go_select {
            case_recv(in, &v, &open) {
                if (!open) {
                    running = false;
                    break;
                }
                serve(v);
            }
        }
    }
}

static void by_goto(recv_chan(int) in)
{
    bool ok;
    for (;;) {
        go_select {
            case_recv(in, NULL, &ok) {
                if (!ok)
                    goto out;
            }
        }
    }
out:
    serve(0);
}

static int loop_over_cases(recv_chan(int) * in, int n)
{
    int v = 0;
    for (int round = 0; round < 3; round++) {
        go_select {
            for (int i = 0; i < n; i++) {
                if (!in[i])
                    continue;
                case_recv(in[i], &v) {
                    serve(v);
                }
            }
        }
    }
    return v;
}

static void try_without_a_loop(int v)
{
    go_try {
        if (v == 0)
            break;
        serve(v);
    }
    go_catch(p) {
        serve(-1);
    }
}

static void continue_at_the_end(recv_chan(int) in)
{
    chan_range(v, in) {
        go_try {
            if (v < 0)
                continue;
            serve(v);
        }
        go_catch(p) {
            serve(-1);
        }
    }
}

static void by_a_condition_that_the_case_receives(recv_chan(int) in)
{
    bool open = true;
    while (open) {
        go_select {
            case_recv(in, NULL, &open) {
                if (!open)
                    break;
                serve(1);
            }
        }
    }
    int last = 0;
    do {
        go_select {
            case_recv(in, &last) {
                if (last < 0)
                    break;
                serve(last);
            }
        }
    } while (last >= 0);
}

static void break_of_a_range_in_a_try(recv_chan(int) in)
{
    go_try {
        chan_range(v, in) {
            if (v < 0)
                break;
        }
    }
    go_catch(p) {
        serve(-1);
    }
}

int main(void)
{
    without_a_loop(NULL);
    out_of_an_inner_loop(NULL);
    out_of_a_switch(NULL);
    skips_the_rest(NULL, NULL);
    by_the_condition(NULL);
    by_goto(NULL);
    by_a_condition_that_the_case_receives(NULL);
    loop_over_cases(NULL, 0);
    try_without_a_loop(1);
    continue_at_the_end(NULL);
    break_of_a_range_in_a_try(NULL);
    return 0;
}
