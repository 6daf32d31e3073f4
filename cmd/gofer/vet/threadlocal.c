// SPDX-License-Identifier: MIT
// threadlocal: a thread-local variable on both sides of a park. The goroutine may go on on another thread, where the
// variable is another one. Looked for are ways from a use over a park to a read that no assignment stands between; a
// pointer that was set to the variable before; and a parking call that gets the variable's address. A variable that the
// function only counts up is a statistic of the thread, wherever the goroutine is, and left alone.
#include "findings.h"
#include "flow.h"
#include "names.h"

#include <string.h>

static bool is_thread_local(const struct node *reference)
{
    return reference && clang_getCursorKind(reference->decl) == CXCursor_VarDecl &&
           clang_getCursorTLSKind(reference->decl) != CXTLS_None;
}

enum use { NO_USE, READS, ASSIGNS, ASSIGNS_A_PART, COUNTS_UP, COUNTS_DOWN };

// What is done to the variable at this reference.
static enum use use_of(const struct node *n, const struct node *variable)
{
    if (n->kind != CXCursor_DeclRefExpr || !node_same_decl(n, variable))
        return NO_USE;
    // Through a pointer the variable is read, whatever is done to what it points to.
    const struct node *whole = n;
    while (whole->parent && whole->parent->first == whole &&
           base_variable((struct node *)whole->parent) == n)
        whole = whole->parent;
    const struct node *p = whole->parent;
    if (!p || p->first != whole)
        return READS;
    if (p->kind == CXCursor_BinaryOperator && strcmp(p->op, "=") == 0)
        return whole->kind == CXCursor_ArraySubscriptExpr ? ASSIGNS_A_PART : ASSIGNS;
    bool steps = p->kind == CXCursor_UnaryOperator && strlen(p->op) > 1;
    if (p->kind != CXCursor_CompoundAssignOperator && !steps)
        return READS;
    return strchr(p->op, '+') ? COUNTS_UP : COUNTS_DOWN;
}

enum { PARKS_MAX = 64 };

struct search {
    struct unit *unit;
    struct node *variable, *first_use;
    struct node *parks[PARKS_MAX];
    size_t park_count;
    bool only_read;
    struct node *park;
};

// An assignment takes effect when its right side has been evaluated, and so has its own node.
static bool assigns(const struct node *n, const struct node *variable)
{
    return n->kind == CXCursor_BinaryOperator && strcmp(n->op, "=") == 0 && n->first &&
           base_variable(n->first) && use_of(base_variable(n->first), variable) == ASSIGNS;
}

static bool meets_park(struct node *n, void *arg)
{
    struct search *s = arg;
    if (assigns(n, s->variable) && !node_within(s->first_use, n))
        return true;
    if (s->park_count < PARKS_MAX && call_parks(s->unit, n)) {
        for (size_t i = 0; i < s->park_count; i++)
            if (s->parks[i] == n)
                return false;
        s->parks[s->park_count++] = n;
    }
    return false;
}

static bool meets_read(struct node *n, void *arg)
{
    struct search *s = arg;
    if (assigns(n, s->variable))
        return true;
    enum use use = use_of(n, s->variable);
    if (use == NO_USE || use == ASSIGNS || use == ASSIGNS_A_PART)
        return false;
    if (n == s->first_use && s->only_read)
        return true; // the same read again, in the loop's next round
    if (is_thread_local(s->variable))
        found(&check_threadlocal, n,
              "the thread-local %s is used before and after the park in line %u, perhaps on two "
              "threads",
              s->variable->name, s->park->at.line);
    else
        found(&check_threadlocal, n,
              "%s points to a thread-local, perhaps of another thread since the park in line %u",
              s->variable->name, s->park->at.line);
    return true;
}

static void follow(struct unit *u, struct node *start, struct node *variable, bool only_read)
{
    struct search s = {.unit = u, .variable = variable, .first_use = start, .only_read = only_read};
    flow_run(&(struct flow){start, meets_park, NULL, &s});
    for (size_t i = 0; i < s.park_count; i++) {
        s.park = s.parks[i];
        flow_run(&(struct flow){s.park, meets_read, NULL, &s});
    }
}

static bool is_only(struct node *function, const struct node *variable, enum use use)
{
    tree_each(n, function->body) {
        enum use here = use_of(n, variable);
        if (here != NO_USE && here != use)
            return false;
    }
    return true;
}

static void look_at_use(struct unit *u, struct node *function, struct node *n)
{
    if (n->kind != CXCursor_DeclRefExpr || !is_thread_local(n) || is_only(function, n, COUNTS_UP))
        return;
    follow(u, n, n, is_only(function, n, READS));
}

// Where a local pointer gets the address of a thread-local.
static void look_at_pointer(struct unit *u, struct node *n)
{
    struct node *value = NULL, *variable = NULL;
    if (n->kind == CXCursor_VarDecl) {
        variable = n;
        value = n->first;
    } else if (n->kind == CXCursor_BinaryOperator && strcmp(n->op, "=") == 0 && n->first &&
               n->first->kind == CXCursor_DeclRefExpr) {
        variable = n->first;
        value = node_last(n);
    }
    struct node *place = value ? address_of(value) : NULL;
    if (place && base_variable(place) && is_thread_local(base_variable(place)))
        follow(u, n, variable, false);
}

static void look_at_call(struct unit *u, struct node *call)
{
    if (call->kind != CXCursor_CallExpr || !call_parks(u, call))
        return;
    for (unsigned i = 0; call_argument(call, i); i++) {
        struct node *place = address_of(call_argument(call, i));
        struct node *v = place ? base_variable(place) : NULL;
        if (v && is_thread_local(v))
            found(&check_threadlocal, call_argument(call, i),
                  "a call that parks gets the address of the thread-local %s, which then may be "
                  "another thread's",
                  v->name);
    }
}

static bool keeps_thread(struct node *function)
{
    tree_each(n, function->body)
        if (strcmp(n->name, "go_lock_os_thread") == 0)
            return true;
    return false;
}

static void run(struct unit *u)
{
    for (struct node *f = u->functions; f; f = f->next) {
        if (keeps_thread(f))
            continue;
        tree_each(n, f->body) {
            look_at_use(u, f, n);
            look_at_pointer(u, n);
            look_at_call(u, n);
        }
    }
}

const struct check check_threadlocal = {"threadlocal",
                                        "thread-local variables used on both sides of a park", run};
