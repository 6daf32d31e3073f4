// SPDX-License-Identifier: MIT
// Question: how do I wait for whichever of several channels is ready first?
// Answer:   go_select runs exactly one of its cases, the first that can go ahead; if several can, each is equally likely.
//           case_default makes it not wait at all.
// Watch:    every channel and value in the cases is evaluated, ready or not. break leaves the select, not the loop
//           around it.
#include <gofer.h>
#include <stdio.h>

static void send_all(const char *const words[], send_chan(const char *) out,
                     send_chan(go_unit) done)
{
    for (int i = 0; words[i]; i++)
        chan_send(out, words[i]);
    chan_send(done, GO_UNIT);
}

int main(void)
{
    static const char *const fruits[] = {"apple", "pear", NULL}, *const tools[] = {"saw", NULL};
    chan(const char *) fruit = chan_make(const char *), tool = chan_make(const char *);
    chan(go_unit) done = chan_make(go_unit);
    go(send_all, fruits, fruit, done);
    go(send_all, tools, tool, done);

    int fruit_count = 0, tool_count = 0;
    for (int running = 2; running > 0;) {
        go_select {
            case_recv(fruit) {
                fruit_count++;
            }
            case_recv(tool) {
                tool_count++;
            }
            case_recv(done) {
                running--;
            }
        }
    }
    printf("%d fruits, %d tool\n", fruit_count, tool_count);

    go_select {
        case_recv(fruit) {
            printf("one more fruit\n");
        }
        case_default {
            printf("nothing more\n");
        }
    }
    chan_free(fruit);
    chan_free(tool);
    chan_free(done);
    return 0;
}
