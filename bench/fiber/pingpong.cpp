// SPDX-License-Identifier: MIT
// As ../pingpong.c, with two fibers and two unbuffered channels.
#include "../figures.h"

#include <boost/fiber/all.hpp>

using channel = boost::fibers::unbuffered_channel<long>;

static void pingpong(long n)
{
    channel ping, pong;
    boost::fibers::fiber peer(boost::fibers::launch::post, [&] {
        for (long v : ping)
            pong.push(v);
    });
    for (long i = 0; i < n; i++) {
        ping.push(i);
        bench_check(pong.value_pop() == i, "wrong answer");
    }
    ping.close();
    peer.join();
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1) / 5, pingpong);
    return 0;
}
