// SPDX-License-Identifier: MIT
// What `gofer vet` reads in place of a select: one loop, known by its variable's name, and in it a loop for each case,
// known by the function in its condition. Channels, values and destinations are evaluated in the condition, and the
// element types are checked as always.
#ifndef GOFER_VET_SELECT_H
#define GOFER_VET_SELECT_H

#pragma GCC system_header

#include_next <gofer/select.h>

bool go_vet_case_recv_(struct go_chan *ch, void *p, bool *ok);
bool go_vet_case_send_(struct go_chan *ch, const void *v);
bool go_vet_case_timeout_(go_duration d);
bool go_vet_case_default_(void);

#undef GO_SELECT__
#define GO_SELECT__(id)                                                                            \
    for (bool go_vet_select_##id = true; go_vet_select_##id; go_vet_select_##id = false)

#undef GO_CASE_RECV__
#define GO_CASE_RECV__(id, ch, p, ok)                                                              \
    for (; ({                                                                                      \
             GO_CHECK_RECV(ch);                                                                    \
             GO_CHECK_DEST(ch, p);                                                                 \
             go_vet_case_recv_((struct go_chan *)(ch), (p), (ok));                                 \
         });)

#undef GO_CASE_SEND__
#define GO_CASE_SEND__(id, ch, v)                                                                  \
    for (; ({                                                                                      \
             GO_CHECK_SEND(ch);                                                                    \
             GO_CHECK_VALUE(ch, GO_STRIP v);                                                       \
             GO_ELEM(ch) go_v_##id = v;                                                            \
             go_vet_case_send_((struct go_chan *)(ch), &go_v_##id);                                \
         });)

#undef GO_CASE_TIMEOUT
#define GO_CASE_TIMEOUT(d) for (; go_vet_case_timeout_(d);)

#undef GO_CASE_DEFAULT
#define GO_CASE_DEFAULT for (; go_vet_case_default_();)

#endif
