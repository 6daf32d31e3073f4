// SPDX-License-Identifier: MIT
// Question: what does the number of processors change, and how do I set it?
// Answer:   GOFER_MAXPROCS in the environment or go_maxprocs(n): so many goroutines run at the same instant. Computing
//           gains up to the cores that there are; waiting gains nothing, for it needs no processor.
// Watch:    the default honours the affinity mask and the container's limit. More processors than cores only compete.
//           The measured times go to stderr.
#include <gofer.h>
#include <stdio.h>

static void compute(unsigned seed, unsigned *result)
{
    for (int i = 0; i < 2000000; i++)
        seed = seed * 1664525 + 1013904223;
    *result = seed;
}

static void wait_a_little(void)
{
    go_sleep(20 * GO_MILLISECOND);
}

static unsigned compute_all(void)
{
    enum { N = 8 };
    unsigned results[N], sum = 0;
    go_waitgroup wg = {0};
    for (unsigned i = 0; i < N; i++)
        go_waitgroup_go(&wg, compute, i, &results[i]);
    go_waitgroup_wait(&wg);
    for (int i = 0; i < N; i++)
        sum += results[i];
    return sum;
}

static void wait_all(int n)
{
    go_waitgroup wg = {0};
    for (int i = 0; i < n; i++)
        go_waitgroup_go(&wg, wait_a_little);
    go_waitgroup_wait(&wg);
}

int main(void)
{
    int before = go_maxprocs(0); // only asks
    unsigned sums[2];
    for (int procs = 1; procs <= 2; procs++) {
        go_maxprocs(procs);
        go_time begin = go_now();
        sums[procs - 1] = compute_all();
        fprintf(stderr, "%d: computing took %.1f ms\n", procs, (double)go_since(begin) / 1e6);
    }
    printf("same result: %s\n", sums[0] == sums[1] ? "yes" : "no");
    go_maxprocs(1);
    go_time begin = go_now();
    wait_all(1000);
    printf("1000 waits of 20 ms on one processor took under 5 s: %s\n",
           go_since(begin) < 5 * GO_SECOND ? "yes" : "no");
    go_maxprocs(before);
    return 0;
}
