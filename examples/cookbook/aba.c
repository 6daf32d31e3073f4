// SPDX-License-Identifier: MIT
// Question: why is a lock-free stack not just a compare-and-swap on its top?
// Answer:   because "the top is A again" does not mean "nothing has changed" (ABA). Between the look and the swap others
//           may have popped A and B and pushed A back; the swap succeeds and brings B, which is somebody else's, back
//           into the stack. Here the two threads are played step by step by one.
// Watch:    a counter beside the pointer, changed with it by one wide compare-and-swap, tells the two apart. go_lfstack is
//           such a stack, and solves the other half as well: when a popped node may be freed.
#include <gofer.h>
#include <stdatomic.h>
#include <stdio.h>

struct node {
    const char *name;
    struct node *next;
};

static _Atomic(struct node *) top;

static void push(struct node *n)
{
    n->next = atomic_load(&top);
    while (!atomic_compare_exchange_weak(&top, &n->next, n)) {}
}

static struct node *pop(void)
{
    struct node *n = atomic_load(&top);
    while (n && !atomic_compare_exchange_weak(&top, &n, n->next)) {}
    return n;
}

int main(void)
{
    struct node a = {"A", NULL}, b = {"B", NULL}, c = {"C", NULL};
    push(&c);
    push(&b);
    push(&a); // A, B, C

    struct node *seen = atomic_load(&top), *next = seen->next; // thread 1 begins to pop A

    pop(); // thread 2 pops A and B, keeps B for itself, and pushes A back
    struct node *mine = pop();
    mine->next = NULL;
    push(&a);
    printf("thread 2 owns %s; the stack is A, C\n", mine->name);

    bool swapped = atomic_compare_exchange_strong(&top, &seen, next); // thread 1 goes on
    printf("the swap of thread 1 %s\n", swapped ? "succeeds" : "fails");
    printf("the top is %s, which is not in the stack\n", pop()->name);
    printf("C is %s\n", pop() == &c ? "there" : "lost");
    return 0;
}
