// SPDX-License-Identifier: MIT
// A computation in steps: four goroutines smooth a row of numbers, each its own part, and meet after every step, for the
// next one needs the others' results.
#include <gofer.h>
#include <stdio.h>

enum { WORKERS = 4, CELLS = 32, STEPS = 50 };

static double row[2][CELLS];

static void smooth(go_barrier *barrier, int worker)
{
    int first = worker * CELLS / WORKERS, end = (worker + 1) * CELLS / WORKERS;
    for (int step = 0; step < STEPS; step++) {
        const double *from = row[step % 2];
        double *to = row[1 - step % 2];
        for (int i = first; i < end; i++)
            to[i] = (from[(i + CELLS - 1) % CELLS] + 2 * from[i] + from[(i + 1) % CELLS]) / 4;
        go_barrier_wait(barrier);
    }
}

int main(void)
{
    go_barrier *barrier = go_barrier_new(WORKERS);
    go_waitgroup wg = {0};
    row[0][CELLS / 2] = 1000;
    for (int i = 0; i < WORKERS; i++)
        go_waitgroup_go(&wg, smooth, barrier, i);
    go_waitgroup_wait(&wg);
    for (int i = CELLS / 2 - 3; i <= CELLS / 2 + 3; i++)
        printf("%.1f ", row[STEPS % 2][i]);
    printf("\n");
    go_barrier_free(barrier);
    return 0;
}
