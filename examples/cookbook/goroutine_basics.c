// SPDX-License-Identifier: MIT
// Question: how do I run a function at the same time as the rest of my program?
// Answer:   go(f, args…) starts it in a goroutine of its own and goes on at once. The arguments are evaluated at that
//           moment and checked as in a call. A goroutine costs a few hundred bytes until it runs, so start thousands.
// Watch:    the order in which goroutines run is nobody's promise; what must be ordered needs a channel or a lock.
#include <gofer.h>
#include <stdio.h>

static void square(int n, int *result, go_waitgroup *done)
{
    *result = n * n;
    go_waitgroup_done(done);
}

int main(void)
{
    enum { N = 5 };
    int results[N];
    go_waitgroup done = {0};
    for (int i = 0; i < N; i++) {
        go_waitgroup_add(&done, 1);
        go(square, i, &results[i], &done); // i is copied now: each goroutine has its own
    }
    go_waitgroup_wait(&done); // from here on the results may be read
    for (int i = 0; i < N; i++)
        printf("%d squared is %d\n", i, results[i]);
    return 0;
}
