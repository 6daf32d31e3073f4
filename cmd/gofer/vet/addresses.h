// SPDX-License-Identifier: MIT
// Which variables of a function's frame a new goroutine gets the address of.
#ifndef GOFER_VET_ADDRESSES_H
#define GOFER_VET_ADDRESSES_H

#include "tree.h"

// A pointer into the frame that a bound call takes along.
struct passed {
    struct node
        *spawn; // the bound call's statement expression, or the call of a function that starts it
    struct node *argument;  // the expression that is the pointer
    struct node *reference; // to the variable, or the compound literal
    const char *name;       // of the variable, or "a compound literal"
    struct node *
        block; // the block, or the loop if its head declares it, with which the variable's life ends
};

// Calls f for each that the function passes.
void addresses_each(struct unit *u, struct node *function,
                    void (*f)(struct unit *u, const struct passed *p));

#endif
