// SPDX-License-Identifier: MIT
// A select over as many channels as there happen to be: a case may stand in a loop, for a select's
// body is ordinary code that runs once to collect the cases. Setting a channel to NULL takes it
// out, for a NULL channel is never ready; here that happens to each input as it is closed, until
// none is left.
#include <gofer.h>
#include <stdio.h>

enum { INPUTS = 5, EACH = 100 };

static void produce(int value, send_chan(int) out)
{
    for (int i = 0; i < EACH; i++)
        chan_send(out, value);
    chan_close(out);
}

// Receives from whichever input is ready; returns how many were closed by that.
static int take(chan(int) inputs[INPUTS], long *sum)
{
    int value;
    bool ok;
    go_select {
        for (int i = 0; i < INPUTS; i++) {
            case_recv(inputs[i], &value, &ok) {
                if (ok) {
                    *sum += value;
                    return 0;
                }
                chan_free(inputs[i]);
                inputs[i] = NULL;
                return 1;
            }
        }
    }
    return 0;
}

int main(void)
{
    chan(int) inputs[INPUTS];
    for (int i = 0; i < INPUTS; i++) {
        inputs[i] = chan_make(int);
        go(produce, i + 1, inputs[i]);
    }
    long sum = 0;
    for (int open = INPUTS; open > 0;)
        open -= take(inputs, &sum);
    printf("sum of all inputs: %ld\n", sum);
    return 0;
}
