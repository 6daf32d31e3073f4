// SPDX-License-Identifier: MIT
// Each goroutine gets the address of the loop's variable and reads it while the loop goes on counting: the commonest
// race of Uber's study, from captured loop variables. Fixed: the value is the argument.
#include <gofer.h>

#ifdef FIXED
static void use(int i, int *slot)
{
    *slot = i;
}
#else
static void use(const int *i, int *slot)
{
    *slot = *i;
}
#endif

int main(void)
{
    int slots[4];
    go_waitgroup wg = {0};
    for (int i = 0; i < 4; i++) {
#ifdef FIXED
        go_waitgroup_go(&wg, use, i, &slots[i]);
#else
        go_waitgroup_go(&wg, use, &i, &slots[i]);
#endif
        go_yield();
    }
    go_waitgroup_wait(&wg);
    return 0;
}
