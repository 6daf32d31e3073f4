// SPDX-License-Identifier: MIT
// blocking: a libc call that blocks the thread, in a function that runs in a goroutine, where gofer has a call that parks
// the goroutine only. Looked at is whatever this file starts as a goroutine or names as a handler or stage, and what that
// calls. go_blocking, go_blocking_begin and go_lock_os_thread say that the blocking is meant.
#include "findings.h"
#include "names.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

static const struct blocker {
    const char *name, *instead;
} blockers[] = {
    {"sleep", "go_sleep"},
    {"usleep", "go_sleep"},
    {"nanosleep", "go_sleep"},
    {"clock_nanosleep", "go_sleep"},
    {"thrd_sleep", "go_sleep"},
    {"poll", "go_fd_wait"},
    {"ppoll", "go_fd_wait"},
    {"select", "go_fd_wait, or go_select over goroutines"},
    {"pselect", "go_fd_wait, or go_select over goroutines"},
    {"epoll_wait", "go_fd_wait"},
    {"epoll_pwait", "go_fd_wait"},
    {"pthread_mutex_lock", "go_mutex_lock"},
    {"pthread_mutex_timedlock", "go_mutex_lock"},
    {"mtx_lock", "go_mutex_lock"},
    {"mtx_timedlock", "go_mutex_lock"},
    {"pthread_spin_lock", "go_mutex_lock"},
    {"pthread_rwlock_rdlock", "go_rwmutex_rlock"},
    {"pthread_rwlock_wrlock", "go_rwmutex_lock"},
    {"pthread_cond_wait", "go_cond_wait"},
    {"pthread_cond_timedwait", "go_cond_wait_timeout"},
    {"cnd_wait", "go_cond_wait"},
    {"cnd_timedwait", "go_cond_wait_timeout"},
    {"pthread_join", "go_waitgroup_wait, for goroutines"},
    {"thrd_join", "go_waitgroup_wait, for goroutines"},
    {"pthread_barrier_wait", "go_barrier_wait"},
    {"pthread_once", "go_once_do"},
    {"call_once", "go_once_do"},
    {"sem_wait", "go_semaphore_acquire, or a channel"},
    {"sem_timedwait", "go_semaphore_acquire, or a channel"},
    {"sem_clockwait", "go_semaphore_acquire, or a channel"},
    {"read", "go_read"},
    {"readv", "go_read"},
    {"write", "go_write"},
    {"writev", "go_write"},
    {"recv", "go_conn_read, or go_read"},
    {"recvfrom", "go_conn_recv_from"},
    {"recvmsg", "go_conn_recv_from, or go_fd_wait before it"},
    {"send", "go_conn_write, or go_write"},
    {"sendto", "go_conn_send_to"},
    {"sendmsg", "go_conn_writev, or go_fd_wait before it"},
    {"sendfile", "go_conn_send_file"},
    {"accept", "go_accept"},
    {"accept4", "go_accept"},
    {"connect", "go_dial"},
    {"getaddrinfo", "go_lookup_host"},
    {"gethostbyname", "go_lookup_host"},
    {"wait", "go_command_wait"},
    {"waitpid", "go_command_wait"},
    {"wait3", "go_command_wait"},
    {"wait4", "go_command_wait"},
    {"waitid", "go_command_wait"},
    {"system", "go_command_run"},
    {"popen", "go_command_start"},
    {"fsync", "go_fsync"},
    {"fdatasync", "go_fsync"},
    {"pause", "go_signal_notify and a receive"},
    {"sigwait", "go_signal_notify and a receive"},
    {"sigwaitinfo", "go_signal_notify and a receive"},
    {"sigtimedwait", "go_signal_notify and a select"},
    {"sigsuspend", "go_signal_notify and a receive"},
};

static const struct blocker *blocker_of(struct unit *u, const struct node *call)
{
    if (call->kind != CXCursor_CallExpr || callee(u, call) || clang_Cursor_isNull(call->decl) ||
        !clang_Location_isInSystemHeader(clang_getCursorLocation(call->decl)))
        return NULL;
    for (size_t i = 0; i < sizeof(blockers) / sizeof(blockers[0]); i++)
        if (strcmp(call->name, blockers[i].name) == 0)
            return &blockers[i];
    return NULL;
}

// ---- Calls that are told not to wait ----

static bool evaluates(const struct node *n, int *value)
{
    CXEvalResult r = n ? clang_Cursor_Evaluate(n->cursor) : NULL;
    bool constant = r && clang_EvalResult_getKind(r) == CXEval_Int;
    if (constant)
        *value = clang_EvalResult_getAsInt(r);
    if (r)
        clang_EvalResult_dispose(r);
    return constant;
}

// By a flag in one of the arguments, or a time of 0 (flag is 0) there.
static bool is_told_not_to_wait(const struct node *call)
{
    static const struct {
        const char *name;
        unsigned argument;
        int flag;
    } ways[] = {
        {"poll", 2, 0},
        {"epoll_wait", 3, 0},
        {"epoll_pwait", 3, 0},
        {"recv", 3, MSG_DONTWAIT},
        {"recvfrom", 3, MSG_DONTWAIT},
        {"recvmsg", 2, MSG_DONTWAIT},
        {"send", 3, MSG_DONTWAIT},
        {"sendto", 3, MSG_DONTWAIT},
        {"sendmsg", 2, MSG_DONTWAIT},
        {"waitpid", 2, WNOHANG},
        {"wait3", 1, WNOHANG},
        {"wait4", 2, WNOHANG},
        {"waitid", 3, WNOHANG},
    };
    int value;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        if (strcmp(call->name, ways[i].name) == 0)
            return evaluates(call_argument(call, ways[i].argument), &value) &&
                   (ways[i].flag ? (value & ways[i].flag) != 0 : value == 0);
    return false;
}

// ---- Descriptors that do not block: plain files, and standard output for a message ----

static bool opens_file(const struct node *n)
{
    static const char *const names[] = {"open",    "open64",       "openat",  "creat",    "fileno",
                                        "mkstemp", "memfd_create", "eventfd", "shm_open", "go_open",
                                        NULL};
    while (n && n->kind == CXCursor_CStyleCastExpr)
        n = n->first;
    return n && n->kind == CXCursor_CallExpr && name_in(n->name, names);
}

static bool is_harmless_descriptor(const struct node *call, struct node *fd)
{
    if (!fd)
        return true;
    int number;
    if (evaluates(fd, &number))
        return strncmp(call->name, "write", 5) == 0;
    if (opens_file(fd))
        return true;
    tree_each(n, node_function(fd)) {
        if (n->kind == CXCursor_VarDecl && node_same_decl(n, fd) && opens_file(n->first))
            return true;
        if (n->kind == CXCursor_BinaryOperator && strcmp(n->op, "=") == 0 && n->first &&
            node_same_decl(n->first, fd) && opens_file(node_last(n)))
            return true;
    }
    return false;
}

static bool is_by_descriptor(const char *name)
{
    static const char *const names[] = {"read", "readv", "write", "writev", NULL};
    return name_in(name, names);
}

// ---- Blocking that is meant ----

static bool is_in_region(struct node *call)
{
    struct node *p = call->parent;
    if (p && p->kind == CXCursor_BinaryOperator && strcmp(p->first->name, "go_blocking_begin") == 0)
        return true; // go_blocking
    int open = 0;
    struct node *function = node_function(call);
    for (struct node *n = function->body; n && n != call; n = tree_next(function->body, n)) {
        if (n->kind != CXCursor_CallExpr || n->parent->kind == CXCursor_BinaryOperator)
            continue;
        open += strcmp(n->name, "go_blocking_begin") == 0;
        open -= strcmp(n->name, "go_blocking_end") == 0;
    }
    return open > 0;
}

static bool has_own_thread(struct node *function)
{
    tree_each(n, function->body)
        if (n->kind == CXCursor_CallExpr && strcmp(n->name, "go_lock_os_thread") == 0)
            return true;
    return false;
}

// ---- What runs in goroutines ----

enum { FUNCTIONS_MAX = 1024 };

struct reached {
    struct unit *unit;
    struct node *functions[FUNCTIONS_MAX];
    size_t count;
};

static void reach(struct reached *r, struct node *f)
{
    if (!f || r->count == FUNCTIONS_MAX || has_own_thread(f))
        return;
    for (size_t i = 0; i < r->count; i++)
        if (r->functions[i] == f)
            return;
    r->functions[r->count++] = f;
    for (struct node *n = f->body; n; n = tree_next(f->body, n))
        if (n->kind == CXCursor_CallExpr && !is_in_region(n))
            reach(r, callee(r->unit, n));
}

static void look(struct unit *u, struct node *call)
{
    const struct blocker *b = blocker_of(u, call);
    if (!b || is_in_region(call) || is_told_not_to_wait(call))
        return;
    if (is_by_descriptor(b->name) && is_harmless_descriptor(call, call_argument(call, 0)))
        return;
    found(&check_blocking, call, "%s blocks the goroutine's thread: use %s", b->name, b->instead);
}

// Functions that are passed by name to those that call them in goroutines of their own.
static void reach_named(struct reached *r, struct node *call)
{
    static const char *const takers[] = {"go_http_handle", "go_http_handle_at_", "go_http_use",
                                         "go_pipe_start_", NULL};
    if (call->kind != CXCursor_CallExpr || !name_in(call->name, takers))
        return;
    for (struct node *n = call->first; n; n = tree_next(call, n))
        if (n->kind == CXCursor_DeclRefExpr)
            reach(r, function_named(r->unit, n));
}

static void run(struct unit *u)
{
    struct reached *r = unit_alloc(u, sizeof(*r));
    r->unit = u;
    for (struct node *f = u->functions; f; f = f->next)
        tree_each(n, f->body) {
            if (node_spawns(n) && n->bound && n->bound->kind == CXCursor_CallExpr) {
                reach(r, callee(u, n->bound));
                look(u, n->bound);
            }
            reach_named(r, n);
        }
    for (size_t i = 0; i < r->count; i++)
        tree_each(n, r->functions[i]->body)
            look(u, n);
}

const struct check check_blocking = {
    "blocking", "libc calls that block the thread of a goroutine, where gofer has its own", run};
