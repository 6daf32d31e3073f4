// SPDX-License-Identifier: MIT
// Offsets that the assembly of arch/*/switch.S relies on, so that moving a field in g.h or m.h stops the build
// here instead of breaking the switch. Nothing of this file is in the library.
#include "sched/m.h"

_Static_assert(offsetof(struct g, sp) == 0, "G_SP in arch/*/switch.S");
_Static_assert(offsetof(struct g, on_cpu) == 24, "G_ON_CPU in arch/*/switch.S");
_Static_assert(offsetof(struct g, errno_value) == 28, "G_ERRNO in arch/*/switch.S");
_Static_assert(offsetof(struct g, stack_top) == 40, "G_STACK_TOP in arch/*/switch.S");
_Static_assert(offsetof(struct g, fenv) == 120, "G_FENV in arch/*/switch.S");
_Static_assert(offsetof(struct m, errno_at) == 8, "M_ERRNO_AT in arch/*/switch.S");
