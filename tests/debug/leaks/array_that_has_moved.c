// SPDX-License-Identifier: MIT
// Channels in an array that has grown again and again, so that copies of it lie in freed blocks and in the vector registers
// that moved them, which a thread inherits from who starts it. The array is freed, and the channels are forgotten.
// leaks: 3
#include <gofer.h>
#include <stdlib.h>

enum { CHANNELS = 40 };

static void receive(chan(int) c)
{
    chan_recv(c);
}

static __attribute__((noinline)) void plant(void)
{
    chan(int) *all = NULL;
    for (int i = 0; i < CHANNELS; i++) {
        all = realloc(all, (size_t)(i + 1) * sizeof *all);
        all[i] = chan_make(int);
        void *volatile neighbour = malloc(50); // so that the array has to move
        (void)neighbour;
    }
    for (int i = 0; i < 3; i++)
        go(receive, all[i * 10]);
    go_sleep(GO_MILLISECOND);
#ifdef FIXED
    for (int i = 0; i < CHANNELS; i++)
        chan_close(all[i]);
#endif
    free(all);
}

static __attribute__((noinline)) void overwrite_dead_frames(void)
{
    volatile char space[8192] = {0};
    (void)space[100];
}

int main(void)
{
    plant();
    overwrite_dead_frames();
    go_sleep(GO_MILLISECOND);
    return 0;
}
