// SPDX-License-Identifier: MIT
// Locals that a try may change: volatile ones, those of the block, those that nobody reads after a panic, or that are set
// anew; the last thing that a try does; and what is not in a register anyway: statics and memory behind a pointer.
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>

static int parse(const char *text)
{
    if (!text)
        go_panic("no text");
    return atoi(text);
}

static int is_volatile(void)
{
    volatile int done = 0;
    go_try {
        done = 1;
        parse(NULL);
    }
    go_catch(p) {
        return done;
    }
    return 0;
}

static int the_last_thing(const char *text)
{
    int n = -1;
    go_try {
        n = parse(text);
    }
    go_catch(p) {
        puts(p->message);
    }
    return n;
}

static int catch_returns(const char *text)
{
    int n = 0;
    go_try {
        n = parse(text);
        parse("more");
    }
    go_catch(p) {
        return -1;
    }
    return n;
}

static int set_in_the_catch(const char *text)
{
    int n = 0;
    go_try {
        n = 1;
        n += parse(text);
        parse("more");
    }
    go_catch(p) {
        n = -1;
    }
    return n;
}

static int set_behind(const char *text)
{
    int n = 0;
    go_try {
        n = 1;
        printf("%d\n", n + parse(text));
    }
    go_catch(p) {
        puts(p->message);
    }
    n = 3;
    return n;
}

static void of_the_block(const char *text)
{
    go_try {
        int n = 0;
        n++;
        n += parse(text);
        printf("%d\n", n);
    }
    go_catch(p) {
        puts(p->message);
    }
}

static int only_read(const char *text)
{
    int base = 10, n = 0;
    go_try {
        n = base + parse(text);
    }
    go_catch(p) {
        return base;
    }
    return n;
}

static int elsewhere(int *out, const char *text)
{
    static int calls;
    go_try {
        calls++;
        *out = 1;
        *out += parse(text);
    }
    go_catch(p) {
        return calls + *out;
    }
    return 0;
}

static int nothing_can_panic(int a)
{
    int n = 0;
    go_try {
        parse("1");
        n = a + 1;
        printf("%d\n", n);
    }
    go_catch(p) {
        puts("no");
    }
    return n;
}

static int panics_in_the_catch(const char *text)
{
    int n = 0;
    go_try {
        n = 1;
        n += parse(text);
        parse("more");
    }
    go_catch(p) {
        go_panic("again: %s", p->message);
    }
    return n;
}

int main(void)
{
    is_volatile();
    the_last_thing("1");
    catch_returns("1");
    set_in_the_catch("1");
    set_behind("1");
    of_the_block("1");
    only_read("1");
    elsewhere(&(int){0}, "1");
    nothing_can_panic(1);
    panics_in_the_catch("1");
    return 0;
}
