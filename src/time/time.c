// SPDX-License-Identifier: MIT
// The clock, and arithmetic with its moments. A moment holds both clocks, read one after the other, so that durations
// between moments of this process are exact whatever is done to the wall clock meanwhile. Sums and differences that
// do not fit stop at the ends of the range, as in Go.
#include "base/saturate.h"
#include "time/moment.h"

go_time go_now(void)
{
    return (go_time){.wall = gf_os_wall(), .monotonic = gf_os_now()};
}

go_time go_time_add(go_time t, go_duration d)
{
    t.wall = gf_add_saturated(t.wall, d);
    // A moment on the monotonic clock that would be 0 or less, or the end of time, is kept apart from "not known".
    if (t.monotonic)
        t.monotonic = gf_add_saturated(t.monotonic, d);
    return t;
}

go_duration go_time_sub(go_time a, go_time b)
{
    if (a.monotonic && b.monotonic)
        return gf_subtract_saturated(a.monotonic, b.monotonic);
    return gf_subtract_saturated(a.wall, b.wall);
}

go_duration go_since(go_time t)
{
    if (t.monotonic)
        return gf_subtract_saturated(gf_os_now(), t.monotonic);
    return gf_subtract_saturated(gf_os_wall(), t.wall);
}

go_duration go_until(go_time t)
{
    return gf_subtract_saturated(0, go_since(t));
}
