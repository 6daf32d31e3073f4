// SPDX-License-Identifier: MIT
// Square matrices multiplied by a goroutine for each block of rows, time after time; an operation is one multiplication
// and addition. Nearly all payload: what it shows is whether the processors are kept busy without being got in the way of.
#include "bench.h"

enum { SIZE = 192, BLOCK = 8 };

struct matrix {
    double at[SIZE][SIZE];
};

static void multiply_rows(const struct matrix *a, const struct matrix *b, struct matrix *c,
                          int from, go_waitgroup *wg)
{
    for (int i = from; i < from + BLOCK; i++) {
        double *row = c->at[i];
        memset(row, 0, sizeof c->at[i]);
        for (int k = 0; k < SIZE; k++) {
            double factor = a->at[i][k];
            const double *other = b->at[k];
            for (int j = 0; j < SIZE; j++)
                row[j] += factor * other[j];
        }
    }
    go_waitgroup_done(wg);
}

static void multiply(const struct matrix *a, const struct matrix *b, struct matrix *c)
{
    go_waitgroup wg = {0};
    for (int i = 0; i < SIZE; i += BLOCK) {
        go_waitgroup_add(&wg, 1);
        go(multiply_rows, a, b, c, i, &wg);
    }
    go_waitgroup_wait(&wg);
}

// b doubles, so that each element of the product is known.
static void multiply_times(long n)
{
    static struct matrix a, b, c;
    for (int i = 0; i < SIZE; i++)
        for (int k = 0; k < SIZE; k++) {
            a.at[i][k] = i + k;
            b.at[i][k] = i == k ? 2 : 0;
        }
    for (long done = 0; done < n; done += (long)SIZE * SIZE * SIZE)
        multiply(&a, &b, &c);
    for (int i = 0; i < SIZE; i++)
        for (int k = 0; k < SIZE; k++)
            bench_check(c.at[i][k] == 2 * (i + k), "wrong product");
}

int main(int argc, char **argv)
{
    long n = bench_arg(argc, argv, 1) * SIZE * SIZE * SIZE;
    bench_timed(n, multiply_times);
    return 0;
}
