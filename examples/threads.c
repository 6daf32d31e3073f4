// SPDX-License-Identifier: MIT
// gofer beside ordinary threads: a thread that the program made itself may use every channel, and
// blocks as a thread does, while goroutines on the other end park as goroutines do. So a library
// with its own threads feeds goroutines without glue, and goroutines answer it over a channel that
// came in the message.
#include <gofer.h>
#include <pthread.h>
#include <stdio.h>

struct request {
    int n;
    send_chan(int) answer;
};

static void serve(recv_chan(struct request) requests)
{
    chan_range(r, requests) {
        chan_send(r.answer, r.n * r.n);
    }
}

static void *ask(void *arg)
{
    chan(struct request) requests = arg;
    chan(int) answer = chan_make(int);
    for (int n = 1; n <= 5; n++) {
        chan_send(requests, (struct request){n, answer});
        printf("%d squared is %d\n", n, chan_recv(answer));
    }
    chan_free(answer);
    return NULL;
}

int main(void)
{
    chan(struct request) requests = chan_make(struct request);
    go_waitgroup servers = {0};
    for (int i = 0; i < 3; i++)
        go_waitgroup_go(&servers, serve, requests);

    pthread_t thread;
    if (pthread_create(&thread, NULL, ask, (void *)requests) != 0)
        return 1;
    go_blocking(pthread_join, thread,
                NULL); // waits outside gofer: let the goroutines have the processor
    chan_close(requests);
    go_waitgroup_wait(&servers);
    chan_free(requests);
    return 0;
}
