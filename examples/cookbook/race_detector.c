// SPDX-License-Identifier: MIT
// Question: what does the race detector see, and what does it not?
// Answer:   it sees accesses that nothing orders, whether or not anything went wrong this time: what counts is the order that
//           channels, locks, wait groups and the like make, not that of the clock. And it sees what runs, nothing else:
//
//               ./gofer run -race race_detector.c by_luck    a report, and status 66: the sleep is always long enough, so the
//                                                            answer is always right, and still nothing orders it
//               ./gofer run -race race_detector.c            no report, though the racy branch is in the program: it was not
//                                                            taken
//
// Watch:    so let your tests run with it (`gofer test -race`), and take each way through the program. It costs some times the
//           time and the memory, so production runs without. What it reports is a race; what it does not report may be one.
#include <gofer.h>
#include <stdio.h>
#include <string.h>

static int answer;

static void find_answer(send_chan(go_unit) found)
{
    answer = 42;
    chan_send(found, GO_UNIT);
}

static int ask(bool by_luck)
{
    chan(go_unit) found = chan_make(go_unit);
    int got;
    go(find_answer, found);
    if (by_luck) {
        go_sleep(20 * GO_MILLISECOND);
        got = answer; // it is there by now, and this is a race
        chan_recv(found);
    } else {
        chan_recv(found); // comes after the send, which comes after the answer
        got = answer;
    }
    chan_free(found);
    return got;
}

int main(int argc, char **argv)
{
    printf("the answer is %d\n", ask(argc > 1 && strcmp(argv[1], "by_luck") == 0));
    return 0;
}
