// SPDX-License-Identifier: MIT
// waitgroup: go_waitgroup_add in the goroutine that it counts. The wait may come first and find nobody. What a goroutine
// adds for others that it starts, or while its own count is held by who started it, is right and not reported.
#include "findings.h"
#include "names.h"

#include <string.h>

static bool is_negative(struct node *n)
{
    CXEvalResult r = n ? clang_Cursor_Evaluate(n->cursor) : NULL;
    bool yes = r && clang_EvalResult_getKind(r) == CXEval_Int && clang_EvalResult_getAsInt(r) < 0;
    if (r)
        clang_EvalResult_dispose(r);
    return yes;
}

static bool is_add(const struct node *n)
{
    return n->kind == CXCursor_CallExpr && strcmp(n->name, "go_waitgroup_add") == 0 &&
           !is_negative(call_argument(n, 1));
}

// What a local pointer is a new name for: go_waitgroup *wg = arg, or = &job->wg.
static struct node *renamed(struct node *function, const struct node *reference)
{
    tree_each(n, function->body)
        if (n->kind == CXCursor_VarDecl && node_same_decl(n, reference)) {
            struct node *value = n->first;
            while (value && value->kind == CXCursor_CStyleCastExpr)
                value = value->first;
            bool is_name = value && value->kind == CXCursor_DeclRefExpr;
            return is_name || (value && address_of(value)) ? value : NULL;
        }
    return NULL;
}

// The expression behind the names of local pointers.
static struct node *origin(struct node *function, struct node *wg)
{
    for (struct node *value = wg; value; value = renamed(function, value)) {
        wg = value;
        if (wg->kind != CXCursor_DeclRefExpr)
            break;
    }
    return wg;
}

// Which parameter of the function a wait group expression is; -1 for a global one, -2 for neither.
static int parameter_index(struct node *function, struct node *wg)
{
    struct node *place = address_of(wg);
    struct node *v = base_variable(place ? place : wg),
                *value = v && !place ? renamed(function, v) : NULL;
    if (value)
        return parameter_index(function, value);
    int index = 0;
    for (struct node *c = v ? function->first : NULL; c; c = c->next) {
        if (c->kind != CXCursor_ParmDecl)
            continue;
        if (node_same_decl(c, v))
            return index;
        index++;
    }
    if (!v)
        // Something like &job->wg: part of what a parameter points to.
        for (struct node *c = place ? place : wg; c; c = c->first)
            if (c->kind == CXCursor_DeclRefExpr)
                return parameter_index(function, c);
    return v && !is_local(v, function) ? -1 : -2;
}

// Whether something behind n in the function may start whom the add is for: a go, or a call that gets the wait group.
static bool starts_others(struct unit *u, struct node *function, struct node *add)
{
    bool behind = false;
    tree_each(n, function->body) {
        if (n == add)
            behind = true;
        else if (behind && is_add(n))
            return false;
        else if (behind && node_spawns(n))
            return true;
        else if (behind && n->kind == CXCursor_CallExpr && strncmp(n->name, "go_", 3) != 0) {
            for (unsigned i = 0; call_argument(n, i); i++)
                if (same_place(call_argument(n, i), call_argument(add, 0)) && !callee(u, n))
                    return true;
            struct node *f = callee(u, n);
            if (f)
                tree_each(c, f->body)
                    if (node_spawns(c))
                        return true;
        }
    }
    return false;
}

static bool is_done_with(struct node *function, struct node *wg)
{
    struct node *call;
    tree_each(n, function->body)
        if (calls_now_or_deferred(n, "go_waitgroup_done", &call) &&
            same_place(call_argument(call, 0), wg))
            return true;
    return false;
}

// Whether the function that starts the goroutine counts it, or anybody, with the same wait group before.
static bool counts_before(struct node *spawn, struct node *passed)
{
    struct node *function = node_function(spawn);
    for (struct node *n = function->body; n && n != spawn; n = tree_next(function->body, n)) {
        if (!is_add(n))
            continue;
        if (!passed || same_place(call_argument(n, 0), passed))
            return true;
    }
    return false;
}

static bool waits_for(struct node *spawn, struct node *wg)
{
    struct node *function = node_function(spawn), *call;
    tree_each(n, function->body)
        if (calls_now_or_deferred(n, "go_waitgroup_wait", &call) &&
            same_place(call_argument(call, 0), wg))
            return true;
    return false;
}

// add: the call that counts wg up, itself or by a helper.
static void look_at_add(struct unit *u, struct node *spawn, struct node *f, struct node *add,
                        struct node *wg)
{
    int index = parameter_index(f, wg);
    if (index == -2)
        return;
    // Part of a struct goes by the struct's name: then any count in the function that starts it is taken for this one.
    struct node *source = origin(f, wg), *place = address_of(source), *passed = wg;
    bool whole = (place ? place : source)->kind == CXCursor_DeclRefExpr;
    if (index >= 0)
        passed = whole ? call_argument(spawn->bound, (unsigned)index) : NULL;
    if (counts_before(spawn, passed) || starts_others(u, f, add))
        return;
    if (is_done_with(f, wg) || waits_for(spawn, passed))
        found(&check_waitgroup, add,
              "go_waitgroup_add in the goroutine that it counts: the wait may be over before; add "
              "before the go in line %u, or use go_waitgroup_go",
              spawn->at.line);
}

// Of a helper that only counts a wait group up: which of its parameters that is; -1 for any other function.
static int adds_for(struct node *function)
{
    int index = -1;
    tree_each(n, function->body) {
        if (node_spawns(n))
            return -1;
        if (is_add(n))
            index = parameter_index(function, call_argument(n, 0));
    }
    return index;
}

static void look(struct unit *u, struct node *spawn)
{
    if (strcmp(spawn->starter, "go_spawn_") != 0 && strcmp(spawn->starter, "go_safe_") != 0)
        return;
    struct node *f = callee(u, spawn->bound);
    if (!f)
        return;
    tree_each(n, f->body) {
        int helped;
        if (is_add(n))
            look_at_add(u, spawn, f, n, call_argument(n, 0));
        else if (callee(u, n) && (helped = adds_for(callee(u, n))) >= 0)
            look_at_add(u, spawn, f, n, call_argument(n, (unsigned)helped));
    }
}

static void run(struct unit *u)
{
    for (struct node *f = u->functions; f; f = f->next)
        tree_each(n, f->body)
            if (n->role == ROLE_SPAWN)
                look(u, n);
}

const struct check check_waitgroup = {"waitgroup",
                                      "go_waitgroup_add inside the goroutine that it counts", run};
