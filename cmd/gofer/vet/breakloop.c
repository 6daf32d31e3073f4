// SPDX-License-Identifier: MIT
// breakloop: a break or continue that leaves a select or a try where its author thought of the loop around it. Both are
// loops of one round to C, so break leaves them, and continue does the same. To leave a select early by break is sound
// and common; it is reported only where the loop must have been meant: nothing of the case is left to skip, the loop has
// no other way out, or the channel has been found closed, so that the next round would meet the same case again.
#include "findings.h"
#include "flow.h"
#include "names.h"

#include <string.h>

// What the statement leaves; NULL for none.
static struct node *target(const struct node *jump)
{
    for (struct node *p = jump->parent; p; p = p->parent)
        if (p->role == ROLE_LOOP || p->role == ROLE_SELECT || p->role == ROLE_CASE ||
            p->role == ROLE_TRY || p->role == ROLE_CATCH ||
            (p->kind == CXCursor_SwitchStmt && jump->kind == CXCursor_BreakStmt))
            return p;
    return NULL;
}

// The select, or the try with its catch, as a whole.
static struct node *whole(struct node *n)
{
    enum role role = n->role == ROLE_CATCH  ? ROLE_TRY
                     : n->role == ROLE_CASE ? ROLE_SELECT
                                            : n->role;
    while (n && n->role != role)
        n = n->parent;
    return n;
}

static struct node *loop_around(const struct node *n)
{
    struct node *p = n->parent;
    while (p && p->role != ROLE_LOOP)
        p = p->parent;
    return p;
}

// Whether the loop may end otherwise than by its condition.
static bool has_way_out(struct node *loop)
{
    tree_each(n, loop) {
        if (n->kind == CXCursor_ReturnStmt || n->kind == CXCursor_GotoStmt ||
            (n->kind == CXCursor_BreakStmt && target(n) == loop) ||
            (n->kind == CXCursor_CallExpr && flow_is_last(n->name)))
            return true;
    }
    return false;
}

// Whether something of the block stands behind the statement.
static bool skips_something(const struct node *jump, const struct node *block)
{
    for (const struct node *n = jump; n != block && n->parent; n = n->parent)
        if (n->parent->kind == CXCursor_CompoundStmt && n->next)
            return true;
    return false;
}

static bool mentions(struct node *condition, const struct node *variable)
{
    tree_each(c, condition)
        if (c->kind == CXCursor_DeclRefExpr && node_same_decl(c, variable))
            return true;
    return false;
}

// What the case receives into, if anything: 1 for the value, 2 for whether there was one.
static struct node *destination(const struct node *a_case, unsigned which)
{
    if (!a_case->cond)
        return NULL;
    tree_each(call, a_case->cond) {
        struct node *to = strcmp(call->name, "go_vet_case_recv_") == 0 ? call_argument(call, which)
                                                                       : NULL;
        if (to)
            return address_of(to);
    }
    return NULL;
}

// Whether the case changes what the loop's condition looks at: then it has said that the loop is to end.
static bool ends_loop_by_condition(struct node *block, struct node *loop)
{
    if (!loop->cond)
        return false;
    for (unsigned i = 1; i <= 2; i++) {
        struct node *received = destination(block, i);
        if (received && mentions(loop->cond, received))
            return true;
    }
    tree_each(n, block) {
        bool changes = (n->kind == CXCursor_BinaryOperator && strcmp(n->op, "=") == 0) ||
                       n->kind == CXCursor_CompoundAssignOperator ||
                       (n->kind == CXCursor_UnaryOperator && strchr("+-p", n->op[0]) && n->op[1]);
        if (changes && n->first && mentions(loop->cond, n->first))
            return true;
    }
    return false;
}

// Whether the statement is all that happens `if` the channel of its case is closed.
static bool found_closed(const struct node *jump, const struct node *a_case)
{
    struct node *branch = jump->parent;
    if (branch->kind == CXCursor_CompoundStmt && branch->first == jump)
        branch = branch->parent;
    struct node *ok = branch->kind == CXCursor_IfStmt ? destination(a_case, 2) : NULL;
    if (!ok)
        return false;
    tree_each(c, branch->cond)
        if (node_same_decl(c, ok))
            return true;
    return false;
}

static bool break_meant_loop(const struct node *jump, struct node *left, struct node *loop)
{
    if (ends_loop_by_condition(left, loop))
        return false;
    if (left->role == ROLE_TRY || left->role == ROLE_CATCH)
        return true;
    if (left->role == ROLE_SELECT)
        return false;
    return !skips_something(jump, left) || (loop->endless && !has_way_out(loop)) ||
           found_closed(jump, left);
}

static void look(struct node *jump)
{
    struct node *left = target(jump);
    if (!left || left->role == ROLE_LOOP || left->kind == CXCursor_SwitchStmt)
        return;
    struct node *all = whole(left), *loop = all ? loop_around(all) : NULL;
    const char *what = all && all->role == ROLE_TRY ? "go_try" : "go_select";
    if (jump->kind == CXCursor_ContinueStmt) {
        bool harmless = all && all->role == ROLE_TRY && (!loop || !skips_something(all, loop));
        if (!harmless)
            found(&check_breakloop, jump,
                  "continue leaves the %s and does not begin the loop's "
                  "next round: use goto, or a variable",
                  what);
    } else if (loop && break_meant_loop(jump, left, loop))
        found(&check_breakloop, jump,
              "break leaves the %s and not the loop around it: use goto, return, or a variable",
              what);
}

static void run(struct unit *u)
{
    for (struct node *f = u->functions; f; f = f->next)
        tree_each(n, f)
            if (n->kind == CXCursor_BreakStmt || n->kind == CXCursor_ContinueStmt)
                look(n);
}

const struct check check_breakloop = {
    "breakloop", "break or continue in a select or try where the loop around it was meant", run};
