// SPDX-License-Identifier: MIT
// Question: how do I do something at most so many times a second?
// Answer:   go_limiter is a token bucket: `burst` at once, then so many a second. allow answers at once, wait blocks
//           until it is time, reserve says how long that will be.
// Watch:    a ticker does for one goroutine, but gives nothing back for idle time. With a deadline that comes too early,
//           wait fails at once and does not wait in vain.
#include <gofer.h>
#include <stdio.h>

int main(void)
{
    go_limiter *l = go_limiter_new(50, 3); // 50 a second, 3 at once
    int allowed = 0;
    go_time start = go_now();
    for (int i = 0; i < 10; i++)
        allowed += go_limiter_allow_n(l, start, 1); // all at the same moment
    printf("%d of 10 at once\n", allowed);

    go_reservation r = go_limiter_reserve_n(l, start, 1);
    printf("the next in %lld ms\n", (long long)(r.delay / GO_MILLISECOND));

    for (int i = 0; i < 3; i++)
        go_limiter_wait(l, NULL);
    printf("3 more took 80 ms at least: %s\n",
           go_since(start) >= 80 * GO_MILLISECOND ? "yes" : "no");

    go_limiter *slow = go_limiter_new(0.01, 1); // one in 100 seconds
    go_context *ctx = go_context_with_timeout(go_context_background(), GO_SECOND);
    go_limiter_allow(slow);
    printf("too slow for the deadline: %s\n", go_strerror(go_limiter_wait(slow, ctx)));
    go_context_free(ctx);
    go_limiter_free(slow);
    go_limiter_free(l);
    return 0;
}
