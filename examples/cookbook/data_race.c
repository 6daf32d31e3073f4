// SPDX-License-Identifier: MIT
// Question: what is a data race, and how do I find one?
// Answer:   two goroutines touch the same variable at the same time, at least one writes, and nothing orders them. The
//           program may work for years. `GOFER_MAXPROCS=1 ./gofer run -race data_race.c racy` finds it at the first try,
//           and ends with status 66:
//
//               ==================
//               WARNING: DATA RACE
//               Read at … by goroutine 2:
//                 count_racily()
//                     data_race.c:42
//
//               Previous write at … by goroutine 3:
//                 count_racily()
//                     data_race.c:43
//
//               Goroutine 2 (running) created at:
//                 run_racily()
//                     data_race.c:56
//                 main()
//                     data_race.c:75
//
//               Goroutine 3 (finished) created at:
//                 run_racily()
//                     data_race.c:57
//                 main()
//                     data_race.c:75
//               ==================
//               Found 1 data race(s)
//
// Watch:    "it is only a counter" and "it is only read" are no excuses: the compiler may keep the variable in a register,
//           and the processors their caches. Use a lock, an atomic or a channel. Without an argument this program does.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { TIMES = 1000 };

static void count_racily(int *n)
{
    for (int i = 0; i < TIMES; i++)
        ++*n; // load, add, store: two goroutines lose additions here
}

static void count_atomically(atomic_int *n)
{
    for (int i = 0; i < TIMES; i++)
        atomic_fetch_add(n, 1);
}

static int run_racily(void)
{
    int n = 0;
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, count_racily, &n);
    go_waitgroup_go(&wg, count_racily, &n);
    go_waitgroup_wait(&wg);
    return n;
}

static int run_safely(void)
{
    atomic_int n = 0;
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, count_atomically, &n);
    go_waitgroup_go(&wg, count_atomically, &n);
    go_waitgroup_wait(&wg);
    return n;
}

int main(int argc, char **argv)
{
    bool racy = argc > 1 && strcmp(argv[1], "racy") == 0;
    printf("%d of %d\n", racy ? run_racily() : run_safely(), 2 * TIMES);
    return 0;
}
