// SPDX-License-Identifier: MIT
// Errors are values: 0 or a negative errno travels in the result, next to what went right. The
// first error closes `cancel`, which every goroutine watches in its select, so the others stop
// early; the collector still hears from each of them and frees the channels when nobody can use
// them any more.
#include <errno.h>
#include <gofer.h>
#include <stdio.h>
#include <string.h>

struct reply {
    const char *host;
    int err;
};

// Stands for work that takes its time and may fail.
static int fetch(go_duration delay, int err, recv_chan(go_unit) cancel)
{
    go_select {
        case_timeout(delay) {
            return err;
        }
        case_recv(cancel) {
            return -ECANCELED;
        }
    }
    return 0;
}

static void ask(const char *host, go_duration delay, int err, recv_chan(go_unit) cancel,
                send_chan(struct reply) replies)
{
    chan_send(replies, (struct reply){host, fetch(delay, err, cancel)});
}

int main(void)
{
    chan(go_unit) cancel = chan_make(go_unit);
    chan(struct reply) replies = chan_make(struct reply);
    go(ask, "quick", 0, 0, cancel, replies);
    go(ask, "broken", 200 * GO_MILLISECOND, -ECONNREFUSED, cancel, replies);
    go(ask, "slow", GO_HOUR, 0, cancel, replies);

    int first = 0;
    for (int i = 0; i < 3; i++) {
        struct reply r = chan_recv(replies);
        printf("%s: %s\n", r.host, r.err ? strerror(-r.err) : "done");
        if (r.err && !first) {
            first = r.err;
            chan_close(cancel);
        }
    }
    printf("result: %s\n", strerror(-first));
    chan_free(cancel);
    chan_free(replies);
    return 0;
}
