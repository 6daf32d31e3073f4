// SPDX-License-Identifier: MIT
// The clock, and arithmetic with its moments. A moment holds both clocks, read one after the other, so that durations
// between moments of this process are exact whatever is done to the wall clock meanwhile. Sums and differences that
// do not fit stop at the ends of the range, as in Go.
#include "time/moment.h"

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return b > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

static int64_t subtract(int64_t a, int64_t b)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference))
        return a > b ? INT64_MAX : INT64_MIN;
    return difference;
}

go_time go_now(void)
{
    return (go_time){.wall = gf_os_wall(), .monotonic = gf_os_now()};
}

go_time go_time_add(go_time t, go_duration d)
{
    t.wall = add(t.wall, d);
    // A moment on the monotonic clock that would be 0 or less, or the end of time, is kept apart from "not known".
    if (t.monotonic)
        t.monotonic = add(t.monotonic, d);
    return t;
}

go_duration go_time_sub(go_time a, go_time b)
{
    if (a.monotonic && b.monotonic)
        return subtract(a.monotonic, b.monotonic);
    return subtract(a.wall, b.wall);
}

go_duration go_since(go_time t)
{
    if (t.monotonic)
        return subtract(gf_os_now(), t.monotonic);
    return subtract(gf_os_wall(), t.wall);
}

go_duration go_until(go_time t)
{
    return subtract(0, go_since(t));
}
