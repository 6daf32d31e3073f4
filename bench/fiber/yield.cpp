// SPDX-License-Identifier: MIT
// As ../yield.c, with fibers.
#include "../figures.h"

#include <boost/fiber/all.hpp>
#include <vector>

static void yield(long n, long fibers)
{
    std::vector<boost::fibers::fiber> all;
    for (long i = 0; i < fibers; i++)
        all.emplace_back(boost::fibers::launch::post, [n, fibers] {
            for (long k = 0; k < n / fibers; k++)
                boost::this_fiber::yield();
        });
    for (auto &f : all)
        f.join();
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1), yield, bench_arg(argc, argv, 2));
    return 0;
}
