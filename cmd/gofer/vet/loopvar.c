// SPDX-License-Identifier: MIT
// loopvar: a goroutine gets a pointer to the variable that a loop counts with, or that chan_range receives into. The next
// round changes it while the goroutine reads, whatever waits behind the loop; passed by value it is copied by the go.
// Silent if the round itself waits for the goroutine.
#include "addresses.h"
#include "findings.h"
#include "names.h"

#include <string.h>

// Whether n sets the variable, or with `parts` a member of it.
static bool changes(const struct node *n, const struct node *variable, bool parts)
{
    struct node *place = n->first;
    while (parts && place && place->kind == CXCursor_MemberRefExpr)
        place = place->first;
    bool writes = (n->kind == CXCursor_BinaryOperator && strcmp(n->op, "=") == 0) ||
                  n->kind == CXCursor_CompoundAssignOperator ||
                  (n->kind == CXCursor_UnaryOperator && strlen(n->op) > 1);
    return writes && place && place->kind == CXCursor_DeclRefExpr &&
           node_same_decl(place, variable) && base_variable(n->first);
}

static bool changes_somewhere(struct node *part, const struct node *variable, bool parts)
{
    tree_each(n, part)
        if (changes(n, variable, parts))
            return true;
    return false;
}

static bool is_mentioned(struct node *part, const struct node *variable)
{
    tree_each(n, part)
        if (n->kind == CXCursor_DeclRefExpr && node_same_decl(n, variable))
            return true;
    return false;
}

static bool is_atomic(const struct node *variable)
{
    CXString type =
        clang_getTypeSpelling(clang_getCanonicalType(clang_getCursorType(variable->decl)));
    bool atomic = strncmp(clang_getCString(type), "_Atomic", 7) == 0;
    clang_disposeString(type);
    return atomic;
}

// Whether the head of the loop changes the variable, declares it, or asks for it when the body changes it. An atomic one is
// shared by intent.
static bool is_loop_variable(struct node *loop, const struct node *variable)
{
    struct node *parts[] = {loop->init, loop->cond, loop->step};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (!parts[i])
            continue;
        if (changes_somewhere(parts[i], variable, parts[i] == loop->step))
            return true;
        tree_each(n, parts[i])
            if (n->kind == CXCursor_VarDecl && node_same_decl(n, variable))
                return true;
    }
    return loop->cond && loop->body && is_mentioned(loop->cond, variable) &&
           changes_somewhere(loop->body, variable, false) && !is_atomic(variable);
}

static void look(struct unit *u, const struct passed *p)
{
    if (p->reference->kind != CXCursor_DeclRefExpr)
        return;
    for (struct node *n = p->spawn; n; n = n->parent)
        if (n->role == ROLE_LOOP && node_within(p->spawn, n->body) &&
            is_loop_variable(n, p->reference) && !round_waits(u, n, p->spawn)) {
            found(&check_loopvar, p->argument,
                  "the goroutine gets a pointer to %s, which the loop goes on to change: pass the "
                  "value",
                  p->name);
            return;
        }
}

static void run(struct unit *u)
{
    for (struct node *f = u->functions; f; f = f->next)
        addresses_each(u, f, look);
}

const struct check check_loopvar = {"loopvar", "pointers to loop variables passed to goroutines",
                                    run};
