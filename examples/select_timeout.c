// SPDX-License-Identifier: MIT
// Waiting for whatever comes first. go_select parks the goroutine until one of its cases can go
// ahead, runs exactly that case, and takes its place in all other queues back; among several that
// could, it picks one at random. A timeout is a case like any other, and so is "nothing is ready
// right now".
#include <gofer.h>
#include <stdio.h>

static void answer_after(go_duration delay, const char *text, send_chan(const char *) out)
{
    go_sleep(delay);
    chan_send(out, text);
}

static void wait_for(recv_chan(const char *) answers, go_duration patience)
{
    const char *text;
    go_select {
        case_recv(answers, &text) {
            printf("answer: %s\n", text);
        }
        case_timeout(patience) {
            printf("no answer in %d ms\n", (int)(patience / GO_MILLISECOND));
        }
    }
}

static void look(recv_chan(const char *) answers)
{
    go_select {
        case_recv(answers) {
            puts("an answer is there");
        }
        case_default {
            puts("nothing there yet");
        }
    }
}

int main(void)
{
    // Room for one answer: who answers too late need not wait for anybody to listen.
    chan(const char *) fast = chan_make(const char *, 1), slow = chan_make(const char *, 1);
    look(fast);
    go(answer_after, GO_MILLISECOND, "42", fast);
    go(answer_after, GO_HOUR, "never mind", chan_ref(slow));
    wait_for(fast, 10 * GO_SECOND);
    wait_for(slow, 20 * GO_MILLISECOND);
    chan_free(fast);
    chan_free(slow);
    return 0;
}
