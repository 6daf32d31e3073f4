// SPDX-License-Identifier: MIT
// Three replicas are asked, the first answer wins, and the winner's slot is read while the others may still write
// theirs to the same place. Fixed: each answer travels in the channel.
#include "observe.h"

#include <gofer.h>

static int answer;

static void ask(int replica, chan(int) answers)
{
#ifdef FIXED
    chan_send(answers, replica);
#else
    answer = replica;
    chan_send(answers, 0);
#endif
}

int main(void)
{
    chan(int) answers = chan_make(int, 3);
    for (int i = 0; i < 3; i++)
        go(ask, i, answers);
    int got = chan_recv(answers);
#ifndef FIXED
    got = answer;
#endif
    OBSERVE(got);
    OBSERVE(answer);
    go_sleep(5 * GO_MILLISECOND);
    return 0;
}
