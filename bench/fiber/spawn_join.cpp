// SPDX-License-Identifier: MIT
// As ../spawn_join.c, with a fiber that is queued, then joined.
#include "../figures.h"

#include <boost/fiber/all.hpp>

static void spawn_join(long n)
{
    for (long i = 0; i < n; i++)
        boost::fibers::fiber(boost::fibers::launch::post, [] {}).join();
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1) / 5, spawn_join);
    return 0;
}
