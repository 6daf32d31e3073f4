// SPDX-License-Identifier: MIT
// Builds the tree from libclang's cursors. libclang shows neither operators nor which part of a `for` is missing, so
// those are read from the source's text, between the places of the children. What comes out of a macro has the place of
// the macro's use, so its operators cannot be seen this way. Types give away some of them: the taking of an address, what
// follows a pointer, an assignment of structs. The others stay empty, and checks that need one say nothing.
#include "tree.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Memory ----

struct arena {
    struct arena *next;
};

void *unit_alloc(struct unit *u, size_t size)
{
    struct arena *block = calloc(1, sizeof(*block) + size);
    if (!block) {
        fputs("gofer vet: out of memory\n", stderr);
        exit(2);
    }
    block->next = u->arena;
    u->arena = block;
    return block + 1;
}

void unit_close(struct unit *u)
{
    while (u->arena) {
        struct arena *next = u->arena->next;
        free(u->arena);
        u->arena = next;
    }
    clang_disposeTranslationUnit(u->tu);
    *u = (struct unit){0};
}

static const char *keep_string(struct unit *u, CXString s)
{
    const char *text = clang_getCString(s);
    size_t size = text ? strlen(text) + 1 : 1;
    char *copy = unit_alloc(u, size);
    memcpy(copy, text ? text : "", size);
    clang_disposeString(s);
    return copy;
}

// ---- Places ----

static const struct source *source_of(struct unit *u, CXFile file)
{
    for (struct source *s = u->sources; s; s = (struct source *)s->next)
        if (clang_File_isEqual(s->file, file))
            return s;
    struct source *s = unit_alloc(u, sizeof(*s));
    *s = (struct source){.next = u->sources, .file = file};
    s->name = keep_string(u, clang_getFileName(file));
    s->text = clang_getFileContents(u->tu, file, &s->size);
    s->own = !clang_Location_isInSystemHeader(clang_getLocationForOffset(u->tu, file, 0));
    u->sources = s;
    return s;
}

struct place place_of(struct unit *u, CXSourceLocation location)
{
    CXFile file;
    struct place p = {0};
    clang_getFileLocation(location, &file, &p.line, &p.column, &p.offset);
    if (file)
        p.source = source_of(u, file);
    return p;
}

// The offset behind blanks, comments and, if asked for, closing parentheses.
static size_t skip_blank(const struct source *s, size_t at, bool parens)
{
    while (at < s->size) {
        const char *t = s->text + at;
        if (isspace((unsigned char)*t) || *t == '\\' || (parens && *t == ')'))
            at++;
        else if (at + 1 < s->size && t[0] == '/' && t[1] == '/')
            while (at < s->size && s->text[at] != '\n')
                at++;
        else if (at + 1 < s->size && t[0] == '/' && t[1] == '*') {
            const char *stop = strstr(t + 2, "*/");
            at = stop ? (size_t)(stop + 2 - s->text) : s->size;
        } else
            break;
    }
    return at;
}

// ---- Operators ----

static void read_operator(char op[4], const struct place *from, bool parens)
{
    static const char *const known[] = {
        "<<=", ">>=", "==", "!=", "<=", ">=", "&&", "||", "++", "--", "<<", ">>",
        "+=",  "-=",  "*=", "/=", "%=", "&=", "|=", "^=", "=",  "<",  ">",  "+",
        "-",   "*",   "/",  "%",  "&",  "|",  "^",  "!",  "~",  ","};
    if (!from->source || !from->source->text)
        return;
    size_t at = skip_blank(from->source, from->offset, parens);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        size_t n = strlen(known[i]);
        if (at + n <= from->source->size && memcmp(from->source->text + at, known[i], n) == 0) {
            memcpy(op, known[i], n + 1);
            return;
        }
    }
}

static bool apart(const struct place *a, const struct place *b)
{
    return a->source == b->source && a->offset < b->offset;
}

static void find_operator(struct node *n)
{
    struct node *left = n->first;
    if (n->kind == CXCursor_BinaryOperator || n->kind == CXCursor_CompoundAssignOperator) {
        if (left && left->next && apart(&left->end, &left->next->at))
            read_operator(n->op, &left->end, true);
    } else if (n->kind == CXCursor_UnaryOperator && left) {
        if (apart(&n->at, &left->at))
            read_operator(n->op, &n->at, false);
        else if (apart(&left->end, &n->end)) {
            char op[4] = "";
            read_operator(op, &left->end, true);
            if (op[0] == op[1] && strchr("+-", op[0]))
                memcpy(n->op, op[0] == '+' ? "p++" : "p--", sizeof(n->op));
        }
    }
}

static bool points_to(const struct node *pointer, const struct node *pointee)
{
    CXType p = clang_getCanonicalType(clang_getCursorType(pointer->cursor));
    CXType target = clang_getCanonicalType(clang_getPointeeType(p));
    return p.kind == CXType_Pointer &&
           clang_equalTypes(target, clang_getCanonicalType(clang_getCursorType(pointee->cursor)));
}

static bool is_record(const struct node *n)
{
    return clang_getCanonicalType(clang_getCursorType(n->cursor)).kind == CXType_Record;
}

static void infer_operator(struct node *n)
{
    struct node *left = n->first;
    if (!left)
        return;
    if (n->kind == CXCursor_UnaryOperator && !n->op[0]) {
        if (points_to(n, left))
            strcpy(n->op, "&");
        else if (points_to(left, n))
            strcpy(n->op, "*");
    } else if (n->kind == CXCursor_BinaryOperator && is_record(left) && is_record(n)) {
        strcpy(n->op, "="); // between the arguments of a macro there is a comma
    }
}

// ---- Statements ----

// The offsets of the two semicolons of a `for` that is written in the file, not by a macro.
static bool find_semicolons(const struct node *n, size_t semicolons[2])
{
    const struct source *s = n->at.source;
    if (!s || !s->text || n->at.offset + 3 > s->size ||
        memcmp(s->text + n->at.offset, "for", 3) != 0)
        return false;
    int depth = 0, found = 0;
    for (size_t i = skip_blank(s, n->at.offset + 3, false); i < s->size && found < 2;
         i = skip_blank(s, i + 1, false)) {
        char c = s->text[i];
        if (c == '"' || c == '\'') {
            size_t j = i + 1;
            while (j < s->size && s->text[j] != c)
                j += s->text[j] == '\\' ? 2 : 1;
            i = j;
        } else if (strchr("([{", c))
            depth++;
        else if (strchr(")]}", c) && --depth == 0)
            break;
        else if (c == ';' && depth == 1)
            semicolons[found++] = i;
    }
    return found == 2;
}

static void split_written_for(struct node *n, const size_t semicolons[2])
{
    for (struct node *c = n->first; c; c = c->next) {
        if (!c->next)
            n->body = c;
        else if (c->at.offset <= semicolons[0])
            n->init = c;
        else if (c->at.offset <= semicolons[1])
            n->cond = c;
        else
            n->step = c;
    }
    n->endless = !n->cond;
}

// In a macro's `for`, gofer's own among them, a declaration is the first part, and what follows the condition.
static void split_macro_for(struct node *n)
{
    n->body = node_last(n);
    struct node *c = n->first;
    if (c != n->body && c->kind == CXCursor_DeclStmt) {
        n->init = c;
        c = c->next;
    }
    if (c != n->body) {
        n->cond = c;
        c = c->next;
    }
    if (c != n->body)
        n->step = c;
}

static bool is_always_true(const struct node *cond)
{
    if (!cond)
        return false;
    CXEvalResult r = clang_Cursor_Evaluate(cond->cursor);
    bool yes = r && clang_EvalResult_getKind(r) == CXEval_Int && clang_EvalResult_getAsInt(r) != 0;
    if (r)
        clang_EvalResult_dispose(r);
    return yes;
}

static void split_statement(struct node *n)
{
    size_t semicolons[2];
    struct node *second = node_child(n, 1);
    switch ((int)n->kind) {
    case CXCursor_ForStmt:
        if (!n->first)
            break;
        if (find_semicolons(n, semicolons))
            split_written_for(n, semicolons);
        else
            split_macro_for(n);
        break;
    case CXCursor_DoStmt:
        n->body = n->first;
        n->cond = second;
        break;
    case CXCursor_IfStmt:
        n->otherwise = node_child(n, 2);
        // fall through
    case CXCursor_WhileStmt:
    case CXCursor_SwitchStmt:
        n->cond = n->first;
        n->body = second;
        break;
    }
    if (n->kind == CXCursor_ForStmt || n->kind == CXCursor_DoStmt ||
        n->kind == CXCursor_WhileStmt) {
        n->role = ROLE_LOOP;
        n->endless = n->endless || is_always_true(n->cond);
    }
}

// ---- What gofer's macros mean ----

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool calls_case(const struct node *cond)
{
    const struct node *call = cond;
    if (cond->kind == CXCursor_StmtExpr)
        call = cond->first ? node_last(cond->first) : NULL;
    return call && has_prefix(call->name, "go_vet_case_");
}

static void name_loop(struct node *n)
{
    const struct node *var = n->init && n->init->first ? n->init->first : NULL;
    if (n->kind != CXCursor_ForStmt)
        return;
    if (var && has_prefix(var->name, "go_vet_select_"))
        n->role = ROLE_SELECT;
    else if (var && has_prefix(var->name, "go_try_"))
        n->role = ROLE_TRY;
    else if (var && var->first && strcmp(var->first->name, "go_try_caught_") == 0)
        n->role = ROLE_CATCH;
    else if (!n->init && n->cond && calls_case(n->cond))
        n->role = ROLE_CASE;
}

static void name_bound(struct unit *u, struct node *n)
{
    static const struct {
        const char *marker;
        enum role role;
    } markers[] = {
        {"go_vet_call_", ROLE_CALL},
        {"go_vet_defer_", ROLE_DEFER},
        {"go_vet_keep_", ROLE_KEEP},
        {"go_vet_spawn_", ROLE_SPAWN},
    };
    struct node *marker = n->first ? n->first->first : NULL;
    for (size_t i = 0; marker && i < sizeof(markers) / sizeof(markers[0]); i++)
        if (strcmp(marker->name, markers[i].marker) == 0) {
            n->role = markers[i].role;
            n->bound = marker->next;
        }
    if (n->role == ROLE_SPAWN) {
        struct node *then = node_child(marker, 1);
        n->starter = keep_string(u, clang_getCursorSpelling(then->decl));
    }
}

// libclang does not look through the parentheses of (f)(x). And whoever gets a kept call as an argument starts it.
static void name_call(struct node *call)
{
    if (clang_Cursor_isNull(call->decl) && call->first) {
        call->decl = call->first->decl;
        call->name = call->first->name;
    }
    for (struct node *c = call->first; c; c = c->next)
        if (c->role == ROLE_KEEP)
            c->starter = call->name;
}

// ---- Building ----

struct builder {
    struct unit *unit;
    struct node *parent;
    struct node **link;
};

static bool is_unevaluated(enum CXCursorKind kind)
{
    return kind == CXCursor_UnaryExpr || kind == CXCursor_StaticAssert ||
           (clang_isReference(kind) && kind != CXCursor_LabelRef) || kind == CXCursor_StructDecl ||
           kind == CXCursor_UnionDecl || kind == CXCursor_EnumDecl ||
           kind == CXCursor_TypedefDecl || clang_isAttribute(kind);
}

static enum CXChildVisitResult visit(CXCursor cursor, CXCursor parent, CXClientData data);

static void build_children(struct unit *u, struct node *n)
{
    struct builder b = {u, n, &n->first};
    if (n->kind == CXCursor_VarDecl) {
        // Its other children belong to its type.
        CXCursor init = clang_Cursor_getVarDeclInitializer(n->cursor);
        if (!clang_Cursor_isNull(init))
            visit(init, n->cursor, &b);
        return;
    }
    clang_visitChildren(n->cursor, visit, &b);
    if (n->kind == CXCursor_CStyleCastExpr || n->kind == CXCursor_CompoundLiteralExpr)
        n->first = node_last(n); // what stands before it belongs to the type
}

static CXCursor declaration(CXCursor cursor)
{
    CXCursor d = clang_isDeclaration(clang_getCursorKind(cursor))
                     ? cursor
                     : clang_getCursorReferenced(cursor);
    return clang_Cursor_isNull(d) ? d : clang_getCanonicalCursor(d);
}

static struct node *new_node(struct unit *u, CXCursor cursor, struct node *parent)
{
    struct node *n = unit_alloc(u, sizeof(*n));
    CXSourceRange extent = clang_getCursorExtent(cursor);
    *n = (struct node){.cursor = cursor,
                       .kind = clang_getCursorKind(cursor),
                       .parent = parent,
                       .name = keep_string(u, clang_getCursorSpelling(cursor)),
                       .starter = "",
                       .decl = declaration(cursor),
                       .at = place_of(u, clang_getRangeStart(extent)),
                       .end = place_of(u, clang_getRangeEnd(extent))};
    build_children(u, n);
    find_operator(n);
    infer_operator(n);
    split_statement(n);
    name_loop(n);
    if (n->kind == CXCursor_StmtExpr)
        name_bound(u, n);
    else if (n->kind == CXCursor_CallExpr)
        name_call(n);
    return n;
}

// Parentheses, implicit conversions and __extension__ say nothing to a check.
static bool is_transparent(const struct node *n)
{
    if (!n->first || n->first->next)
        return false;
    return n->kind == CXCursor_ParenExpr || n->kind == CXCursor_UnexposedExpr ||
           (n->kind == CXCursor_UnaryOperator && !n->op[0] && n->first->kind == CXCursor_StmtExpr);
}

static enum CXChildVisitResult visit(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    struct builder *b = data;
    if (is_unevaluated(clang_getCursorKind(cursor)))
        return CXChildVisit_Continue;
    struct node *n = new_node(b->unit, cursor, b->parent);
    if (is_transparent(n)) {
        n = n->first;
        n->parent = b->parent;
    }
    *b->link = n;
    b->link = &n->next;
    return CXChildVisit_Continue;
}

static enum CXChildVisitResult visit_top(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    struct builder *b = data;
    if (clang_getCursorKind(cursor) == CXCursor_FunctionDecl && clang_isCursorDefinition(cursor) &&
        !clang_Location_isInSystemHeader(clang_getCursorLocation(cursor))) {
        *b->link = new_node(b->unit, cursor, NULL);
        (*b->link)->body = node_last(*b->link);
        b->link = &(*b->link)->next;
    }
    return CXChildVisit_Continue;
}

void tree_build(struct unit *u)
{
    struct builder b = {u, NULL, &u->functions};
    clang_visitChildren(clang_getTranslationUnitCursor(u->tu), visit_top, &b);
}

// ---- Walking ----

struct node *tree_skip(const struct node *root, struct node *n)
{
    while (n != root && !n->next)
        n = n->parent;
    return n == root ? NULL : n->next;
}

struct node *tree_next(const struct node *root, struct node *n)
{
    return n->first ? n->first : tree_skip(root, n);
}

struct node *node_child(const struct node *n, unsigned index)
{
    struct node *c = n->first;
    while (c && index--)
        c = c->next;
    return c;
}

struct node *node_last(const struct node *n)
{
    struct node *c = n->first;
    while (c && c->next)
        c = c->next;
    return c;
}

bool node_within(const struct node *n, const struct node *root)
{
    while (n && n != root)
        n = n->parent;
    return n != NULL;
}

struct node *node_function(struct node *n)
{
    while (n->parent)
        n = n->parent;
    return n;
}

bool node_same_decl(const struct node *a, const struct node *b)
{
    return !clang_Cursor_isNull(a->decl) && clang_equalCursors(a->decl, b->decl);
}
