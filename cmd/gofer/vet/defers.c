// SPDX-License-Identifier: MIT
// defers: deferred calls that are not made, or too often. A defer belongs to its block. If an endless loop without a way
// out follows in it, the block is never left. If the block is the body of a loop, the call is made in every round: what
// was made once, before the loop, is then freed or closed in the first one and again in the second. Jumps over a defer
// are reported by the compiler (parse.c); longjmp out of its block skips the call too. And an unlock that is deferred only
// after a way out of the function leaves the lock locked there.
#include "findings.h"
#include "flow.h"
#include "names.h"

#include <string.h>

// Calls that end what they get.
static bool is_release(const char *name)
{
    static const char *const names[] = {
        "free", "fclose", "close", "closedir", "pclose", "go_waitgroup_done", NULL};
    size_t n = strlen(name);
    bool suffix = (n > 5 && strcmp(name + n - 5, "_free") == 0) ||
                  (n > 6 && strcmp(name + n - 6, "_close") == 0);
    return name_in(name, names) || suffix;
}

static bool is_declared_in(struct node *loop, const struct node *reference)
{
    tree_each(n, loop)
        if (n->kind == CXCursor_VarDecl && node_same_decl(n, reference))
            return true;
    return false;
}

// Whether the loop writes the variable, gives its address away, or counts the wait group up again.
static bool is_renewed_in(struct node *loop, const struct node *defer, const struct node *reference)
{
    tree_each(n, loop) {
        bool writes = (n->kind == CXCursor_BinaryOperator && strcmp(n->op, "=") == 0) ||
                      n->kind == CXCursor_CompoundAssignOperator ||
                      (n->kind == CXCursor_UnaryOperator && strlen(n->op) > 1);
        bool taken = n->kind == CXCursor_UnaryOperator && strcmp(n->op, "&") == 0;
        bool counted = n->kind == CXCursor_CallExpr && strcmp(n->name, "go_waitgroup_add") == 0;
        if (node_within(n, defer))
            continue;
        if ((writes || taken) && n->first && node_same_decl(n->first, reference) &&
            n->first->kind == CXCursor_DeclRefExpr)
            return true;
        if (counted)
            return true;
    }
    return false;
}

static struct node *enclosing_loop(struct node *defer)
{
    for (struct node *p = defer->parent; p; p = p->parent)
        if (p->role == ROLE_LOOP || p->role == ROLE_SELECT)
            return p->role == ROLE_LOOP ? p : NULL;
    return NULL;
}

// Whether the loop is over after this round, on the way on which the defer stands.
static bool ends_after_round(struct node *defer, struct node *loop)
{
    for (struct node *p = defer; p != loop; p = p->parent)
        for (struct node *n = p->next; n && p->parent->kind == CXCursor_CompoundStmt; n = n->next)
            if (n->kind == CXCursor_ReturnStmt || n->kind == CXCursor_BreakStmt ||
                n->kind == CXCursor_GotoStmt)
                return true;
    return false;
}

static void look_in_loop(struct node *defer)
{
    struct node *loop = enclosing_loop(defer), *call = defer->bound;
    if (!loop || !call || !is_release(call->name) || !call_argument(call, 0) ||
        ends_after_round(defer, loop))
        return;
    for (unsigned i = 0; call_argument(call, i); i++) {
        struct node *place = address_of(call_argument(call, i));
        struct node *v = base_variable(place ? place : call_argument(call, i));
        if (!v || is_declared_in(loop, v) || is_renewed_in(loop, defer, v))
            return;
    }
    found(&check_defers, defer->parent,
          "%s is called at the end of every round of the loop, for what was made once outside it",
          call->name);
}

struct search {
    struct unit *unit;
    struct node *block;
    bool left;
};

// The block is left by running out of it, which shows as a node outside it, or by a panic or go_exit.
static bool leaves_block(struct node *n, void *arg)
{
    struct search *s = arg;
    bool exits = n->kind == CXCursor_CallExpr &&
                 (flow_is_last(n->name) ||
                  (callee(s->unit, n) && function_may_exit(s->unit, callee(s->unit, n))));
    if (exits || !node_within(n, s->block))
        s->left = true;
    return false;
}

static void leaves_function(struct node *exit, void *arg)
{
    (void)exit;
    ((struct search *)arg)->left = true;
}

static struct node *block_of(struct node *n)
{
    while (n && (n->kind != CXCursor_CompoundStmt || n->parent->kind == CXCursor_StmtExpr))
        n = n->parent;
    return n;
}

// An endless loop behind the defer, in its block.
static struct node *endless_loop_behind(struct node *defer, struct node *block)
{
    bool behind = false;
    tree_each(n, block) {
        behind |= n == defer;
        if (behind && n->role == ROLE_LOOP && n->endless)
            return n;
    }
    return NULL;
}

static void look_behind(struct unit *u, struct node *defer)
{
    struct search s = {u, block_of(defer), false};
    struct node *loop = endless_loop_behind(defer, s.block);
    if (!loop)
        return;
    flow_run(&(struct flow){defer, leaves_block, leaves_function, &s});
    if (!s.left)
        found(&check_defers, defer->parent,
              "%s is never called: the endless loop in line %u has no way out",
              defer->bound ? defer->bound->name : "the function", loop->at.line);
}

// A longjmp that is itself in the block of a defer: its target is outside, or the jump buffer would be dead.
static void look_at_longjmp(struct node *n)
{
    if (n->kind != CXCursor_CallExpr || !strstr(n->name, "longjmp"))
        return;
    struct node *function = node_function(n);
    for (struct node *d = function->body; d && d != n; d = tree_next(function->body, d))
        if (d->role == ROLE_DEFER && node_within(n, block_of(d))) {
            found(&check_defers, n, "%s skips the defer in line %u", n->name, d->parent->at.line);
            return;
        }
}

// The lock that a deferred unlock undoes; NULL if it is none.
static const char *lock_for(const char *unlock)
{
    static const char *const pairs[][2] = {
        {"go_mutex_unlock", "go_mutex_lock"},
        {"go_rwmutex_unlock", "go_rwmutex_lock"},
        {"go_rwmutex_runlock", "go_rwmutex_rlock"},
        {"pthread_mutex_unlock", "pthread_mutex_lock"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (strcmp(pairs[i][0], unlock) == 0)
            return pairs[i][1];
    return NULL;
}

static bool calls_for(const struct node *n, const char *name, const struct node *place)
{
    return n->kind == CXCursor_CallExpr && strcmp(n->name, name) == 0 &&
           same_place(call_argument(n, 0), place);
}

// A return in a statement between the lock and the defer, before which nothing unlocks.
static struct node *locked_return(struct node *statement, const struct node *unlock)
{
    tree_each(n, statement) {
        if (calls_for(n, unlock->name, call_argument(unlock, 0)))
            return NULL;
        if (n->kind == CXCursor_ReturnStmt)
            return n;
    }
    return NULL;
}

static void look_before(struct node *defer)
{
    struct node *unlock = defer->bound, *block = block_of(defer);
    const char *lock = unlock ? lock_for(unlock->name) : NULL;
    bool locked = false;
    for (struct node *c = lock && block ? block->first : NULL; c && !node_within(defer, c);
         c = c->next) {
        struct node *exit = locked ? locked_return(c, unlock) : NULL;
        if (exit)
            found(&check_defers, exit,
                  "the return leaves before the defer in line %u, and the lock stays locked",
                  defer->parent->at.line);
        locked |= calls_for(c, lock, call_argument(unlock, 0));
        locked &= !calls_for(c, unlock->name, call_argument(unlock, 0));
    }
}

static void run(struct unit *u)
{
    for (struct node *f = u->functions; f; f = f->next)
        tree_each(n, f->body) {
            if (n->role == ROLE_DEFER && n->parent) {
                look_in_loop(n);
                look_behind(u, n);
                look_before(n);
            }
            look_at_longjmp(n);
        }
}

const struct check check_defers = {
    "defers", "deferred calls that are never made, jumped over, or made in every round", run};
