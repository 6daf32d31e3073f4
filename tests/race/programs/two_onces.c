// SPDX-License-Identifier: MIT
// Each user has a go_once of its own for the same initialisation, so it runs twice. Fixed: one go_once.
#include "observe.h"

#include <gofer.h>

static int table[4];

static void fill(void)
{
    for (int i = 0; i < 4; i++)
        table[i] = i;
}

static void use(go_once *once)
{
    go_once_do(once, fill);
    OBSERVE(table[2]);
}

int main(void)
{
    static go_once once[2];
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, use, &once[0]);
#ifdef FIXED
    go_waitgroup_go(&wg, use, &once[0]);
#else
    go_waitgroup_go(&wg, use, &once[1]);
#endif
    go_waitgroup_wait(&wg);
    return 0;
}
