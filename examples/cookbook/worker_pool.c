// SPDX-License-Identifier: MIT
// Question: how do I run many jobs on a few goroutines, with errors, panics and a clean end?
// Answer:   go_workers. submit answers at once, submit_wait waits for room; a job that returns an error or panics is
//           reported on a channel; shutdown finishes what was accepted.
// Watch:    read the errors, or count what was dropped. A job that panics costs no worker.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

static int resize(int image, atomic_int *done)
{
    if (image == 13)
        return -EIO;
    if (image == 17)
        go_panic("image %d has no pixels", image);
    atomic_fetch_add(done, 1);
    return 0;
}

int main(void)
{
    atomic_int done = 0;
    go_workers *pool = go_workers_new((go_workers_options){.workers = 4, .queue = 8, .errors = 16});
    for (int image = 0; image < 100; image++)
        (void)go_workers_submit_wait(pool, NULL, resize, image, &done);
    go_workers_shutdown(pool, NULL);

    int failed = 0, panicked = 0;
    chan_range(e, go_workers_errors(pool)) {
        if (e.err == -EFAULT)
            panicked++;
        else
            failed++;
    }
    printf("%d done, %d failed, %d panicked, %zu abandoned\n", done, failed, panicked,
           go_workers_abandoned(pool));
    go_workers_free(pool);
    return 0;
}
