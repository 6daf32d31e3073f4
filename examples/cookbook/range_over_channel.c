// SPDX-License-Identifier: MIT
// Question: how do I receive until there is nothing more?
// Answer:   chan_range(v, ch) receives into v until ch is closed and drained. Only the sender knows when there is
//           nothing more, so the sender closes.
// Watch:    without the close the loop waits for ever. Breaking out leaves the rest in the channel.
#include <gofer.h>
#include <stdio.h>

static void fibonacci(int n, send_chan(long) out)
{
    for (long a = 0, b = 1; n > 0; n--) {
        chan_send(out, a);
        long next = a + b;
        a = b;
        b = next;
    }
    chan_close(out);
}

int main(void)
{
    chan(long) numbers = chan_make(long, 4);
    go(fibonacci, 10, numbers);
    chan_range(f, numbers) {
        printf("%ld ", f);
    }
    printf("\n");
    chan_free(numbers);
    return 0;
}
