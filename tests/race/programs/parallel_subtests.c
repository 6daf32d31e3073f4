// SPDX-License-Identifier: MIT
// Table-driven cases run in parallel and share a fixture that each of them sets up for itself: Uber's study names
// parallel tests as a class of their own. Fixed: a fixture for each.
#include <gofer.h>

struct fixture {
    int input, output;
};

static void test(struct fixture *f, int input)
{
    f->input = input;
    f->output = 2 * f->input;
}

int main(void)
{
    struct fixture shared[3];
    go_waitgroup wg = {0};
    for (int i = 0; i < 3; i++) {
#ifdef FIXED
        go_waitgroup_go(&wg, test, &shared[i], i);
#else
        go_waitgroup_go(&wg, test, &shared[0], i);
#endif
    }
    go_waitgroup_wait(&wg);
    return 0;
}
