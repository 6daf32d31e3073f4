// SPDX-License-Identifier: MIT
// Two of the checks are the compiler's: gofer's headers assert the direction of channels, and clang refuses a jump over a
// variable with a cleanup, which a defer is. Such an error says what is wrong in the compiler's words; a finding says it
// in gofer's. All other errors mean that there is no program to look at.
#include "parse.h"

#include "findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

static bool is_direction(const char *text)
{
    return has(text, "gofer: cannot send on or close a receive-only channel") ||
           has(text, "gofer: cannot receive from a send-only channel") ||
           (has(text, "struct go_chan *") && has(text, "discards qualifiers"));
}

// Where the jumped-over variable is declared, from the error's notes.
static bool jumps_over_cleanup(struct unit *u, CXDiagnostic d, struct place *over)
{
    bool is_so = false;
    CXDiagnosticSet notes = clang_getChildDiagnostics(d);
    for (unsigned i = 0; i < clang_getNumDiagnosticsInSet(notes); i++) {
        CXDiagnostic note = clang_getDiagnosticInSet(notes, i);
        CXString text = clang_getDiagnosticSpelling(note);
        if (has(clang_getCString(text), "__attribute__((cleanup))")) {
            *over = place_of(u, clang_getDiagnosticLocation(note));
            is_so = true;
        }
        clang_disposeString(text);
        clang_disposeDiagnostic(note);
    }
    clang_disposeDiagnosticSet(notes);
    return is_so;
}

static void print(CXDiagnostic d)
{
    CXString text = clang_formatDiagnostic(d, CXDiagnostic_DisplaySourceLocation |
                                                  CXDiagnostic_DisplayColumn);
    fprintf(stderr, "%s\n", clang_getCString(text));
    clang_disposeString(text);
}

// Returns whether the error is a finding.
static bool take_error(struct unit *u, CXDiagnostic d, const char *text)
{
    struct place at = place_of(u, clang_getDiagnosticLocation(d)), over;
    if (is_direction(text)) {
        found_at(&check_direction, at, "%s",
                 has(text, "send-only") ? "receives from a send-only channel"
                 : has(text, "receive-only")
                     ? "sends on, or closes, a receive-only channel"
                     : "a channel of one direction is passed as one that has the other");
        return true;
    }
    if (!has(text, "cannot jump from") || !jumps_over_cleanup(u, d, &over))
        return false;
    bool is_try = over.source && over.source->text && over.offset + 6 <= over.source->size &&
                  strncasecmp(over.source->text + over.offset, "go_try", 6) == 0;
    found_at(&check_defers, at, "the jump goes %s line %u, which then %s",
             is_try ? "into the go_try of" : "over the defer of", over.line,
             is_try ? "has not begun" : "is not registered");
    return true;
}

static bool take_diagnostics(struct unit *u)
{
    bool compiles = true;
    for (unsigned i = 0; i < clang_getNumDiagnostics(u->tu); i++) {
        CXDiagnostic d = clang_getDiagnostic(u->tu, i);
        CXString text = clang_getDiagnosticSpelling(d);
        if (clang_getDiagnosticSeverity(d) >= CXDiagnostic_Error &&
            !take_error(u, d, clang_getCString(text))) {
            print(d);
            compiles = false;
        }
        clang_disposeString(text);
        clang_disposeDiagnostic(d);
    }
    return compiles;
}

bool unit_open(struct unit *u, CXIndex index, const char *file, char *const *flags, int count)
{
    *u = (struct unit){.file = file};
    enum CXErrorCode err = clang_parseTranslationUnit2(
        index, file, (const char *const *)flags, count, NULL, 0, CXTranslationUnit_None, &u->tu);
    if (err != CXError_Success) {
        fprintf(stderr, "%s: libclang cannot parse it (code %d)\n", file, (int)err);
        u->tu = NULL;
        return false;
    }
    if (!take_diagnostics(u))
        return false;
    tree_build(u);
    return true;
}
