// SPDX-License-Identifier: MIT
// Question: what must I know before I write `go`?
// Answer:   five things: (1) how it ends; (2) who waits for it; (3) who is told when it fails; (4) what a panic in it
//           does; (5) who frees what it uses. This program answers each in code, and ends with the goroutines it began
//           with. With an argument it gives one answer wrongly, and something notices:
//             1  nobody closes its input             -> GOFER_DEBUG=leak=1: status 3, and where it waits
//             2  nobody waits, though it has a local -> `gofer vet`: deadframe
//             3  nobody looks at its error           -> `gofer vet`: errors
//             4  nobody catches its panic            -> the process ends with status 2 and every stack
//             5  nobody frees its context            -> `gofer vet`: lostcancel
// Watch:    a goroutine without an answer to (1) is a leak that has not been noticed yet.
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>

// (1) It ends when its input does, or its context.
static int listen_to(go_context *ctx, recv_chan(int) in, int *heard)
{
    int v;
    bool open = true;
    while (open)
        go_select {
            case_recv(in, &v, &open) {
                *heard += open;
            }
            case_done(ctx) {
                return go_context_err(ctx);
            }
        }
    return 0;
}

// (4) A panic in a job is an error with a stack.
static int divide(int a, int b)
{
    if (b == 0)
        go_panic("%d divided by nothing", a);
    return a % b ? -EDOM : 0;
}

// (5) It has a reference of its own to what it uses after the one who started it has gone.
static void last_word(chan(const char *) words)
{
    chan_send(words, "the end");
    chan_free(words);
}

static int fail_at_once(void)
{
    return -EIO;
}

static void tell(recv_chan(int) in, const char *name)
{
    chan_range(v, in) {
        printf("%s: %d\n", name, v);
    }
}

static void without_end(void)
{
    go(tell, chan_make(int), "never");
}

static void without_wait(void)
{
    char name[] = "gone";
    chan(int) closed = chan_make(int);
    chan_close(closed);
    go(tell, closed, name);
}

static void without_error(void)
{
    go_errgroup *g = go_errgroup_new(NULL);
    go_errgroup_go(g, fail_at_once);
    go_errgroup_wait(g);
    go_errgroup_free(g);
}

static void without_catch(void)
{
    chan(int) never = chan_make(int);
    go(divide, 7, 0);
    chan_recv(never);
}

static void without_free(void)
{
    go_context *ctx = go_context_with_timeout(go_context_background(), GO_HOUR);
    go(listen_to, ctx, (recv_chan(int))NULL, (int *)NULL);
}

static int answer_wrongly(int which)
{
    static void (*const answers[])(void) = {without_end, without_wait, without_error, without_catch,
                                            without_free};
    if (which < 1 || which > 5)
        return 2;
    answers[which - 1]();
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return answer_wrongly(atoi(argv[1]));
    int before = go_num_goroutine(), heard = 0;

    go_errgroup *g = go_errgroup_new(go_context_background());
    chan(int) in = chan_make(int);
    go_errgroup_go(g, listen_to, go_errgroup_context(g), in, &heard);
    for (int i = 0; i < 3; i++)
        chan_send(in, i);
    chan_close(in);
    int err = go_errgroup_wait(g); // (2) and (3)
    printf("heard %d, error %d\n", heard, err);
    go_errgroup_free(g);
    chan_free(in);

    go_workers *pool = go_workers_new((go_workers_options){.workers = 1, .queue = 2, .errors = 2});
    (void)go_workers_submit(pool, divide, 7, 0);
    (void)go_workers_submit(pool, divide, 8, 2);
    go_workers_shutdown(pool, NULL);
    chan_range(e, go_workers_errors(pool)) {
        printf("job: %s\n", e.message);
    }
    go_workers_free(pool);

    chan(const char *) words = chan_make(const char *, 1);
    go(last_word, chan_ref(words));
    printf("%s\n", chan_recv(words));
    chan_free(words);

    while (go_num_goroutine() > before)
        go_yield();
    printf("as many goroutines as before\n");
    return 0;
}
