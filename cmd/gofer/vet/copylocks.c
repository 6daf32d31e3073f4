// SPDX-License-Identifier: MIT
// copylocks: copies of what must not be copied: gofer's locks, wait groups and the like, and structs and arrays that hold
// one. A copy of a lock is another lock, whose state is that of the moment. To initialise one, by an initialiser, a
// compound literal or a function that returns a fresh one, is no copy; nor is anything that goes by pointer.
#include "findings.h"
#include "names.h"

#include <string.h>

static const char *const locks[] = {
    "go_mutex",        "go_rwmutex",     "go_waitgroup",     "go_once",         "go_once_value",
    "go_cond",         "go_pool",        "go_map",           "go_singleflight", "go_lfstack",
    "pthread_mutex_t", "pthread_cond_t", "pthread_rwlock_t", "sem_t",           NULL};

static enum CXVisitorResult visit_field(CXCursor field, CXClientData data);

// The name of the lock in a type into *name; false if it holds none.
static bool holds_lock(CXType type, char name[64])
{
    CXString s = clang_getCursorSpelling(clang_getTypeDeclaration(type));
    strncpy(name, clang_getCString(s), 63);
    clang_disposeString(s);
    if (name_in(name, locks))
        return true;
    CXType canonical = clang_getCanonicalType(type);
    if (canonical.kind == CXType_ConstantArray)
        return holds_lock(clang_getArrayElementType(canonical), name);
    if (canonical.kind != CXType_Record)
        return false;
    s = clang_getCursorSpelling(clang_getTypeDeclaration(canonical));
    strncpy(name, clang_getCString(s), 63);
    clang_disposeString(s);
    if (name_in(name, locks))
        return true;
    name[0] = '\0';
    clang_Type_visitFields(canonical, visit_field, name);
    return name[0] != '\0';
}

static enum CXVisitorResult visit_field(CXCursor field, CXClientData data)
{
    char name[64] = "";
    if (!holds_lock(clang_getCursorType(field), name))
        return CXVisit_Continue;
    memcpy(data, name, sizeof(name));
    return CXVisit_Break;
}

static bool node_holds_lock(const struct node *n, char name[64])
{
    name[0] = '\0';
    return n && holds_lock(clang_getCursorType(n->cursor), name);
}

// Whether the value exists already, somewhere else: it is read from there.
static bool is_read(const struct node *value)
{
    while (value && value->kind == CXCursor_StmtExpr && value->first)
        value = node_last(value->first);
    if (!value)
        return false;
    if (value->kind == CXCursor_ConditionalOperator)
        return is_read(node_child(value, 1)) || is_read(node_child(value, 2));
    return value->kind == CXCursor_DeclRefExpr || value->kind == CXCursor_MemberRefExpr ||
           value->kind == CXCursor_ArraySubscriptExpr ||
           (value->kind == CXCursor_UnaryOperator && strcmp(value->op, "*") == 0);
}

static void look_at_variable(struct node *n)
{
    char lock[64];
    if (!node_holds_lock(n, lock))
        return;
    // chan_range declares its variable without a value.
    struct node *range = n->parent ? n->parent->parent : NULL;
    bool in_range = range && range->kind == CXCursor_ForStmt && range->init == n->parent &&
                    !n->first && range->cond && range->cond->kind == CXCursor_StmtExpr;
    if (in_range)
        found(&check_copylocks, n, "the range copies a %s into %s: range over pointers", lock,
              n->name);
    else if (is_read(n->first))
        found(&check_copylocks, n,
              strncmp(n->name, "go_v_", 5) == 0 ? "the send copies a %s: send a pointer"
                                                : "the initialisation copies a %s: use a pointer",
              lock);
}

static bool is_memory_copy(const char *name)
{
    return strstr(name, "memcpy") || strstr(name, "memmove");
}

static void look_at_copied_memory(struct node *call)
{
    char lock[64] = "";
    struct node *from = call_argument(call, 1);
    while (from && from->kind == CXCursor_CStyleCastExpr)
        from = from->first;
    if (from &&
        holds_lock(clang_getPointeeType(clang_getCanonicalType(clang_getCursorType(from->cursor))),
                   lock))
        found(&check_copylocks, call, "%s copies a %s", call->name, lock);
}

static void look_at_call(struct node *call)
{
    char lock[64];
    if (is_memory_copy(call->name))
        look_at_copied_memory(call);
    for (unsigned i = 0; call_argument(call, i); i++) {
        struct node *value = call_argument(call, i);
        bool decays =
            clang_getArraySize(clang_getCanonicalType(clang_getCursorType(value->cursor))) >= 0;
        if (!decays && node_holds_lock(value, lock) && is_read(value))
            found(&check_copylocks, value, "the call of %s copies a %s: pass a pointer", call->name,
                  lock);
    }
}

// Whether the value is a local variable whose address nobody has taken: then its lock has never been used.
static bool is_unused(struct node *value)
{
    struct node *function = node_function(value);
    if (value->kind != CXCursor_DeclRefExpr || !is_local(value, function))
        return false;
    tree_each(n, function->body) {
        struct node *place = n->kind == CXCursor_UnaryOperator ? address_of(n) : NULL;
        struct node *v = place ? base_variable(place) : NULL;
        if (v && node_same_decl(v, value))
            return false;
    }
    return true;
}

// The element of a list of initialisers, at any depth.
static void look_at_elements(struct node *list)
{
    char lock[64];
    for (struct node *c = list->first; c; c = c->next)
        if (is_read(c) && node_holds_lock(c, lock))
            found(&check_copylocks, c, "the initialiser copies a %s: use a pointer", lock);
}

static void look(struct node *n)
{
    char lock[64];
    switch ((int)n->kind) {
    case CXCursor_ParmDecl:
        if (node_holds_lock(n, lock))
            found(&check_copylocks, n, "the parameter %s gets a copy of a %s: take a pointer",
                  n->name, lock);
        break;
    case CXCursor_VarDecl:
        look_at_variable(n);
        break;
    case CXCursor_BinaryOperator:
        if (strcmp(n->op, "=") == 0 && is_read(node_last(n)) && node_holds_lock(node_last(n), lock))
            found(&check_copylocks, n, "the assignment copies a %s: use a pointer", lock);
        break;
    case CXCursor_ReturnStmt:
        if (is_read(n->first) && node_holds_lock(n->first, lock) && !is_unused(n->first))
            found(&check_copylocks, n, "the return copies a %s: return a pointer", lock);
        break;
    case CXCursor_InitListExpr:
        look_at_elements(n);
        break;
    case CXCursor_CallExpr:
        look_at_call(n);
        break;
    }
}

static void run(struct unit *u)
{
    for (struct node *f = u->functions; f; f = f->next)
        tree_each(n, f)
            look(n);
}

const struct check check_copylocks = {"copylocks", "locks and the like copied by value", run};
