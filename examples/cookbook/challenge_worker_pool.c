// SPDX-License-Identifier: MIT
// Question: write a worker pool with a bounded queue, errors, and a way to stop (go_workers is the finished one).
// Answer:   a channel of jobs with room for what may wait, n goroutines that range over it, a channel of results. Closing
//           the jobs stops the workers; the last one's end closes the results.
// Watch:    three ends must meet: who submits closes the jobs, who waits for the workers closes the results, who
//           collects reads until that.
#include <gofer.h>
#include <stdio.h>

struct job {
    int id, number;
};

struct result {
    int id, value, err;
};

struct pool {
    chan(struct job) jobs;
    chan(struct result) results;
    go_waitgroup workers;
};

static struct result run(struct job j)
{
    if (j.number < 0)
        return (struct result){j.id, 0, -EDOM};
    int root = 0;
    while ((root + 1) * (root + 1) <= j.number)
        root++;
    return (struct result){j.id, root, 0};
}

static void work(struct pool *p)
{
    chan_range(j, p->jobs) {
        chan_send(p->results, run(j));
    }
}

static void close_results(struct pool *p)
{
    go_waitgroup_wait(&p->workers);
    chan_close(p->results);
}

static void submit_all(struct pool *p, const int *numbers, int n)
{
    for (int i = 0; i < n; i++)
        chan_send(p->jobs, (struct job){i, numbers[i]}); // waits while the queue is full
    chan_close(p->jobs);
}

int main(void)
{
    static const int numbers[] = {16, 17, -4, 100, 99, 0};
    enum { N = sizeof numbers / sizeof numbers[0] };
    struct pool p = {.jobs = chan_make(struct job, 2), .results = chan_make(struct result)};
    for (int i = 0; i < 3; i++)
        go_waitgroup_go(&p.workers, work, &p);
    go(submit_all, &p, numbers, N);
    go(close_results, &p);

    struct result in_order[N];
    chan_range(r, p.results) {
        in_order[r.id] = r; // they come in any order
    }
    for (int i = 0; i < N; i++) {
        if (in_order[i].err)
            printf("job %d: %s\n", i, go_strerror(in_order[i].err));
        else
            printf("job %d: %d\n", i, in_order[i].value);
    }
    chan_free(p.jobs);
    chan_free(p.results);
    return 0;
}
