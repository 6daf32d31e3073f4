// SPDX-License-Identifier: MIT
// A graceful shutdown. The first Ctrl-C ends the context that every worker watches; they finish what they have begun. From
// the moment at which the context is freed a second Ctrl-C kills, so an impatient user is never held up. Here the program
// sends itself the signals that a user would: run it, or press Ctrl-C first.
#include <gofer.h>
#include <stdio.h>
#include <unistd.h>

static void work(go_context *ctx, int *finished)
{
    while (!go_context_err(ctx)) {
        go_sleep(GO_MILLISECOND); // one piece of work, which is always finished
        ++*finished;
    }
}

static void reload(recv_chan(int) hangups, int *reloads)
{
    chan_range(sig, hangups) {
        (void)sig;
        ++*reloads;
        kill(getpid(), SIGINT);
    }
}

int main(void)
{
    int finished = 0, reloads = 0;
    go_waitgroup wg = {0};
    chan(int) hangups = chan_make(int, 1);
    go_signal_notify(hangups, SIGHUP);
    go_context *ctx = go_signal_context(go_context_background(), SIGINT, SIGTERM);
    go_waitgroup_go(&wg, work, ctx, &finished);
    go_waitgroup_go(&wg, reload, hangups, &reloads);

    kill(getpid(), SIGHUP);
    chan_recv(go_context_done(ctx));
    printf("shutting down: %s\n", go_strerror(go_context_cause(ctx)));
    go_signal_stop(hangups); // nothing is sent any more, so the channel may be closed
    chan_close(hangups);
    go_waitgroup_wait(&wg);
    printf("reloaded %d time, and all work is finished\n", reloads);
    go_context_free(ctx);
    chan_free(hangups);
    return 0;
}
