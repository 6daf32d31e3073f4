// SPDX-License-Identifier: MIT
// Every keyword macro inside every other, to be compiled at several levels by the nested_*.c files: none of
// it may bring a warning at -Wall -Wextra -Wshadow, neither for a name that shadows another, nor for a
// variable unused or perhaps uninitialised, nor for a dangling else.
#ifndef GOFER_TESTS_NESTED_H
#define GOFER_TESTS_NESTED_H

#include <gofer.h>

void work(int a, double b, const char *c);
int number(int n);
void release(void *p);
go_waitgroup *group(void);

void select_in_select(chan(int) a, chan(int) b, send_chan(long) c);
void select_in_select(chan(int) a, chan(int) b, send_chan(long) c)
{
    int v;
    bool ok;
    go_select {
        case_recv(a, &v, &ok) {
            go_select {
                case_recv(b, &v) {
                    go_select {
                        case_send(c, v) {}
                        case_timeout(GO_SECOND) {}
                    }
                }
                case_send(c, 1) {}
                case_default {}
            }
        }
        case_recv(b) {}
        case_send(c, chan_recv(a) + chan_recv(b)) {}
        case_timeout(chan_recv(a)) {}
    }
}

void select_of_many(chan(int) * c, int n, bool with_default);
void select_of_many(chan(int) * c, int n, bool with_default)
{
    int v = 0;
    go_select {
        for (int i = 0; i < n; i++)
            case_recv(c[i], &v) {
                if (v)
                    break;
            }
        if (with_default)
            case_default {}
    }
}

int select_with_roads_out(chan(int) c);
int select_with_roads_out(chan(int) c)
{
    for (;;) {
        int v;
        go_select {
            case_recv(c, &v) {
                if (v == 1)
                    return v;
                if (v == 2)
                    goto out;
            }
            case_send(c, 5) {
                defer(number, 1);
                continue;
            }
        }
    }
out:
    return 0;
}

void try_in_catch(void);
void try_in_catch(void)
{
    go_try {
        go_try {
            go_panic("a");
        }
        go_catch(p) {
            go_panic("%s", p->message);
        }
    }
    go_catch(p) {
        go_try {
            number(p->runtime_error);
        }
        go_catch(q) {
            go_try {
                go_panic_value(q->value);
            }
            go_catch(r) {
                number(r->runtime_error);
            }
        }
    }
}

int try_with_roads_out(int n);
int try_with_roads_out(int n)
{
    for (int i = 0; i < n; i++) {
        go_try {
            if (i == 1)
                break;
            if (i == 2)
                continue;
            if (i == 3)
                goto out;
            if (i == 4)
                return 4;
        }
        go_catch(p) {
            if (p->runtime_error)
                return 5;
            goto out;
        }
    }
out:
    return 0;
}

int try_without_braces(int n);
int try_without_braces(int n)
{
    if (n)
        go_try {
            number(n);
        }
    go_catch(p) {
        number(p->runtime_error);
    } else
        n = 2;
    return n;
}

void defers(void *p, int n);
void defers(void *p, int n)
{
    defer(release, p);
    for (int i = 0; i < n; i++) {
        defer(number, i);
        while (number(i)) {
            defer(work, i, i, "x");
            if (i == 3)
                break;
        }
    }
    // clang-format off
    defer(number, 1); defer(number, 2); { defer(number, 3); }
    // clang-format on
    switch (n) {
    case 1: {
        defer(number, 1);
        break;
    }
    default: {
        defer(number, 2);
    }
    }
    go_try {
        defer(release, p);
    }
    go_catch(q) {
        defer(number, q->runtime_error);
    }
}

void ranges(chan(chan(int)) outer, chan(int) out);
void ranges(chan(chan(int)) outer, chan(int) out)
{
    chan_range(c, outer) {
        chan_range(v, c) {
            if (v == 1)
                continue;
            if (v == 2)
                break;
            chan_send(out, v + chan_recv(c));
        }
        chan_range(v, c)
            chan_send(out, v);
    }
    if (out)
        chan_range(v, out)
            number(v);
    else
        number(0);
}

int spawn_inside_an_argument(chan(int) c);
int spawn_inside_an_argument(chan(int) c)
{
    go(number, chan_recv(c));
    return chan_recv(c) + chan_recv(c);
}

void arguments(chan(int) c, chan(chan(int)) d);
void arguments(chan(int) c, chan(chan(int)) d)
{
    go(work, spawn_inside_an_argument(c), chan_recv(c), "x");
    go(work, go_blocking(number, go_blocking(number, chan_recv(c))), 1, "x");
    go(work, chan_try_send(c, chan_recv(c)), chan_recv(chan_recv(d)), NULL);
    go_with(GO_ATTR(.name = "n", .stack_size = 1 << 20), number, chan_recv(c, NULL));
    go_waitgroup_go(group(), work, chan_recv(c), 2, "x");
    defer(work, chan_recv(c), chan_recv(c), "x");
    chan_send(c, go_blocking(number, 1));
    chan_send(chan_recv(d), chan_recv(c));
    int v;
    if (chan_recv(c, &v))
        chan_send(c, v);
    else
        chan_close(c);
    if (chan_try_recv(c, &v) == GO_OK && chan_try_send(c, v))
        number(chan_len(c) > chan_cap(c));
    while (chan_recv(c, &v) && chan_recv(c, NULL))
        number(v);
}

struct point {
    int x, y;
};

void compound_literals(chan(struct point) c);
void compound_literals(chan(struct point) c)
{
    struct point p = {0, 0};
    chan_send(c, (struct point){1, 2});
    chan_try_send(c, (struct point){.x = 1, .y = 2});
    go_select {
        case_send(c, (struct point){3, 4}) {}
        case_recv(c, &p) {}
    }
    number(p.x);
}

void protected(void *p);
void protected(void *p)
{
    go_panic_info *info = go_protect(work, 1, 2, "x");
    if (info)
        go_panic_free(info);
    info = go_protect(release, p);
    go_panic_free(info);
    go_safe(number, 1);
    go_panic_info *nested = go_protect(number, go_blocking(number, 2));
    go_panic_free(nested);
}

void everything(chan(int) c, chan(chan(int)) d);
void everything(chan(int) c, chan(chan(int)) d)
{
    defer(number, 1);
    chan_range(e, d) {
        go_try {
            defer(number, 2);
            go_select {
                case_recv(e) {
                    go(number, 1);
                    chan_range(v, c) {
                        defer(number, v);
                        go_select {
                            case_send(e, v) {
                                go_try {
                                    go_panic("x");
                                }
                                go_catch(p) {
                                    number(p->runtime_error);
                                }
                            }
                            case_default {}
                        }
                    }
                }
                case_timeout(GO_MILLISECOND) {}
            }
        }
        go_catch(p) {
            go_select {
                case_send(c, p->runtime_error) {}
                case_default {}
            }
        }
    }
}

#endif
