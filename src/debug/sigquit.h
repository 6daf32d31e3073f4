// SPDX-License-Identifier: MIT
// SIGQUIT (Ctrl-\) shows what every goroutine does and ends the process with status 2, as in Go.
#ifndef GF_DEBUG_SIGQUIT_H
#define GF_DEBUG_SIGQUIT_H

// Installs the handler, unless the program has its own or ignores the signal.
void gf_sigquit_init(void);

#endif
