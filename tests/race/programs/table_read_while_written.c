// SPDX-License-Identifier: MIT
// A lookup walks a bucket's chain while another goroutine inserts at its head. Readers believe that reading needs no
// lock; it does. Fixed: the lookup takes the lock too.
#include "observe.h"

#include <gofer.h>
#include <stdlib.h>

#ifdef FIXED
#define LOCKED 1
#else
#define LOCKED 0
#endif

struct node {
    struct node *next;
    int key;
};

static go_mutex mutex;
static struct node *head;

static void insert(int key)
{
    struct node *n = malloc(sizeof *n);
    n->key = key;
    go_mutex_lock(&mutex);
    n->next = head;
    head = n;
    go_mutex_unlock(&mutex);
}

static void look(int key)
{
    if (LOCKED)
        go_mutex_lock(&mutex);
    struct node *n = head;
    while (n && n->key != key)
        n = n->next;
    OBSERVE(n);
    if (LOCKED)
        go_mutex_unlock(&mutex);
}

int main(void)
{
    go_waitgroup wg = {0};
    insert(1);
    go_waitgroup_go(&wg, insert, 2);
    go_waitgroup_go(&wg, look, 1);
    go_waitgroup_wait(&wg);
    return 0;
}
