// SPDX-License-Identifier: MIT
// What src/init.c needs of debug/: everything else goes through the hooks.
#ifndef GF_DEBUG_DEBUG_H
#define GF_DEBUG_DEBUG_H

// Installs the hooks for reports and the handler of SIGQUIT. Once, before the first goroutine.
void gf_debug_init(void);

#endif
