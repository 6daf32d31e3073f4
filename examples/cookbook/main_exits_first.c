// SPDX-License-Identifier: MIT
// Question: my goroutine prints nothing. Why?
// Answer:   returning from main ends the process at once, whatever other goroutines are doing. Main has to wait for
//           what matters: with a wait group, or by receiving what the goroutine has to say.
// Watch:    a sleep is no fix. It is too long on a fast machine and too short on a busy one.
#include <gofer.h>
#include <stdio.h>

static void greet(const char *who)
{
    printf("hello, %s\n", who);
}

static void never_printed(void)
{
    go_sleep(GO_HOUR);
    printf("you will not see this\n");
}

int main(void)
{
    go(never_printed); // the mistake: nobody waits for it

    go_waitgroup done = {0};
    go_waitgroup_go(&done, greet, "world"); // the fix: counted, and waited for
    go_waitgroup_wait(&done);
    printf("main returns\n");
    return 0;
}
