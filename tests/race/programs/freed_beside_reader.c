// SPDX-License-Identifier: MIT
// The owner frees an object when it has handed out the last pointer, not when that has been used. Fixed: the reader
// is awaited.
#include "observe.h"

#include <gofer.h>
#include <stdlib.h>

static void use(const int *p)
{
    OBSERVE(*p);
}

int main(void)
{
    go_waitgroup wg = {0};
    int *p = malloc(sizeof *p);
    *p = 1;
    go_waitgroup_go(&wg, use, p);
    go_sleep(5 * GO_MILLISECOND);
#ifdef FIXED
    go_waitgroup_wait(&wg);
#endif
    free(p);
    go_waitgroup_wait(&wg);
    return 0;
}
