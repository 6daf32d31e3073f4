// SPDX-License-Identifier: MIT
// As ../mutex.c, with fibers and their mutex.
#include "../figures.h"

#include <boost/fiber/all.hpp>
#include <vector>

static void lock_all(long n, long fibers)
{
    boost::fibers::mutex mu;
    long value = 0, each = n / fibers;
    std::vector<boost::fibers::fiber> all;
    for (long i = 0; i < fibers; i++)
        all.emplace_back(boost::fibers::launch::post, [&] {
            for (long k = 0; k < each; k++) {
                mu.lock();
                value++;
                mu.unlock();
            }
        });
    for (auto &f : all)
        f.join();
    bench_check(value == each * fibers, "wrong count");
}

int main(int argc, char **argv)
{
    bench_timed(bench_arg(argc, argv, 1) / 5, lock_all, bench_arg(argc, argv, 2));
    return 0;
}
