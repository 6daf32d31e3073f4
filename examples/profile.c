// SPDX-License-Identifier: MIT
// Where do goroutines wait, and can all of them wake? A profile of all stacks as text, then a look for goroutines that
// nobody can wake any more. `go tool pprof` opens the same profiles written with debug 0.
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void wait_for_work(recv_chan(int) work)
{
    chan_recv(work);
}

int main(void)
{
    chan(int) work = chan_make(int);
    for (int i = 0; i < 3; i++)
        go(wait_for_work, work);
    go_sleep(50 * GO_MILLISECOND);

    size_t n;
    int error;
    char *text = go_profile_bytes("goroutine", 1, &n, &error);
    if (error) {
        printf("no profile: %s\n", go_strerror(error));
        return 1;
    }
    // The largest group of equal stacks comes first.
    char *group = memchr(text, '\n', n);
    printf("%.*s at one place\n", (int)strcspn(group + 1, " "), group + 1);
    free(text);

    printf("%d can never wake\n", go_leak_report());
    chan_close(work);
    return 0;
}
