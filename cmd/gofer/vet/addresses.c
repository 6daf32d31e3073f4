// SPDX-License-Identifier: MIT
// A pointer into the frame is &x, an array, a part of either, a compound literal, or a local pointer that is set to one
// of these where it is declared and never again. What goes through a pointer (p->x) belongs to somebody else.
#include "addresses.h"

#include "names.h"

#include <string.h>

// The node that declares the variable in this function; NULL for a parameter.
static struct node *declaration_of(struct node *function, const struct node *reference)
{
    tree_each(n, function->body)
        if (n->kind == CXCursor_VarDecl && node_same_decl(n, reference))
            return n;
    return NULL;
}

static bool is_assigned(struct node *function, const struct node *variable)
{
    tree_each(n, function->body)
        if (((n->kind == CXCursor_BinaryOperator && strcmp(n->op, "=") == 0) ||
             n->kind == CXCursor_CompoundAssignOperator ||
             (n->kind == CXCursor_UnaryOperator && strcmp(n->op, "&") == 0)) &&
            n->first && n->first->kind == CXCursor_DeclRefExpr &&
            node_same_decl(n->first, variable))
            return true;
    return false;
}

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
        if (v != argument || !d || !d->first || is_assigned(function, d))
            return false;
        return address_of(d->first) && resolve(function, d->first, p);
    }
    p->reference = v;
    p->name = v->name;
    p->block = d ? scope(d, function) : function->body;
    return true;
}

void addresses_each(struct unit *u, struct node *function,
                    void (*f)(struct unit *u, const struct passed *p))
{
    tree_each(n, function->body) {
        if (!node_spawns(n))
            continue;
        for (unsigned i = 0; call_argument(n->bound, i); i++) {
            struct passed p = {.spawn = n, .argument = call_argument(n->bound, i)};
            if (resolve(function, p.argument, &p))
                f(u, &p);
        }
    }
}
