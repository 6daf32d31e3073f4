// SPDX-License-Identifier: MIT
// Question: how do I use a channel without ever waiting?
// Answer:   chan_try_send and chan_try_recv, or a select with case_default, which does the same for several channels.
// Watch:    decide what happens to a value that found no room: dropping it silently is a bug in waiting. And do not poll
//           in a loop: that burns a processor to wait.
#include <gofer.h>
#include <stdio.h>

struct log {
    chan(int) lines;
    int dropped;
};

static void write_line(struct log *l, int line)
{
    if (!chan_try_send(l->lines, line))
        l->dropped++; // the caller goes on, and somebody will be told
}

int main(void)
{
    struct log l = {.lines = chan_make(int, 3)};
    for (int i = 1; i <= 5; i++)
        write_line(&l, i);

    int line;
    while (chan_try_recv(l.lines, &line) == GO_OK)
        printf("line %d\n", line);
    printf("%d dropped\n", l.dropped);

    go_select {
        case_recv(l.lines, &line) {
            printf("line %d\n", line);
        }
        case_send(l.lines, 6) {
            printf("nothing to read, but room to write\n");
        }
        case_default {
            printf("neither\n");
        }
    }
    chan_free(l.lines);
    return 0;
}
