// SPDX-License-Identifier: MIT
// Question: the number of goroutines only grows. How do I see a leak, find it, and fix it?
// Answer:   see it: go_num_goroutine. Find it: with GOFER_DEBUG=leak=1 in the environment the program reports at its end
//           every goroutine that can never wake, with the line where it waits and who started it, and exits with status
//           3. go_leak_report does so at any time. Fix it: make sure that each goroutine can end.
// Watch:    the usual cause is this one: the receiver gave up, and the sender waits for ever. Room for one value is
//           enough.
// expect-status: 3
// no-tsan: a conservative search finds the channels in the sanitizer's own records
// no-preload: and in jemalloc's, whose cache of a thread still names the blocks that it has handed out
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>

static void answer(chan(int) answers)
{
    chan_send(answers, 42);
    chan_free(answers);
}

// Starts a goroutine that answers, and does not wait for it.
static void ask_and_give_up(size_t room)
{
    chan(int) answers = chan_make(int, room);
    go(answer, chan_ref(answers));
    chan_free(answers);
}

static int settled(int expected)
{
    for (int i = 0; i < 1000 && go_num_goroutine() != expected; i++)
        go_sleep(GO_MILLISECOND);
    return go_num_goroutine();
}

int main(void)
{
    setenv("GOFER_DEBUG", "leak=1", 1); // instead of the shell, before the first call into gofer
    printf("before: %d\n", settled(1));
    for (int i = 0; i < 3; i++)
        ask_and_give_up(1);
    printf("fixed:  %d\n", settled(1));
    for (int i = 0; i < 3; i++)
        ask_and_give_up(0); // the mistake
    printf("leaked: %d\n", settled(4));
    return 0; // the report comes now, on stderr
}
