// SPDX-License-Identifier: MIT
// Runs the edge that is named, or lists all: a name and 1 for a race, 0 for none, a line. The accesses of the cell stand
// here, in functions of their own, so that reports name them and no compiler joins them.
#include "edges.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 200, NOT_AS_BUILT = 9, NO_SUCH_EDGE = 8 };

static const struct edge *edges[MOST];
static int count;
_Alignas(8) int cell;

void edge_register(const struct edge *e)
{
    if (count < MOST)
        edges[count++] = e;
}

void write_cell(void)
{
    cell++;
}

void read_cell(void)
{
    __asm__ volatile("" : : "r"(cell));
}

void nap(void)
{
    go_sleep(5 * GO_MILLISECOND);
}

void must(bool condition)
{
    if (!condition)
        exit(NOT_AS_BUILT);
}

int main(int argc, char **argv)
{
    for (int i = 0; i < count; i++) {
        if (argc < 2)
            printf("%s %d\n", edges[i]->name, edges[i]->races);
        else if (strcmp(argv[1], edges[i]->name) == 0) {
            edges[i]->run();
            return 0;
        }
    }
    return argc < 2 ? 0 : NO_SUCH_EDGE;
}
