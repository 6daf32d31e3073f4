// SPDX-License-Identifier: MIT
// Question: what does each channel operation do on a NULL, a closed and an open channel?
// Answer:   the table that this program prints. Every cell is tried, none is written down by hand.
// Watch:    NULL blocks for ever, which is useful in a select; a closed channel never blocks a receiver; the panics are
//           bugs of the program, and worth their noise.
#include <gofer.h>
#include <stdio.h>

enum operation { SEND, RECEIVE, CLOSE, LEN, CAP, OPERATIONS };
static const char *const names[] = {"send", "receive", "close", "len", "cap"};

// What the operation does; a select with a default stands for "would it block".
static const char *result_of(enum operation op, chan(int) ch)
{
    static char text[64];
    int v = -1;
    bool ok = false;
    switch (op) {
    case SEND:
        return chan_try_send(ch, 7) ? "goes through" : "blocks";
    case RECEIVE:
        go_select {
            case_recv(ch, &v, &ok) {
                snprintf(text, sizeof text, "%d, %s", v, ok ? "ok" : "not ok");
                return text;
            }
            case_default {
                return "blocks";
            }
        }
        return "";
    case CLOSE:
        chan_close(ch);
        return "closes";
    case LEN:
        snprintf(text, sizeof text, "%zu", chan_len(ch));
        return text;
    default:
        snprintf(text, sizeof text, "%zu", chan_cap(ch));
        return text;
    }
}

// A channel for two values with so many in it.
static chan(int) filled(int n, bool closed)
{
    chan(int) ch = chan_make(int, 2);
    for (int i = 0; i < n; i++)
        chan_send(ch, 5);
    if (closed)
        chan_close(ch);
    return ch;
}

static void print_cell(enum operation op, const char *state, chan(int) ch)
{
    go_try {
        const char *result = result_of(op, ch);
        printf("%-8s %-22s %s\n", names[op], state, result);
    }
    go_catch(p) {
        printf("%-8s %-22s panics: %s\n", names[op], state, p->message);
    }
    chan_free(ch);
}

int main(void)
{
    for (int i = 0; i < OPERATIONS; i++) {
        enum operation op = (enum operation)i;
        print_cell(op, "NULL", NULL);
        print_cell(op, "open, empty", filled(0, false));
        print_cell(op, "open, full", filled(2, false));
        print_cell(op, "closed, one value left", filled(1, true));
        print_cell(op, "closed, drained", filled(0, true));
    }
    return 0;
}
