// SPDX-License-Identifier: MIT
// errors: a result of gofer's that is 0 or a negative errno, or a count or a negative errno, and that nobody looks at.
// `(void)` before the call says that it does not matter. Left out are closing and setting a deadline, which fail only for
// what is closed already, and what a handler writes to its response, for the server notices a lost client by itself; and
// waits whose only error is their context's, if that is none or the background, or their jobs', if these return 0 only. A deferred call has no place for a
// result, so it is none of this check's business either.
#include "findings.h"
#include "names.h"

#include <string.h>

static const char *const checked[] = {"go_addr_parse",
                                      "go_addr_text",
                                      "go_command_kill",
                                      "go_command_run",
                                      "go_command_wait",
                                      "go_conn_local_addr",
                                      "go_conn_read",
                                      "go_conn_recv_from",
                                      "go_conn_remote_addr",
                                      "go_conn_send_file",
                                      "go_conn_send_to",
                                      "go_conn_write",
                                      "go_conn_writev",
                                      "go_errgroup_wait",
                                      "go_fd_wait",
                                      "go_first_",
                                      "go_fsync",
                                      "go_http_do",
                                      "go_http_get",
                                      "go_http_listen_and_serve",
                                      "go_http_serve",
                                      "go_http_body_read",
                                      "go_http_reply_read",
                                      "go_http_shutdown",
                                      "go_limiter_wait",
                                      "go_limiter_wait_n",
                                      "go_listener_addr",
                                      "go_lookup_host",
                                      "go_open",
                                      "go_pipe",
                                      "go_pread",
                                      "go_profile_start",
                                      "go_profile_stop",
                                      "go_profile_write",
                                      "go_pwrite",
                                      "go_read",
                                      "go_readdir",
                                      "go_semaphore_acquire",
                                      "go_singleflight_do_",
                                      "go_stat",
                                      "go_tls_reload",
                                      "go_workers_shutdown",
                                      "go_workers_submit_",
                                      "go_workers_submit_wait_",
                                      "go_write",
                                      NULL};

static bool is_zero(const struct node *literal)
{
    CXEvalResult r = clang_Cursor_Evaluate(literal->cursor);
    bool yes = r && clang_EvalResult_getKind(r) == CXEval_Int && clang_EvalResult_getAsInt(r) == 0;
    if (r)
        clang_EvalResult_dispose(r);
    return yes;
}

// Whether they got what they tried for.
static const char *const tries[] = {"go_mutex_try_lock", "go_rwmutex_try_lock",
                                    "go_rwmutex_try_rlock", "go_semaphore_try_acquire", NULL};

// Whether the call can fail only because of its context, and that never ends.
static bool cannot_fail(const struct node *call)
{
    static const char *const waits[] = {"go_semaphore_acquire", "go_workers_shutdown",
                                        "go_http_shutdown", "go_limiter_wait", NULL};
    struct node *ctx = call_argument(call, 1);
    if (!ctx || !name_in(call->name, waits))
        return false;
    while (ctx->kind == CXCursor_CStyleCastExpr && ctx->first)
        ctx = ctx->first;
    return ctx->kind == CXCursor_IntegerLiteral || strcmp(ctx->name, "go_context_background") == 0;
}

static bool always_returns_zero(struct node *function)
{
    tree_each(n, function->body)
        if (n->kind == CXCursor_ReturnStmt &&
            !(n->first && n->first->kind == CXCursor_IntegerLiteral && is_zero(n->first)))
            return false;
    return true;
}

// Whether the jobs of an errgroup are all of this function's making, and none of them can fail.
static bool waits_for_infallible_jobs(struct unit *u, struct node *call)
{
    bool any = false;
    if (strcmp(call->name, "go_errgroup_wait") != 0)
        return false;
    tree_each(n, node_function(call)->body) {
        if (n->role != ROLE_KEEP || strncmp(n->starter, "go_errgroup_", 12) != 0)
            continue;
        struct node *job = callee(u, n->bound);
        if (!job || !always_returns_zero(job))
            return false;
        any = true;
    }
    return any;
}

// The macros of jobs begin with a check of types: (void)sizeof…, and then the call.
static bool is_behind_a_check(const struct node *n)
{
    const struct node *p = n->parent;
    return p && p->kind == CXCursor_BinaryOperator && !n->next && p->first != n &&
           p->first->kind == CXCursor_CStyleCastExpr && !p->first->first;
}

// The value of a statement expression is that of its last statement.
static struct node *whole_expression(struct node *n)
{
    for (;;) {
        struct node *p = n->parent;
        if (is_behind_a_check(n))
            n = p;
        else if (p && p->kind == CXCursor_CompoundStmt && !n->next && p->parent &&
                 p->parent->kind == CXCursor_StmtExpr && !p->parent->bound)
            n = p->parent;
        else
            return n;
    }
}

// Of an expression that has a call's result for its value.
static bool is_dropped(struct node *e)
{
    struct node *n = whole_expression(e), *p = n->parent;
    if (!p)
        return false;
    switch ((int)p->kind) {
    case CXCursor_CompoundStmt:
        return !p->parent || !p->parent->bound; // a bound call's result has no taker
    case CXCursor_LabelStmt:
    case CXCursor_DefaultStmt:
        return true;
    case CXCursor_CaseStmt:
        return n != p->first;
    case CXCursor_IfStmt:
    case CXCursor_WhileStmt:
    case CXCursor_DoStmt:
        return n != p->cond;
    case CXCursor_ConditionalOperator:
        return n != p->first && is_dropped(p);
    case CXCursor_BinaryOperator:
        return strcmp(p->op, ",") == 0 && is_dropped(p);
    case CXCursor_ForStmt:
        return n == p->init || n == p->step || n == p->body;
    default:
        return false;
    }
}

static void look(struct unit *u, struct node *n)
{
    if (n->kind != CXCursor_CallExpr)
        return;
    int length = (int)strlen(n->name);
    length -= length > 0 && n->name[length - 1] == '_';
    if (name_in(n->name, tries) && is_dropped(n))
        found(&check_errors, n, "the result of %.*s says whether it got the lock, and is dropped",
              length, n->name);
    else if (name_in(n->name, checked) && !cannot_fail(n) && !waits_for_infallible_jobs(u, n) &&
             is_dropped(n))
        found(&check_errors, n,
              "the result of %.*s may be an error, and is dropped: look at it, or write (void) "
              "before the call",
              length, n->name);
}

static void run(struct unit *u)
{
    for (struct node *f = u->functions; f; f = f->next)
        tree_each(n, f)
            look(u, n);
}

const struct check check_errors = {"errors", "errors that are dropped", run};
