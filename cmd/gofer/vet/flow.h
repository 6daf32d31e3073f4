// SPDX-License-Identifier: MIT
// Paths through a function: from a statement on, is there a way out that does not meet something? Loops, switch, select,
// try, goto and calls that never return are followed. Conditions are not understood: every branch counts as possible, but
// an `if` of which one branch goes on with the thing met goes on with it.
#ifndef GOFER_VET_FLOW_H
#define GOFER_VET_FLOW_H

#include "tree.h"

struct flow {
    struct node *start; // paths begin when this node has been evaluated
    // Whether a path ends well at n. Asked for each node in the order of evaluation; for a select before its cases, for a
    // bound call (node.h) of its statement expression, not of the call. What a spawned call does is no part of the path.
    bool (*meets)(struct node *n, void *arg);
    // A path has left the function, at a return or, with the function's body, at its end.
    void (*leaves)(struct node *exit, void *arg);
    void *arg;
};

// May call `leaves` several times for one exit.
void flow_run(const struct flow *f);

// Whether the function called by this name never returns.
bool flow_is_last(const char *name);

#endif
