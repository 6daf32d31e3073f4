// SPDX-License-Identifier: MIT
// trylocal: a local variable that a go_try changes before something in it may panic, and that is read in the catch block,
// or after it if the catch goes on there. By the rule of setjmp its value is lost unless it is volatile. What stands last
// in the try, so that nothing can panic after it, is sound; so is a variable that the catch sets anew.
#include "findings.h"
#include "flow.h"
#include "names.h"

#include <string.h>

// Whether n changes a variable: its reference then.
static struct node *changed(struct node *n)
{
    bool writes = (n->kind == CXCursor_BinaryOperator && strcmp(n->op, "=") == 0) ||
                  n->kind == CXCursor_CompoundAssignOperator ||
                  (n->kind == CXCursor_UnaryOperator && strlen(n->op) > 1);
    return writes ? base_variable(n->first) : NULL;
}

static bool is_pointer(const struct node *n)
{
    return n && clang_getCanonicalType(clang_getCursorType(n->cursor)).kind == CXType_Pointer;
}

// Whether evaluating n itself may panic. Faults inside other libraries cannot be caught.
static bool may_panic(struct unit *u, const struct node *n)
{
    if (n->kind == CXCursor_CallExpr)
        return strncmp(n->name, "go_", 3) == 0 || callee(u, n) || clang_Cursor_isNull(n->decl) ||
               clang_getCursorKind(n->decl) != CXCursor_FunctionDecl ||
               !clang_Location_isInSystemHeader(clang_getCursorLocation(n->decl));
    return (n->kind == CXCursor_UnaryOperator && strcmp(n->op, "*") == 0) ||
           ((n->kind == CXCursor_ArraySubscriptExpr || n->kind == CXCursor_MemberRefExpr) &&
            is_pointer(n->first)) ||
           strcmp(n->op, "/") == 0 || strcmp(n->op, "%") == 0;
}

static struct node *loop_within(struct node *n, const struct node *block)
{
    struct node *found = NULL;
    for (; n != block; n = n->parent)
        if (n->role == ROLE_LOOP)
            found = n;
    return found;
}

// Whether something may panic in the block once `change` has been done.
static bool may_panic_behind(struct unit *u, struct node *block, struct node *change)
{
    struct node *loop = loop_within(change, block);
    bool behind = false;
    for (struct node *n = block; n;) {
        if (n == change && !loop) {
            behind = true;
            n = tree_skip(block, n);
            continue;
        }
        if ((behind || (loop && node_within(n, loop))) && may_panic(u, n))
            return true;
        behind |= n == change;
        n = tree_next(block, n);
    }
    return false;
}

// The first thing that the tree does with the variable: a read of it, or NULL if it is set first, or never used.
static struct node *first_read(struct node *root, const struct node *variable, bool *set)
{
    for (struct node *n = root; n; n = tree_next(root, n)) {
        struct node *target = changed(n);
        if (target && n->kind == CXCursor_BinaryOperator && n->first == target &&
            node_same_decl(target, variable)) {
            struct node *read = first_read(node_last(n), variable, set);
            *set |= !read;
            return read;
        }
        if (n->kind == CXCursor_DeclRefExpr && node_same_decl(n, variable) &&
            !(n->parent->kind == CXCursor_UnaryOperator && strcmp(n->parent->op, "&") == 0))
            return n;
    }
    return NULL;
}

static struct node *read_behind(struct node *tried, const struct node *variable)
{
    bool set = false;
    struct node *top = tried;
    while (top->parent && top->parent->kind != CXCursor_CompoundStmt)
        top = top->parent; // the switch around it
    for (struct node *n = top; n->parent; n = n->parent) {
        for (struct node *c = n->next; c && n->parent->kind == CXCursor_CompoundStmt; c = c->next) {
            struct node *read = first_read(c, variable, &set);
            if (read || set)
                return read;
        }
        if (n->role == ROLE_LOOP) {
            struct node *read = first_read(n, variable, &set);
            if (read && !node_within(read, tried))
                return read;
        }
    }
    return NULL;
}

// Whether the last statement of the block never goes on.
static bool never_goes_on(const struct node *block)
{
    const struct node *last = block;
    while (last && last->kind == CXCursor_CompoundStmt)
        last = node_last(last);
    if (!last)
        return false;
    if (last->kind == CXCursor_IfStmt)
        return last->otherwise && never_goes_on(last->body) && never_goes_on(last->otherwise);
    if (last->kind == CXCursor_BinaryOperator)
        last = last->first; // go_panic(…) is a pair with a hint
    return last->kind == CXCursor_ReturnStmt || last->kind == CXCursor_GotoStmt ||
           (last->kind == CXCursor_CallExpr && flow_is_last(last->name));
}

static bool is_declared_in(struct node *root, const struct node *variable)
{
    tree_each(n, root)
        if (n->kind == CXCursor_VarDecl && node_same_decl(n, variable))
            return true;
    return false;
}

static bool lives_in_memory(const struct node *reference)
{
    CXType t = clang_getCursorType(reference->decl);
    return clang_isVolatileQualifiedType(t) ||
           clang_getCanonicalType(t).kind == CXType_ConstantArray ||
           clang_getCanonicalType(t).kind == CXType_VariableArray;
}

static void look_at_change(struct unit *u, struct node *tried, struct node *change)
{
    struct node *choice = tried->body, *variable = changed(change);
    if (!variable || !is_local(variable, node_function(tried)) || lives_in_memory(variable) ||
        is_declared_in(tried, variable) || !may_panic_behind(u, choice->body, change))
        return;
    bool set = false;
    struct node *caught = choice->otherwise ? choice->otherwise->body : NULL;
    struct node *read = caught ? first_read(caught, variable, &set) : NULL;
    if (!read && !set && (!caught || !never_goes_on(caught)))
        read = read_behind(tried, variable);
    if (read)
        found(&check_trylocal, change,
              "%s is changed in the go_try and read in line %u, where a panic may have lost the "
              "change: declare it volatile",
              variable->name, read->at.line);
}

static void run(struct unit *u)
{
    for (struct node *f = u->functions; f; f = f->next)
        tree_each(t, f->body)
            if (t->role == ROLE_TRY && t->body && t->body->body)
                tree_each(n, t->body->body)
                    look_at_change(u, t, n);
}

const struct check check_trylocal = {
    "trylocal", "locals changed in a go_try and read after a panic without volatile", run};
