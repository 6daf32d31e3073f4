// SPDX-License-Identifier: MIT
// What `gofer vet` reads in place of a defer: a variable whose initialiser is the deferred call behind its marker (see
// bind.h beside this file). The cleanup stays, for by it the compiler refuses a jump over the declaration. Try and
// catch are read as they are.
#ifndef GOFER_VET_TRY_H
#define GOFER_VET_TRY_H

#include_next <gofer/detail/try.h>

void go_vet_deferred_end_(void *record);

#undef GO_DEFER__
#define GO_DEFER__(id, f, ...)                                                                     \
    (void)sizeof(struct GO_CAT(go_defer_, id) { int none; });                                      \
    struct GO_CAT(go_defer_, id) GO_CAT(go_deferred_, id)                                          \
        __attribute__((cleanup(go_vet_deferred_end_), unused)) = ({                                \
            go_vet_defer_();                                                                       \
            (f)(__VA_ARGS__);                                                                      \
            (struct GO_CAT(go_defer_, id)){0};                                                     \
        })

#endif
