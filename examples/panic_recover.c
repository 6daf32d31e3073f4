// SPDX-License-Identifier: MIT
// Panics run the deferred calls on their way out, last in, first out, until a go_try of the same
// goroutine catches them. Deferred calls belong to their block and run however it is left; their
// arguments are fixed when they are registered. Misuse of the library panics with Go's words, and
// go_protect turns any panic into a value.
#include <gofer.h>
#include <stdio.h>

static void say(const char *what, int n)
{
    printf("  %s %d\n", what, n);
}

static void climb(int height)
{
    defer(say, "climbing down from", height);
    say("at", height);
    if (height == 3)
        go_panic("the ladder ends at %d", height);
    climb(height + 1);
}

static void send_on_closed_channel(void)
{
    chan(int) c = chan_make(int);
    defer(puts, "  the deferred call ran");
    chan_close(c);
    chan_send(c, 1);
}

static void attempt(const char *name, void (*f)(void))
{
    printf("%s:\n", name);
    go_panic_info *p = go_protect(f);
    if (p)
        printf("  panic: %s%s\n", p->message, p->runtime_error ? " (a runtime error)" : "");
    go_panic_free(p);
}

int main(void)
{
    puts("climb:");
    go_try {
        climb(1);
        puts("never printed");
    }
    go_catch(p) {
        printf("  caught: %s\n", p->message);
    }
    attempt("send on a closed channel", send_on_closed_channel);
    attempt("no panic", go_yield);
    return 0;
}
