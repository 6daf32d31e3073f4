// SPDX-License-Identifier: MIT
// Jumps over a defer, and into a go_try. clang refuses them, gcc does not: there the deferred call is not registered, as if
// the line did not stand there.
#include <gofer.h>
#include <stdlib.h>

static void over(int n)
{
    char *p = malloc(8);
    if (n < 0)
        goto out; // expect: the jump goes over the defer of line 12
    defer(free, p);
    p[0] = (char)n;
out:
    return;
}

static void by_a_case(int n)
{
    switch (n) {
    case 0: {
        char *p = malloc(8);
        defer(free, p);
        p[0] = 1;
    case 1: // expect: the jump goes over the defer of line 23
        break;
    }
    }
}

static void by_default(int n, go_mutex *m)
{
    switch (n) {
    case 3:
        go_mutex_lock(m);
        defer(go_mutex_unlock, m);
        break;
    default: // expect: the jump goes over the defer of line 36
        break;
    }
}

static int into_a_try(int n)
{
    if (n > 3)
        goto inside; // expect: the jump goes into the go_try of line 48
    n = 0;
    go_try {
inside:
        over(n);
    }
    go_catch(p) {
        return -1;
    }
    return n;
}

int main(void)
{
    go_mutex m = {0};
    over(1);
    by_a_case(1);
    by_default(1, &m);
    return into_a_try(1);
}
