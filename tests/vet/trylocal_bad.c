// SPDX-License-Identifier: MIT
// Locals that a try changes before it panics, and that the catch, or what follows it, reads: after the jump their values are
// whatever the compiler had in memory, unless they are volatile.
#include <gofer.h>
#include <stdio.h>

static void step(int n)
{
    if (n > 2)
        go_panic("step %d", n);
}

static int read_in_the_catch(void)
{
    int done = 0;
    go_try {
        done = 1; // expect: done is changed in the go_try and read in line 22
        step(3);
        done = 2;
    }
    go_catch(p) {
        printf("after step %d: %s\n", done, p->message);
    }
    return 0;
}

static int read_behind(void)
{
    int done = 0;
    go_try {
        done = 1; // expect: done is changed in the go_try
        step(3);
    }
    go_catch(p) {
        puts(p->message);
    }
    return done;
}

static int counted_in_a_loop(void)
{
    int n = 0;
    go_try {
        for (int i = 0; i < 5; i++) {
            step(i);
            n++; // expect: n is changed in the go_try
        }
    }
    go_catch(p) {
        return n;
    }
    return 0;
}

static int parameter(int left)
{
    go_try {
        left -= 1; // expect: left is changed in the go_try
        step(left);
    }
    go_catch(p) {
        return left;
    }
    return 0;
}

static const char *pointer(void)
{
    const char *phase = "start";
    go_try {
        phase = "middle"; // expect: phase is changed in the go_try
        step(3);
    }
    go_catch(p) {
        puts(phase);
    }
    return NULL;
}

static int member(void)
{
    struct {
        int a, b;
    } s = {0};
    go_try {
        s.a = 1; // expect: s is changed in the go_try
        step(4);
    }
    go_catch(p) {
        return s.a;
    }
    return 0;
}

static int retried(void)
{
    int attempts = 0;
    for (;;) {
        go_try {
            attempts++; // expect: attempts is changed in the go_try
            step(attempts);
        }
        go_catch(p) {
            puts(p->message);
        }
        if (attempts > 5)
            return attempts;
    }
}

static int by_a_fault(int *bad)
{
    int stage = 0;
    go_try {
        stage = 1; // expect: stage is changed in the go_try
        *bad = 1;
    }
    go_catch(p) {
        return stage;
    }
    return 0;
}

int main(void)
{
    read_in_the_catch();
    read_behind();
    counted_in_a_loop();
    parameter(4);
    pointer();
    member();
    retried();
    by_a_fault(NULL);
    return 0;
}
