// SPDX-License-Identifier: MIT
// A pool: as many workers as processors take jobs from one channel and send results on another. The
// jobs' channel has no buffer, so the one who hands out work goes no faster than it is done; a
// goroutine that waits for all workers closes the results. Results come in any order, so each says
// which job it belongs to.
#include <gofer.h>
#include <stdio.h>

struct result {
    int start;
    int steps;
};

// How many steps of n -> n/2 or 3n+1 lead from start to 1.
static int collatz(int start)
{
    int steps = 0;
    for (long n = start; n != 1; steps++)
        n = n % 2 ? 3 * n + 1 : n / 2;
    return steps;
}

static void work(recv_chan(int) jobs, send_chan(struct result) results)
{
    chan_range(start, jobs) {
        chan_send(results, (struct result){start, collatz(start)});
    }
}

static void hand_out(int n, send_chan(int) jobs)
{
    for (int start = 1; start <= n; start++)
        chan_send(jobs, start);
    chan_close(jobs);
}

static void close_after(go_waitgroup *workers, send_chan(struct result) results)
{
    go_waitgroup_wait(workers);
    chan_close(results);
}

int main(void)
{
    enum { JOBS = 10000 };
    chan(int) jobs = chan_make(int);
    chan(struct result) results = chan_make(struct result, 64);
    go_waitgroup workers = {0};
    for (int i = 0; i < go_maxprocs(0); i++)
        go_waitgroup_go(&workers, work, jobs, results);
    go(hand_out, JOBS, jobs);
    go(close_after, &workers, results);

    struct result longest = {0};
    int count = 0;
    chan_range(r, results) {
        count++;
        if (r.steps > longest.steps)
            longest = r;
    }
    printf("%d results; the longest way is from %d: %d steps\n", count, longest.start,
           longest.steps);
    chan_free(jobs);
    chan_free(results);
    return 0;
}
