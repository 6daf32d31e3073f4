// SPDX-License-Identifier: MIT
// Question: how do I give up waiting after a while?
// Answer:   case_timeout(d) in the select. It needs no channel and no allocation, and nothing is left behind when
//           another case wins.
// Watch:    giving up does not stop the other side. It must be able to finish: a buffer of one takes the late answer,
//           so its goroutine does not leak; a context can tell it to stop.
#include <gofer.h>
#include <stdio.h>

static void answer_after(go_duration d, chan(int) answers)
{
    go_sleep(d);
    chan_send(answers, 42); // there is room for one: never blocks
    chan_free(answers);     // its own reference
}

static void ask(const char *who, go_duration needs, go_duration limit, go_waitgroup *answering)
{
    chan(int) answers = chan_make(int, 1);
    go_waitgroup_go(answering, answer_after, needs, chan_ref(answers));
    int answer;
    go_select {
        case_recv(answers, &answer) {
            printf("%s: %d\n", who, answer);
        }
        case_timeout(limit) {
            printf("%s: timed out\n", who);
        }
    }
    chan_free(answers);
}

int main(void)
{
    go_waitgroup answering = {0};
    ask("quick", 0, GO_MINUTE, &answering);
    ask("slow", 300 * GO_MILLISECOND, 10 * GO_MILLISECOND, &answering);
    go_waitgroup_wait(&answering); // the late one could send, and nothing has leaked
    return 0;
}
