// SPDX-License-Identifier: MIT
// Question: how do I design a service that stays quick when it gets more than it can do?
// Answer:   a bounded queue in front of a fixed pool. What does not fit is refused at once (HTTP's 429) instead of
//           making everybody wait; every request has a deadline, and a job whose deadline is over is not begun.
// Watch:    an unbounded queue only hides the overload: it turns it into latency, and then into an out-of-memory kill.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

struct service {
    go_workers *pool;
    atomic_int served, expired;
};

static int handle(struct service *s, go_context *request, recv_chan(go_unit) backend)
{
    if (go_context_err(request)) // it waited too long: nobody wants the answer any more
        atomic_fetch_add(&s->expired, 1);
    else if (chan_recv(backend), true)
        atomic_fetch_add(&s->served, 1);
    go_context_free(request);
    return 0;
}

// Returns the HTTP status.
static int accept_request(struct service *s, recv_chan(go_unit) backend, go_duration patience)
{
    go_context *request = go_context_with_timeout(go_context_background(), patience);
    int err = go_workers_submit(s->pool, handle, s, request, backend);
    if (err)
        go_context_free(request);
    return err == 0 ? 202 : err == -EAGAIN ? 429 : 503;
}

int main(void)
{
    struct service s = {.pool = go_workers_new((go_workers_options){.workers = 2, .queue = 6})};
    chan(go_unit) backend = chan_make(go_unit); // answers when we let it
    int count[600] = {0};
    for (int i = 0; i < 20; i++) // a burst: 2 run, 2 + 4 wait, the rest is refused
        count[accept_request(&s, backend, i >= 2 && i < 4 ? 0 : GO_MINUTE)]++;
    printf("accepted %d, refused with 429: %d\n", count[202], count[429]);

    chan_close(backend); // the backend works again
    go_workers_shutdown(s.pool, NULL);
    printf("served %d, expired while waiting %d\n", s.served, s.expired);
    printf("after the shutdown: %d\n", accept_request(&s, backend, GO_MINUTE));
    go_workers_free(s.pool);
    chan_free(backend);
    return 0;
}
