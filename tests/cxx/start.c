// SPDX-License-Identifier: MIT
// The C half of the C++ test (exceptions.cpp): starts its workers as goroutines, and parks for them, by a send that somebody
// must take and by a yield. Under GOFER_DEBUG=migrate=1 each park ends on another thread.
#include <gofer.h>
#include <stdio.h>

void cxx_worker(int id, int rounds);
int cxx_check(void);
void park(void);

static chan(int) tokens;

static void take_tokens(void)
{
    chan_range(token, tokens)
        (void)token;
}

void park(void)
{
    chan_send(tokens, 1);
    go_yield();
}

int main(void)
{
    enum { WORKERS = 8, ROUNDS = 300 };
    tokens = chan_make(int);
    go_waitgroup workers = {0};
    go(take_tokens);
    for (int i = 0; i < WORKERS; i++)
        go_waitgroup_go(&workers, cxx_worker, i, ROUNDS);
    go_waitgroup_wait(&workers);
    chan_close(tokens);
    if (!cxx_check())
        return 1;
    puts("ok");
    return 0;
}
