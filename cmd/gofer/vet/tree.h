// SPDX-License-Identifier: MIT
// The syntax tree that the checks walk: libclang's cursors of the program's own functions, with parents, without what
// is never evaluated (sizeof, typeof, static assertions), without parentheses and implicit conversions, and with what
// gofer's macros mean written on the nodes. The tree belongs to its unit and ends with it.
#ifndef GOFER_VET_TREE_H
#define GOFER_VET_TREE_H

#include <clang-c/Index.h>
#include <stdbool.h>
#include <stddef.h>

// What a node is to gofer.
enum role {
    ROLE_PLAIN,
    ROLE_LOOP,   // a loop of the program's own, chan_range included
    ROLE_SELECT, // a go_select
    ROLE_CASE,   // one of its cases
    ROLE_TRY,    // a go_try, whose body is an `if` of the two blocks
    ROLE_CATCH,  // its catch block
    ROLE_CALL,   // a statement expression whose `bound` call is made here
    ROLE_DEFER,  // the same, made when the block is left
    ROLE_SPAWN,  // the same, made by a goroutine that `starter` starts
    ROLE_KEEP, // the same, made by somebody who gets it as an argument: `starter` is the function that it is passed to
};

// Where something stands, in the file that the reader sees.
struct place {
    const struct source *source;
    unsigned line, column, offset;
};

struct node {
    CXCursor cursor;
    enum CXCursorKind kind;
    enum role role;
    struct node *parent, *next, *first; // `next` is the sibling, `first` the first child
    const char *name;                   // of what it declares, refers to or calls; "" for none
    CXCursor decl;                      // that declaration, canonical; the null cursor for none
    struct place at, end;               // its first character, and the one after its last
    // The parts of loops, if and switch; NULL for none.
    struct node *init, *cond, *step, *body, *otherwise;
    bool endless;        // a loop without a condition, or one that is always true
    struct node *bound;  // see enum role
    const char *starter; // likewise; "" for none
    char op
        [4]; // of a unary or binary operator, "" if it cannot be seen; "p++" and "p--" behind the operand
};

// A file as it is read.
struct source {
    const struct source *next;
    CXFile file;
    const char *name;
    const char *text;
    size_t size;
    bool own; // the program's: not a system header, not one of gofer's
};

// One source file and what it includes.
struct unit {
    CXTranslationUnit tu;
    const char *file;
    struct node *functions; // those with a body, in order, linked by `next`
    struct source *sources;
    struct arena *arena;
};

// Builds the tree of a parsed unit; unit_close frees it and the unit's libclang data.
void tree_build(struct unit *u);
void unit_close(struct unit *u);

// The place of a location of libclang's. The source is NULL if it is in no file.
struct place place_of(struct unit *u, CXSourceLocation location);

// Memory that lives as long as the unit.
void *unit_alloc(struct unit *u, size_t size);

// The next node after n of the tree below root, in the order of the source; NULL at the end. Start with n = root.
struct node *tree_next(const struct node *root, struct node *n);
// The same, without what is below n.
struct node *tree_skip(const struct node *root, struct node *n);
#define tree_each(n, root) for (struct node *n = (root); n; n = tree_next((root), n))

// The n-th child, from 0; NULL if there are fewer.
struct node *node_child(const struct node *n, unsigned index);
struct node *node_last(const struct node *n);
// Whether n is, or stands below, root.
bool node_within(const struct node *n, const struct node *root);
// The function that n stands in.
struct node *node_function(struct node *n);
// Whether both are the same declaration, or refer to the same.
bool node_same_decl(const struct node *a, const struct node *b);

#endif
