// SPDX-License-Identifier: MIT
// What a goroutine can ask and say about itself: its number, its name, its errno, the processors; and giving way.
// Small public calls without logic of their own.
#include "sched/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#undef go_yield

void go_yield(void)
{
    struct m *m = gf_enter();
    m = gf_yield(m);
    gf_leave(m);
}

uint64_t go_id(void)
{
    struct m *m = gf_enter();
    uint64_t id = m->g->id;
    gf_leave(m);
    return id;
}

void go_set_name(const char *fmt, ...)
{
    char text[GF_NAME_MAX + 1];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct m *m = gf_enter();
    struct g *g = m->g;
    if (!g->name)
        g->name = calloc(1, sizeof *g->name);
    if (g->name)
        snprintf(g->name->text, sizeof g->name->text, "%s", text);
    gf_leave(m);
}

int go_num_cpu(void)
{
    static _Atomic(int) count; // relaxed: every thread would find the same
    int n = gf_load_relaxed(&count);
    if (n == 0) {
        n = gf_os_cpu_count();
        gf_store_relaxed(&count, n);
    }
    return n;
}

int *go_errno_(void)
{
    struct m *m = gf_self();
    return m ? m->errno_at : __errno_location();
}
