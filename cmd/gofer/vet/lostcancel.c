// SPDX-License-Identifier: MIT
// lostcancel: a context, or another thing that has to be freed or stopped, whose only name is lost before that: dropped
// at once, overwritten, or out of scope on some way out of the function. To pass it on to a call is to lend it, as
// everywhere in gofer, except to functions that by their names end it or to this unit's that store or free it. Storing
// it, returning it and taking its address count as handing it over.
#include "findings.h"
#include "flow.h"
#include "names.h"

#include <string.h>

static const struct maker {
    const char *name, *release, *what;
} makers[] = {
    {"go_context_with_cancel", "go_context_free", "context"},
    {"go_context_with_timeout", "go_context_free", "context"},
    {"go_context_with_deadline", "go_context_free", "context"},
    {"go_context_with_timeout_cause", "go_context_free", "context"},
    {"go_context_with_deadline_cause", "go_context_free", "context"},
    {"go_context_with_value", "go_context_free", "context"},
    {"go_context_without_cancel", "go_context_free", "context"},
    {"go_context_ref", "go_context_free", "context"},
    {"go_signal_context_", "go_context_free", "context"},
    {"go_context_after_func_", "go_after_stop_free", "handle"},
    {"go_ticker_new", "go_ticker_free", "ticker"},
    {"go_timer_new", "go_timer_free", "timer"},
};

static const struct maker *maker_of(const struct node *call)
{
    if (call && call->kind == CXCursor_CallExpr)
        for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
            if (strcmp(call->name, makers[i].name) == 0)
                return &makers[i];
    return NULL;
}

// The maker's name as the program writes it.
static int shown(const struct maker *m)
{
    int n = (int)strlen(m->name);
    return n - (m->name[n - 1] == '_');
}

struct search {
    struct unit *unit;
    const struct maker *maker;
    struct node *variable; // a reference or the declaration
    struct node *creation;
    struct node *lost_at;
    bool overwritten, cancelled;
};

static bool ends_by_name(const char *name)
{
    static const char *const words[] = {"free",    "close", "destroy", "release",  "stop", "end",
                                        "cleanup", "drop",  "delete",  "shutdown", NULL};
    for (size_t i = 0; words[i]; i++)
        if (strstr(name, words[i]))
            return true;
    return false;
}

static unsigned argument_index(const struct node *call, const struct node *argument)
{
    unsigned index = 0;
    for (struct node *c = call->first->next; c && c != argument; c = c->next)
        index++;
    return index;
}

// The parameter of a function of this unit: is it stored, returned, freed or handed on?
static bool takes_over(struct unit *u, struct node *function, unsigned index, int depth);

static bool is_handed_over_by(struct unit *u, struct node *call, unsigned index, int depth)
{
    static const char *const keeps[] = {"go_context_cancel", "go_context_cancel_cause", NULL};
    struct node *f = callee(u, call);
    if (f)
        return depth == 0 || takes_over(u, f, index, depth - 1);
    if (name_in(call->name, keeps) || strcmp(call->name, "go_after_stop_call") == 0 ||
        strcmp(call->name, "go_ticker_stop") == 0 || strcmp(call->name, "go_timer_stop") == 0)
        return false;
    if (strncmp(call->name, "go_", 3) == 0)
        return ends_by_name(call->name) && strstr(call->name, "_free");
    return ends_by_name(call->name) || clang_getCursorKind(call->decl) != CXCursor_FunctionDecl;
}

// Whether this use of the variable, a reference, hands it over.
static bool is_handed_over(struct unit *u, struct node *use, int depth)
{
    struct node *n = use, *p = n->parent;
    while (p && p->kind == CXCursor_CStyleCastExpr) {
        n = p;
        p = p->parent;
    }
    if (!p)
        return false;
    if (p->kind == CXCursor_CallExpr)
        return n != p->first && is_handed_over_by(u, p, argument_index(p, n), depth);
    if (p->kind == CXCursor_BinaryOperator)
        return strcmp(p->op, "=") == 0 && p->first != n;
    return p->kind == CXCursor_ReturnStmt || p->kind == CXCursor_InitListExpr ||
           p->kind == CXCursor_VarDecl ||
           (p->kind == CXCursor_UnaryOperator && strcmp(p->op, "&") == 0) ||
           p->kind == CXCursor_ConditionalOperator;
}

static bool takes_over(struct unit *u, struct node *function, unsigned index, int depth)
{
    struct node *param = function->first;
    for (; param && (param->kind != CXCursor_ParmDecl || index); param = param->next)
        index -= param->kind == CXCursor_ParmDecl;
    if (!param)
        return true;
    tree_each(n, function->body)
        if (n->kind == CXCursor_DeclRefExpr && node_same_decl(n, param) &&
            is_handed_over(u, n, depth))
            return true;
    return false;
}

static bool mentions(struct node *n, const struct node *variable)
{
    tree_each(c, n)
        if (c->kind == CXCursor_DeclRefExpr && node_same_decl(c, variable))
            return true;
    return false;
}

static bool meets(struct node *n, void *arg)
{
    struct search *s = arg;
    if (n->kind == CXCursor_BinaryOperator && strcmp(n->op, "=") == 0 && n->first &&
        node_same_decl(n->first, s->variable) && n->first->kind == CXCursor_DeclRefExpr &&
        n != s->creation->parent) {
        s->overwritten = true;
        s->lost_at = n;
        return true;
    }
    struct node *cancel;
    if (calls_now_or_deferred(n, "go_context_cancel", &cancel) && mentions(cancel, s->variable))
        s->cancelled = true;
    struct node *part = n->role == ROLE_DEFER || node_spawns(n) ? n->bound : n;
    if (part != n && part) {
        for (struct node *c = part->first; c; c = c->next)
            if (c->kind == CXCursor_DeclRefExpr && node_same_decl(c, s->variable) &&
                is_handed_over(s->unit, c, 3))
                return true;
        return false;
    }
    return n->kind == CXCursor_DeclRefExpr && node_same_decl(n, s->variable) &&
           is_handed_over(s->unit, n, 3);
}

// Whether the condition asks if the variable is set.
static bool is_null_test(struct node *cond, const struct node *variable)
{
    if (cond->kind == CXCursor_UnaryOperator && strcmp(cond->op, "!") == 0)
        cond = cond->first;
    if (cond->kind == CXCursor_BinaryOperator && (cond->op[0] == '=' || cond->op[0] == '!'))
        cond = cond->first;
    return cond && cond->kind == CXCursor_DeclRefExpr && node_same_decl(cond, variable);
}

static void leaves(struct node *exit, void *arg)
{
    struct search *s = arg;
    // Who leaves because there is no such thing has nothing to free.
    for (struct node *n = exit; n->parent; n = n->parent)
        if (n->parent->kind == CXCursor_IfStmt && n != n->parent->cond &&
            is_null_test(n->parent->cond, s->variable))
            return;
    if (!s->overwritten && !s->lost_at)
        s->lost_at = exit;
}

// A defer before the creation that frees the variable's value then does not; one behind it is met on the way.
static void follow(struct unit *u, struct node *call, const struct maker *m, struct node *variable)
{
    struct search s = {.unit = u, .maker = m, .variable = variable, .creation = call};
    flow_run(&(struct flow){call, meets, leaves, &s});
    bool ends_with_process = strcmp(node_function(call)->name, "main") == 0;
    if (!s.lost_at || (s.cancelled && !s.overwritten && ends_with_process))
        return;
    if (s.overwritten)
        found(&check_lostcancel, call, "the %s of %.*s is overwritten in line %u before %s",
              m->what, shown(m), m->name, s.lost_at->at.line, m->release);
    else
        found(&check_lostcancel, call,
              "the %s of %.*s is %s on the way out in line %u: %s is missing", m->what, shown(m),
              m->name, s.cancelled ? "cancelled but not freed" : "lost",
              s.lost_at->kind == CXCursor_ReturnStmt ? s.lost_at->at.line : s.lost_at->end.line,
              m->release);
}

// Whether the variable is freed or handed over anywhere in the function: of one that is made on a condition nothing more can
// be said, for that may be asked again.
static bool is_ever_let_go(struct unit *u, struct node *function, const struct node *variable)
{
    tree_each(n, function->body)
        if (n->kind == CXCursor_DeclRefExpr && node_same_decl(n, variable) &&
            is_handed_over(u, n, 3))
            return true;
    return false;
}

// Where the value of a call goes: the local variable that it is stored in; NULL with *dropped for nowhere.
static struct node *taker(struct unit *u, struct node *call, bool *dropped)
{
    struct node *n = call, *p = n->parent;
    bool by_choice = false;
    while (p->kind == CXCursor_CStyleCastExpr ||
           (p->kind == CXCursor_ConditionalOperator && p->first != n)) {
        by_choice |= p->kind == CXCursor_ConditionalOperator;
        n = p;
        p = p->parent;
    }
    if (by_choice && (p->kind != CXCursor_VarDecl || is_ever_let_go(u, node_function(call), p)))
        return NULL;
    *dropped = p->kind == CXCursor_CompoundStmt &&
               clang_getCursorType(n->cursor).kind != CXType_Void; // (void) says that it is meant
    if (p->kind == CXCursor_VarDecl)
        return strncmp(p->name, "go_v_", 5) == 0 ? NULL
                                                 : p; // a value that is sent is the receiver's
    if (p->kind == CXCursor_BinaryOperator && strcmp(p->op, "=") == 0 && p->first != n &&
        p->first->kind == CXCursor_DeclRefExpr && is_local(p->first, node_function(call)) &&
        clang_getCursorKind(p->first->decl) == CXCursor_VarDecl)
        return p->first;
    bool has_a_name = strcmp(call->name, "go_context_ref") == 0; // that of what it refers to
    if (p->kind == CXCursor_CallExpr && p->first != n && !has_a_name &&
        (strncmp(p->name, "go_context_with", 15) == 0 || callee(u, p)) &&
        !is_handed_over_by(u, p, argument_index(p, n), 3))
        *dropped = true; // lent to a function, or to another context, which holds its memory only
    return NULL;
}

static bool is_static(const struct node *variable)
{
    return clang_getCursorKind(variable->decl) == CXCursor_VarDecl &&
           clang_Cursor_hasVarDeclGlobalStorage(variable->decl) == 1;
}

static void run(struct unit *u)
{
    for (struct node *f = u->functions; f; f = f->next)
        tree_each(n, f->body) {
            const struct maker *m = maker_of(n);
            if (!m || !n->parent)
                continue;
            bool dropped = false;
            struct node *variable = taker(u, n, &dropped);
            if (variable && !is_static(variable))
                follow(u, n, m, variable);
            else if (dropped)
                found(&check_lostcancel, n, "the %s of %.*s is dropped: nobody can call %s",
                      m->what, shown(m), m->name, m->release);
        }
}

const struct check check_lostcancel = {
    "lostcancel", "contexts, tickers and timers that are lost before they are freed", run};
