// SPDX-License-Identifier: MIT
// The knowledge about gofer that the checks share: which functions park, which wait for another goroutine's work, and
// how expressions name a place. Functions of the program's are asked by looking into them, a few calls deep, so that a
// helper named wait_for_all is known for what it does.
#include "names.h"

#include <string.h>

enum { DEPTH = 6 }; // calls deep that a function is looked into

// Wait until another goroutine, or somebody, has done something.
static const char *const waiting[] = {"go_chan_recv_",
                                      "go_chan_send_",
                                      "go_waitgroup_wait",
                                      "go_errgroup_wait",
                                      "go_cond_wait",
                                      "go_cond_wait_timeout",
                                      "go_workers_shutdown",
                                      "go_barrier_wait",
                                      "go_first_",
                                      "go_semaphore_acquire",
                                      "go_singleflight_do_",
                                      "go_http_serve",
                                      "go_http_shutdown",
                                      "go_http_listen_and_serve",
                                      "go_workers_submit_wait_",
                                      "pthread_join",
                                      "go_command_wait",
                                      "go_test_run_",
                                      NULL};

// Park as well, or may.
static const char *const parking[] = {"go_sleep",
                                      "go_yield",
                                      "go_mutex_lock",
                                      "go_rwmutex_lock",
                                      "go_rwmutex_rlock",
                                      "go_once_do_",
                                      "go_once_get_",
                                      "go_read",
                                      "go_write",
                                      "go_fd_wait",
                                      "go_accept",
                                      "go_dial",
                                      "go_dial_timeout",
                                      "go_tls_dial",
                                      "go_conn_read",
                                      "go_conn_write",
                                      "go_conn_writev",
                                      "go_conn_send_file",
                                      "go_conn_recv_from",
                                      "go_conn_send_to",
                                      "go_lookup_host",
                                      "go_command_run",
                                      "go_errgroup_go_",
                                      "go_limiter_wait",
                                      "go_limiter_wait_n",
                                      "go_http_get",
                                      "go_http_do",
                                      "go_http_write",
                                      "go_http_printf",
                                      "go_http_flush",
                                      "go_http_body_read",
                                      "go_http_reply_read",
                                      NULL};

// Keep what was started for later from running, or say that it does.
static const char *const stopping[] = {"go_after_stop_call", "go_timer_stop", NULL};

static const char *const asking[] = {"go_yield", "go_sleep",    "go_num_goroutine",
                                     "usleep",   "sched_yield", NULL};

bool name_in(const char *name, const char *const *list)
{
    while (*list && strcmp(*list, name) != 0)
        list++;
    return *list != NULL;
}

// ---- Functions ----

struct node *function_named(struct unit *u, const struct node *reference)
{
    for (struct node *f = u->functions; reference && f; f = f->next)
        if (node_same_decl(f, reference))
            return f;
    return NULL;
}

struct node *declaration_of(struct node *function, const struct node *reference)
{
    tree_each(n, function->body)
        if (n->kind == CXCursor_VarDecl && node_same_decl(n, reference))
            return n;
    return NULL;
}

struct node *only_value(struct node *function, struct node *declaration)
{
    struct node *value = declaration->first;
    int times = value != NULL;
    tree_each(n, function->body) {
        if (!n->first || n->first->kind != CXCursor_DeclRefExpr ||
            !node_same_decl(n->first, declaration))
            continue;
        bool sets = n->kind == CXCursor_BinaryOperator && strcmp(n->op, "=") == 0;
        bool changes = n->kind == CXCursor_CompoundAssignOperator ||
                       (n->kind == CXCursor_UnaryOperator &&
                        (strcmp(n->op, "&") == 0 || strlen(n->op) > 1));
        if (sets)
            value = node_last(n);
        times += sets + 2 * changes;
    }
    return times == 1 ? value : NULL;
}

struct node *callee(struct unit *u, const struct node *call)
{
    if (!call || call->kind != CXCursor_CallExpr)
        return NULL;
    struct node *f = function_named(u, call), *caller = node_function((struct node *)call);
    if (f || clang_getCursorKind(call->decl) != CXCursor_VarDecl || !caller || !caller->body)
        return f;
    // Through a local variable, which is set once.
    struct node *variable = declaration_of(caller, call);
    struct node *value = variable ? only_value(caller, variable) : NULL;
    if (value && value->kind == CXCursor_UnaryOperator && strcmp(value->op, "&") == 0)
        value = value->first;
    return value ? function_named(u, value) : NULL;
}

struct node *call_argument(const struct node *call, unsigned n)
{
    return call && call->kind == CXCursor_CallExpr ? node_child(call, n + 1) : NULL;
}

// Whether something in the function's own flow is so: the bound calls of goroutines that it starts are not.
static bool does(struct unit *u, struct node *root, bool (*test)(struct unit *, struct node *, int),
                 int depth)
{
    for (struct node *n = root; n;) {
        if (test(u, n, depth))
            return true;
        bool elsewhere = n->role == ROLE_SPAWN || n->role == ROLE_KEEP;
        n = elsewhere ? tree_skip(root, n) : tree_next(root, n);
    }
    return false;
}

static bool is_select_that_blocks(struct node *n)
{
    if (n->role != ROLE_SELECT)
        return false;
    tree_each(c, n)
        if (strcmp(c->name, "go_vet_case_default_") == 0)
            return false;
    return true;
}

static bool parks(struct unit *u, struct node *n, int depth)
{
    if (is_select_that_blocks(n))
        return true;
    if (n->kind != CXCursor_CallExpr)
        return false;
    if (name_in(n->name, parking) || name_in(n->name, waiting))
        return true;
    struct node *f = depth ? callee(u, n) : NULL;
    return f && does(u, f->body, parks, depth - 1);
}

bool call_parks(struct unit *u, const struct node *n)
{
    return parks(u, (struct node *)n, DEPTH);
}

// A call whose body nobody here can see, of the program's own: a prototype in one of its files.
static bool is_unknown(struct unit *u, struct node *call)
{
    if (callee(u, call))
        return false;
    if (clang_Cursor_isNull(call->decl) || clang_getCursorKind(call->decl) != CXCursor_FunctionDecl)
        return true; // through a pointer
    return !clang_Location_isInSystemHeader(clang_getCursorLocation(call->decl));
}

// Whether n is in a loop that asks until something is so: one that starts goroutines itself only takes turns with them.
static bool is_asked_again(struct node *n)
{
    while (n && n->role != ROLE_LOOP)
        n = n->parent;
    if (!n)
        return false;
    tree_each(c, n)
        if (node_spawns(c))
            return false;
    return true;
}

static bool waits(struct unit *u, struct node *n, int depth)
{
    if (is_select_that_blocks(n))
        return true;
    if (n->kind != CXCursor_CallExpr)
        return false;
    if (name_in(n->name, waiting) || name_in(n->name, stopping) ||
        (name_in(n->name, asking) && is_asked_again(n)) || is_unknown(u, n))
        return true;
    struct node *f = depth ? callee(u, n) : NULL;
    return f && does(u, f->body, waits, depth - 1);
}

bool node_waits(struct unit *u, struct node *n)
{
    if (n->role == ROLE_DEFER)
        return n->bound && waits(u, n->bound, DEPTH);
    return waits(u, n, DEPTH);
}

bool function_waits(struct unit *u, struct node *function)
{
    return does(u, function->body, waits, DEPTH);
}

bool round_waits(struct unit *u, struct node *loop, struct node *spawn)
{
    bool behind = false;
    for (struct node *n = loop->body; n;) {
        behind |= n == spawn;
        bool elsewhere = node_spawns(n); // what the goroutines do is not this round's
        if ((behind || n->role == ROLE_DEFER) && !elsewhere && node_waits(u, n))
            return true;
        n = elsewhere ? tree_skip(loop->body, n) : tree_next(loop->body, n);
    }
    return false;
}

bool node_spawns(const struct node *n)
{
    return n->role == ROLE_SPAWN || n->role == ROLE_KEEP;
}

static bool may_exit(struct unit *u, struct node *n, int depth)
{
    static const char *const names[] = {
        "go_exit", "go_panic", "go_panic_value", "longjmp", "siglongjmp", "pthread_exit", NULL};
    if (n->kind != CXCursor_CallExpr)
        return false;
    if (name_in(n->name, names))
        return true;
    struct node *f = depth ? callee(u, n) : NULL;
    return f && does(u, f->body, may_exit, depth - 1);
}

bool function_may_exit(struct unit *u, struct node *function)
{
    return does(u, function->body, may_exit, DEPTH);
}

bool calls_now_or_deferred(struct node *n, const char *name, struct node **call)
{
    struct node *c = n->role == ROLE_DEFER || n->role == ROLE_CALL ? n->bound : n;
    if (!c || c->kind != CXCursor_CallExpr || strcmp(c->name, name) != 0)
        return false;
    *call = c;
    return true;
}

// ---- Expressions ----

bool same_place(const struct node *a, const struct node *b)
{
    if (!a || !b)
        return !a && !b;
    if (a->kind == CXCursor_CStyleCastExpr)
        return same_place(a->first, b);
    if (b->kind == CXCursor_CStyleCastExpr)
        return same_place(a, b->first);
    if (a->kind != b->kind || strcmp(a->op, b->op) != 0)
        return false;
    if (a->kind == CXCursor_CallExpr)
        return false;
    if (!clang_Cursor_isNull(a->decl) || !clang_Cursor_isNull(b->decl))
        if (!node_same_decl(a, b))
            return false;
    struct node *x = a->first, *y = b->first;
    for (; x && y; x = x->next, y = y->next)
        if (!same_place(x, y))
            return false;
    return !x && !y;
}

static bool is_array(const struct node *n)
{
    CXType t = clang_getCanonicalType(clang_getCursorType(n->cursor));
    return t.kind == CXType_ConstantArray || t.kind == CXType_VariableArray ||
           t.kind == CXType_IncompleteArray;
}

static bool is_pointer(const struct node *n)
{
    return clang_getCanonicalType(clang_getCursorType(n->cursor)).kind == CXType_Pointer;
}

struct node *base_variable(struct node *n)
{
    for (;;) {
        if (!n || n->kind == CXCursor_DeclRefExpr)
            return n;
        if (n->kind == CXCursor_MemberRefExpr && n->first && !is_pointer(n->first))
            n = n->first;
        else if (n->kind == CXCursor_ArraySubscriptExpr && n->first && is_array(n->first))
            n = n->first;
        else
            return NULL;
    }
}

bool is_local(const struct node *reference, const struct node *function)
{
    CXCursor d = reference->decl;
    enum CXCursorKind kind = clang_getCursorKind(d);
    if (kind != CXCursor_VarDecl && kind != CXCursor_ParmDecl)
        return false;
    if (kind == CXCursor_VarDecl &&
        (clang_Cursor_hasVarDeclGlobalStorage(d) == 1 || clang_getCursorTLSKind(d) != CXTLS_None))
        return false;
    CXCursor parent = clang_getCanonicalCursor(clang_getCursorSemanticParent(d));
    return clang_equalCursors(parent, function->decl);
}

struct node *address_of(struct node *n)
{
    while (n && n->kind == CXCursor_CStyleCastExpr)
        n = n->first;
    if (!n)
        return NULL;
    if (n->kind == CXCursor_UnaryOperator && strcmp(n->op, "&") == 0)
        return n->first;
    if (n->kind == CXCursor_BinaryOperator && (n->op[0] == '+' || n->op[0] == '-') && n->first)
        return address_of(n->first);
    return is_array(n) && n->kind != CXCursor_StringLiteral ? n : NULL;
}
