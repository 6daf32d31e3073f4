// SPDX-License-Identifier: MIT
// A stampede on a cache that has just expired: a hundred goroutines want the same report at the same time, and it is
// computed once.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { CALLERS = 100 };

static go_singleflight reports;
static atomic_int computed, served, asking;

static int compute(void **result, int year)
{
    atomic_fetch_add(&computed, 1);
    while (atomic_load(&asking) < CALLERS) // as slow as it takes all others to ask
        go_sleep(GO_MILLISECOND);
    go_sleep(10 * GO_MILLISECOND);
    static char report[64];
    snprintf(report, sizeof report, "the report of %d", year);
    *result = report;
    return 0;
}

static void ask(void)
{
    void *report;
    bool shared;
    atomic_fetch_add(&asking, 1);
    if (go_singleflight_do(&reports, "2009", &report, &shared, compute, 2009) == 0)
        atomic_fetch_add(&served, 1);
}

int main(void)
{
    go_waitgroup wg = {0};
    for (int i = 0; i < CALLERS; i++)
        go_waitgroup_go(&wg, ask);
    go_waitgroup_wait(&wg);
    printf("%d callers were served\n", atomic_load(&served));
    printf("few computations: %s\n", atomic_load(&computed) < 5 ? "yes" : "no");
    go_singleflight_free(&reports);
    return 0;
}
