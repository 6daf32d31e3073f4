// SPDX-License-Identifier: MIT
// Two players and one table: the ball is a value that exactly one goroutine holds at a time, so it
// needs no lock. A send on an unbuffered channel ends only when the other side has taken the value:
// whoever serves knows that the ball was received. The channel is closed by the one who knows that
// the game is over.
#include <gofer.h>
#include <stdio.h>

struct ball {
    int hits;
};

static void play(const char *name, chan(struct ball *) table, int rounds)
{
    chan_range(ball, table) {
        ball->hits++;
        printf("%s %d\n", name, ball->hits);
        if (ball->hits == rounds) {
            chan_close(table);
            return;
        }
        chan_send(table, ball);
    }
}

int main(void)
{
    chan(struct ball *) table = chan_make(struct ball *);
    struct ball ball = {0};
    go_waitgroup players = {0};
    go_waitgroup_go(&players, play, "ping", table, 6);
    chan_send(table, &ball); // ping has it before pong comes to the table
    go_waitgroup_go(&players, play, "pong", table, 6);
    go_waitgroup_wait(&players);
    printf("%d hits\n", ball.hits);
    chan_free(table);
    return 0;
}
