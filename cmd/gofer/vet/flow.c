// SPDX-License-Identifier: MIT
// Runs over the statements with a set of states: paths that have not come to the start yet, paths that have and look for
// the way out, and paths that have met the condition. A loop is done twice, so that what stands before
// the start in it is seen behind it too, and never not at all, for a loop over all answers waits for them; a goto hands its set to the label, and the whole is repeated until the labels'
// sets grow no more.
#include "flow.h"

#include <string.h>

enum { BEFORE = 1, LOOKING = 2, DONE = 4, LABELS = 32, ROUNDS = 4 };
typedef unsigned set;

// What break and continue leave, innermost first.
struct frame {
    struct frame *outer;
    bool is_switch; // then continue goes further out
    set entry;      // of a switch: the paths that reach its labels
    bool has_default;
    set broken, continued;
    bool is_select;
    set chosen; // of a select: paths behind its cases
    bool has_case;
};

struct run {
    const struct flow *flow;
    struct frame *frame;
    struct {
        const char *name;
        set paths;
    } labels[LABELS];
    size_t label_count;
    bool grown;
};

static set walk(struct run *r, struct node *n, set in);

bool flow_is_last(const char *name)
{
    static const char *const names[] = {
        "exit",          "_exit",    "_Exit",          "quick_exit",    "abort",
        "go_exit",       "go_panic", "go_panic_value", "longjmp",       "siglongjmp",
        "pthread_exit",  "_longjmp", "thrd_exit",      "__assert_fail", "__builtin_unreachable",
        "__builtin_trap"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static set *label(struct run *r, const char *name)
{
    for (size_t i = 0; i < r->label_count; i++)
        if (strcmp(r->labels[i].name, name) == 0)
            return &r->labels[i].paths;
    if (r->label_count == LABELS)
        return &r->labels[0].paths;
    r->labels[r->label_count].name = name;
    return &r->labels[r->label_count++].paths;
}

// What the node itself does, its parts having been walked.
static set arrive(struct run *r, struct node *n, set paths)
{
    if ((paths & LOOKING) && r->flow->meets && r->flow->meets(n, r->flow->arg))
        paths = (paths & ~(set)LOOKING) | DONE;
    if (n == r->flow->start && (paths & BEFORE))
        paths = LOOKING;
    if (n->kind == CXCursor_CallExpr && flow_is_last(n->name))
        paths = 0;
    return paths;
}

static set walk_children(struct run *r, struct node *n, set paths)
{
    for (struct node *c = n->first; c; c = c->next)
        paths = walk(r, c, paths);
    return paths;
}

static set walk_body(struct run *r, struct frame *f, struct node *body, set paths)
{
    f->outer = r->frame;
    r->frame = f;
    paths = walk(r, body, paths);
    r->frame = f->outer;
    return paths;
}

static set walk_loop(struct run *r, struct node *n, set in)
{
    struct frame f = {0};
    set around, at = walk(r, n->init, in);
    if (n->kind != CXCursor_DoStmt)
        at = walk(r, n->cond, at);
    around = at;
    for (int round = 0; round < 2; round++) {
        at = walk_body(r, &f, n->body, at) | f.continued;
        at = walk(r, n->cond, walk(r, n->step, at));
    }
    if (n->endless)
        return f.broken;
    return at ? at | f.broken : around | f.broken;
}

static set walk_switch(struct run *r, struct node *n, set in)
{
    struct frame f = {.is_switch = true};
    f.entry = walk(r, n->cond, in);
    set out = walk_body(r, &f, n->body, 0);
    return out | f.broken | (f.has_default ? 0 : f.entry);
}

static set walk_select(struct run *r, struct node *n, set in)
{
    struct frame f = {.is_select = true};
    walk_body(r, &f, n->body, arrive(r, n, in)); // the way past all cases is none
    return f.has_case ? f.chosen | f.broken : 0;
}

static struct frame *enclosing_select(struct run *r)
{
    struct frame *f = r->frame;
    while (f && !f->is_select)
        f = f->outer;
    return f;
}

static set walk_case(struct run *r, struct node *n, set in)
{
    struct frame f = {0}, *select = enclosing_select(r);
    set at = walk(r, n->cond, in);
    set out = walk_body(r, &f, n->body, at) | f.broken | f.continued;
    if (!select)
        return out | at;
    select->has_case = true;
    select->chosen |= out;
    return at;
}

// A try whose block is left by break or continue goes on behind it, and so does a catch.
static set walk_once(struct run *r, struct node *n, set in)
{
    struct frame f = {0};
    set out = walk_body(r, &f, n->body, walk(r, n->init, in));
    return out | f.broken | f.continued;
}

static set walk_if(struct run *r, struct node *n, set in)
{
    set at = walk(r, n->cond, in);
    set yes = walk(r, n->body, at);
    // A catch block is entered from anywhere in the try.
    if (n->parent && n->parent->role == ROLE_TRY)
        at |= yes;
    set out = yes | (n->otherwise ? walk(r, n->otherwise, at) : at);
    // Conditions go together: who waits, or frees, only if a flag is set has begun only if it is.
    return out & DONE ? out & ~(set)LOOKING : out;
}

static set walk_jump(struct run *r, struct node *n, set in)
{
    struct frame *f = r->frame;
    while (f && n->kind == CXCursor_ContinueStmt && f->is_switch)
        f = f->outer;
    if (f && n->kind == CXCursor_BreakStmt)
        f->broken |= in;
    else if (f)
        f->continued |= in;
    return 0;
}

static set walk_goto(struct run *r, struct node *n, set in)
{
    set *paths = label(r, n->first ? n->first->name : "");
    if ((*paths | in) != *paths) {
        *paths |= in;
        r->grown = true;
    }
    return 0;
}

static set walk_return(struct run *r, struct node *n, set in)
{
    set at = arrive(r, n, walk_children(r, n, in));
    if ((at & LOOKING) && r->flow->leaves)
        r->flow->leaves(n, r->flow->arg);
    return 0;
}

static set walk_label(struct run *r, struct node *n, set in)
{
    if (n->kind == CXCursor_LabelStmt)
        in |= *label(r, n->name);
    else if (r->frame) {
        struct frame *f = r->frame;
        while (f && !f->is_switch)
            f = f->outer;
        if (f) {
            in |= f->entry;
            f->has_default |= n->kind == CXCursor_DefaultStmt;
        }
    }
    return walk_children(r, n, in);
}

static set walk_bound(struct run *r, struct node *n, set in)
{
    set at = n->role == ROLE_CALL ? walk(r, n->bound, in) : walk_children(r, n->bound, in);
    return arrive(r, n, at);
}

static set walk(struct run *r, struct node *n, set in)
{
    if (!n)
        return in;
    if (n->bound)
        return walk_bound(r, n, in);
    switch (n->role) {
    case ROLE_LOOP:
        return walk_loop(r, n, in);
    case ROLE_SELECT:
        return walk_select(r, n, in);
    case ROLE_CASE:
        return walk_case(r, n, in);
    case ROLE_TRY:
    case ROLE_CATCH:
        return walk_once(r, n, in);
    default:
        break;
    }
    switch ((int)n->kind) {
    case CXCursor_IfStmt:
        return walk_if(r, n, in);
    case CXCursor_SwitchStmt:
        return walk_switch(r, n, in);
    case CXCursor_BreakStmt:
    case CXCursor_ContinueStmt:
        return walk_jump(r, n, in);
    case CXCursor_GotoStmt:
        return walk_goto(r, n, in);
    case CXCursor_ReturnStmt:
        return walk_return(r, n, in);
    case CXCursor_LabelStmt:
    case CXCursor_CaseStmt:
    case CXCursor_DefaultStmt:
        return walk_label(r, n, in);
    default:
        return arrive(r, n, walk_children(r, n, in));
    }
}

void flow_run(const struct flow *f)
{
    struct node *function = node_function(f->start);
    struct run r = {.flow = f};
    for (int round = 0; round < ROUNDS; round++) {
        r.grown = false;
        set out = walk(&r, function->body, BEFORE);
        if ((out & LOOKING) && f->leaves)
            f->leaves(function->body, f->arg);
        if (!r.grown)
            break;
    }
}
