// SPDX-License-Identifier: MIT
// The texts of the wait reasons, made from the one list in waitreason.h: Go's words, as they stand between the
// brackets of "goroutine 7 [chan receive]:" in a report.
#include "sched/waitreason.h"

// Used by debug/gofer-gdb.py too, so no compiler may turn it into something else.
static const char *const texts[] __attribute__((used)) = {
#define GF_WAIT_TEXT(name, text) [GF_WAIT_##name] = text,
    GF_WAIT_REASONS(GF_WAIT_TEXT)
#undef GF_WAIT_TEXT
};

const char *gf_wait_text(enum gf_wait reason)
{
    return texts[reason];
}
