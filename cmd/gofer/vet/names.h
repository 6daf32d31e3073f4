// SPDX-License-Identifier: MIT
// What gofer's functions do to the goroutine that calls them, by name, and what the program's own do by what they call.
#ifndef GOFER_VET_NAMES_H
#define GOFER_VET_NAMES_H

#include "tree.h"

// The node that declares the variable in this function; NULL for a parameter.
struct node *declaration_of(struct node *function, const struct node *reference);
// What the variable is set to, if that is done at one place only; NULL else.
struct node *only_value(struct node *function, struct node *declaration);

// The function of this unit that the call calls, by its own name or that of a variable; NULL if it is elsewhere.
struct node *callee(struct unit *u, const struct node *call);
// The function of this unit that a name in an expression stands for; NULL likewise.
struct node *function_named(struct unit *u, const struct node *reference);

// Whether the call may park the goroutine: itself, or a function of this unit that it calls.
bool call_parks(struct unit *u, const struct node *n);
// Whether n may wait for another goroutine to have done something: a call, of this unit's functions too, or a select. A
// function whose body is unknown counts as one, unless it is of a library; so does asking in a loop.
bool node_waits(struct unit *u, struct node *n);
// Whether the round of a loop that starts this goroutine waits, behind the start or by a deferred call.
bool round_waits(struct unit *u, struct node *loop, struct node *spawn);
bool function_waits(struct unit *u, struct node *function);
// Whether the node starts a goroutine.
bool node_spawns(const struct node *n);
// Whether the function may end by a panic or go_exit of its own.
bool function_may_exit(struct unit *u, struct node *function);

bool name_in(const char *name, const char *const *list);
// The n-th argument of a call.
struct node *call_argument(const struct node *call, unsigned n);
// Whether n calls this function, now or, as a defer, later; *call is the call then.
bool calls_now_or_deferred(struct node *n, const char *name, struct node **call);
// Whether two expressions without effect mean the same place, by their form.
bool same_place(const struct node *a, const struct node *b);
// The variable at the bottom of an expression like &x, x.field, x[i]: its reference; NULL if it goes through a pointer
// or is something else.
struct node *base_variable(struct node *n);
// Whether the reference is to a variable that lives in the function's frame.
bool is_local(const struct node *reference, const struct node *function);
// Whether n takes an address: &x, or an array that becomes a pointer.
struct node *address_of(struct node *n);

#endif
