// SPDX-License-Identifier: MIT
// All goroutines format their lines into one static buffer. Fixed: each has a buffer on its stack.
#include "observe.h"

#include <gofer.h>
#include <string.h>

#ifdef FIXED
#define BUFFER char line[64]
#else
#define BUFFER static char line[64]
#endif

static void log_line(int n)
{
    BUFFER;
    memset(line, 'a' + n, sizeof line);
    OBSERVE(line[n]);
}

int main(void)
{
    go_waitgroup wg = {0};
    go_waitgroup_go(&wg, log_line, 1);
    go_waitgroup_go(&wg, log_line, 2);
    go_waitgroup_wait(&wg);
    return 0;
}
