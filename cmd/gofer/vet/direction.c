// SPDX-License-Identifier: MIT
// direction: a channel used against its direction. That a send on a recv_chan does not compile is the headers' doing, and
// libclang's message is turned into a finding (parse.c). What compiles is a cast that takes the direction away; here the
// types on its two sides are compared. A channel's type is a pointer to a pointer to a function of a struct go_chan *,
// and the inner pointer is const for receiving only, volatile for sending only.
#include "findings.h"

#include <string.h>

enum direction { NO_CHANNEL, BOTH, RECEIVE_ONLY, SEND_ONLY };

static enum direction direction_of(CXType type)
{
    CXType inner = clang_getPointeeType(clang_getCanonicalType(type));
    CXType function = clang_getPointeeType(clang_getCanonicalType(inner));
    if (function.kind != CXType_FunctionProto || clang_getNumArgTypes(function) != 1)
        return NO_CHANNEL;
    CXString s = clang_getTypeSpelling(clang_getCanonicalType(clang_getArgType(function, 0)));
    bool channel = strcmp(clang_getCString(s), "struct go_chan *") == 0;
    clang_disposeString(s);
    if (!channel)
        return NO_CHANNEL;
    inner = clang_getCanonicalType(inner);
    if (clang_isConstQualifiedType(inner))
        return RECEIVE_ONLY;
    return clang_isVolatileQualifiedType(inner) ? SEND_ONLY : BOTH;
}

static void look(struct node *n)
{
    if (n->kind != CXCursor_CStyleCastExpr || !n->first)
        return;
    enum direction from = direction_of(clang_getCursorType(n->first->cursor));
    enum direction to = direction_of(clang_getCursorType(n->cursor));
    if (from == RECEIVE_ONLY && (to == BOTH || to == SEND_ONLY))
        found(&check_direction, n, "the cast allows to send on a receive-only channel");
    else if (from == SEND_ONLY && (to == BOTH || to == RECEIVE_ONLY))
        found(&check_direction, n, "the cast allows to receive from a send-only channel");
}

static void run(struct unit *u)
{
    for (struct node *f = u->functions; f; f = f->next)
        tree_each(n, f)
            look(n);
}

const struct check check_direction = {
    "direction", "channels used against their direction, or cast out of it", run};
