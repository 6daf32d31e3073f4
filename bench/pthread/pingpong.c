// SPDX-License-Identifier: MIT
// As ../pingpong.c, with two threads and a turn that a mutex guards and a condition announces: threads have no channels.
#define _GNU_SOURCE // sched_setaffinity
#include "processors.h"

struct game {
    pthread_mutex_t mu;
    pthread_cond_t turned;
    long turns; // even: the first one's
    long n;
};

static void play(struct game *g, long mine)
{
    pthread_mutex_lock(&g->mu);
    for (long turn = mine; turn < 2 * g->n; turn += 2) {
        while (g->turns != turn)
            pthread_cond_wait(&g->turned, &g->mu);
        g->turns++;
        pthread_cond_signal(&g->turned);
    }
    pthread_mutex_unlock(&g->mu);
}

static void *answer(void *game)
{
    play(game, 1);
    return NULL;
}

static void pingpong(long n)
{
    struct game g = {.mu = PTHREAD_MUTEX_INITIALIZER, .turned = PTHREAD_COND_INITIALIZER, .n = n};
    pthread_t peer = bench_thread(answer, &g);
    play(&g, 0);
    pthread_join(peer, NULL);
    bench_check(g.turns == 2 * n, "a turn is missing");
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1) / 50;
    bench_keep_to_processors();
    bench_timed(n, pingpong);
    return 0;
}
