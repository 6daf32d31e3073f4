// SPDX-License-Identifier: MIT
// A pointer into the frame is &x, an array, a part of either, a compound literal, or a local pointer that is set to one
// of these and to nothing else. What goes through a pointer (p->x) belongs to somebody else. A function
// of the same file that hands a parameter of its own to a goroutine, and does not wait, passes it on in its caller's name.
#include "addresses.h"

#include "names.h"

#include <string.h>

// The block that a declaration, or a literal, stands in; a loop, if that is its head.
static struct node *scope(struct node *n, struct node *function)
{
    for (struct node *p = n->parent, *c = n; p; c = p, p = p->parent) {
        if (p->kind == CXCursor_CompoundStmt &&
            !(p->parent && p->parent->kind == CXCursor_StmtExpr))
            return p;
        if (p->role == ROLE_LOOP)
            return c == p->body ? c : p;
    }
    return function->body;
}

static bool resolve(struct node *function, struct node *argument, struct passed *p)
{
    while (argument->kind == CXCursor_CStyleCastExpr && argument->first)
        argument = argument->first;
    if (argument->kind == CXCursor_ConditionalOperator && node_child(argument, 2))
        return resolve(function, node_child(argument, 1), p) ||
               resolve(function, node_child(argument, 2), p);
    struct node *place = address_of(argument);
    if (place && place->kind == CXCursor_CompoundLiteralExpr) {
        p->reference = place;
        p->name = "a compound literal";
        p->block = scope(place, function);
        return true;
    }
    struct node *v = base_variable(place ? place : argument);
    if (!v || !is_local(v, function))
        return false;
    struct node *d = declaration_of(function, v);
    if (!place) {
        // A pointer: to what it was set.
        struct node *value = v == argument && d ? only_value(function, d) : NULL;
        return value && address_of(value) && resolve(function, value, p);
    }
    p->reference = v;
    p->name = v->name;
    p->block = d ? scope(d, function) : function->body;
    return true;
}

// Whether the callee gives this parameter to a goroutine that it does not wait for.
static bool hands_on(struct unit *u, struct node *callee, unsigned index)
{
    struct node *param = callee->first;
    for (; param && (param->kind != CXCursor_ParmDecl || index); param = param->next)
        index -= param->kind == CXCursor_ParmDecl;
    if (!param || function_waits(u, callee))
        return false;
    tree_each(n, callee->body)
        for (unsigned i = 0; node_spawns(n) && call_argument(n->bound, i); i++)
            if (call_argument(n->bound, i)->kind == CXCursor_DeclRefExpr &&
                node_same_decl(call_argument(n->bound, i), param))
                return true;
    return false;
}

static bool passes(struct unit *u, struct node *n, unsigned index)
{
    if (node_spawns(n))
        return true;
    struct node *owner = n->parent ? n->parent->parent : NULL;
    if (owner && owner->bound == n && owner->role != ROLE_CALL)
        return false; // it is not called here
    struct node *f = callee(u, n);
    return f && hands_on(u, f, index);
}

void addresses_each(struct unit *u, struct node *function,
                    void (*f)(struct unit *u, const struct passed *p))
{
    tree_each(n, function->body) {
        struct node *call = node_spawns(n) ? n->bound : n;
        for (unsigned i = 0; call_argument(call, i); i++) {
            struct passed p = {.spawn = n, .argument = call_argument(call, i)};
            if (passes(u, n, i) && resolve(function, p.argument, &p))
                f(u, &p);
        }
    }
}
