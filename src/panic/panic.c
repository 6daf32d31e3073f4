// SPDX-License-Identifier: MIT
// Raising a panic. It enters the goroutine's list, runs the deferred calls inside the innermost try, with the frames
// from which it comes still there below them, and jumps to the try. Without a try it runs all deferred calls, and then
// prints what the list holds, oldest first, and the traces, and the process ends.
//
// A deferred call may panic in its turn. The new panic finds the list without that call, and either a try inside the
// call, which catches it, so that the older one goes on; or the same try as the older one, which it supersedes: the
// older one's frames are left behind with the jump. Nothing here distinguishes the two.
//
// The text of the stack is made only for a panic that a try will catch: a crash prints better ones.
#include "panic/panic.h"

#include "base/hooks.h"
#include "panic/misuse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if GF_FIBERS
#include <setjmp.h>
#endif

// --- Making and freeing ---

static struct gf_panic *new_panic(size_t text_bytes)
{
    struct gf_panic *p = malloc(sizeof *p + text_bytes + 1);
    if (!p)
        gf_fatal("out of memory (panic)");
    memset(p, 0, sizeof *p);
    p->text[0] = '\0';
    p->info.message = p->text;
    return p;
}

struct gf_panic *gf_panic_new(const char *text)
{
    size_t bytes = strlen(text);
    struct gf_panic *p = new_panic(bytes);
    memcpy(p->text, text, bytes + 1);
    return p;
}

void go_panic_free(go_panic_info *info)
{
    if (!info)
        return;
    struct gf_panic *p = (struct gf_panic *)info;
    free((void *)p->info.stack);
    free(p);
}

void gf_panics_release(struct g *g, const struct gf_panic *keep)
{
    for (struct gf_panic *p; (p = g->panics) != NULL && p != keep;) {
        g->panics = p->older;
        go_panic_free(&p->info);
    }
}

// --- Printing ---

// As Go prints a text: its further lines are indented.
static void print_indented(const char *text)
{
    for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
        gf_print_text(text, (size_t)(end + 1 - text));
        gf_print_text("\t", 1);
    }
    gf_print_text(text, strlen(text));
}

bool gf_panics_print(const struct gf_panic *newest)
{
    if (!newest || newest->dropped)
        return false;
    bool is_first = !gf_panics_print(newest->older);
    gf_print("%spanic: ", is_first ? "" : "\t");
    print_indented(newest->info.message);
    gf_print("%s\n", newest->recovered ? " [recovered]" : "");
    return true;
}

void gf_print_signal(int sig, int code, uintptr_t addr, uintptr_t pc)
{
    const char *name = sig == SIGSEGV  ? "SIGSEGV: segmentation violation"
                       : sig == SIGBUS ? "SIGBUS: bus error"
                                       : "SIGFPE: floating-point exception";
    gf_print("[signal %s code=0x%x addr=0x%lx pc=0x%lx]\n", name, code, addr, pc);
}

_Noreturn GF_COLD static void crash(const struct gf_panic *p)
{
    gf_report_begin();
    gf_panics_print(p);
    if (p->signal)
        gf_print_signal(p->signal, p->code, p->addr, p->pc);
    gf_report_finish();
}

// --- Uncaught ---

// [atomic] relaxed: it tells others nothing but to give way for a while
static _Atomic(int) uncaught;

bool gf_panics_uncaught(void)
{
    return gf_load_relaxed(&uncaught) != 0;
}

static void count_uncaught(struct gf_panic *p)
{
    p->uncaught = true;
    gf_add_relaxed(&uncaught, 1);
}

void gf_panics_drop(struct g *g)
{
    for (struct gf_panic *p = g->panics; p; p = p->older) {
        if (p->uncaught && !p->dropped)
            gf_sub_relaxed(&uncaught, 1);
        p->dropped = true;
    }
}

// --- Raising ---

static void jump_to(struct go_try_ *t)
{
#if GF_FIBERS
    longjmp(t->jump, 1);
#else
    // The frames in between will never clear the marks that the sanitizer's prologues have set around their variables.
    uintptr_t sp = gf_arch_sp(), target = gf_arch_jump_sp(t->jump);
    gf_asan_unpoison((void *)sp, target - sp);
    gf_arch_longjmp((struct gf_jump_buf *)t->jump, 1);
#endif
}

static void add_stack(struct gf_panic *p)
{
    if (gf_hooks.stack_text)
        p->info.stack = gf_hooks.stack_text(0);
    // Memory has run out, and what would say so needs some too; an empty text can be had from the panic itself.
    if (!p->info.stack)
        p->info.stack = calloc(1, 1);
    if (!p->info.stack)
        gf_fatal("out of memory (panic)");
}

void gf_panic_raise(struct gf_panic *p)
{
    struct g *g = gf_panic_self();
    // A panic ends the region of a blocking call that it comes out of.
    if (gf_unlikely(gf_self()->blocking))
        go_blocking_end();
    p->older = g->panics;
    g->panics = p;
    struct go_try_ *t = gf_try_innermost(g);
    if (t)
        add_stack(p);
    else
        count_uncaught(p);
    gf_defers_run(g, t ? t->defers : NULL);
    if (!t)
        crash(p);
    p->recovered = true;
    t->caught = p;
    jump_to(t);
    gf_throw("a jump came back");
}

void(go_panic)(const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    struct gf_panic *p = new_panic(n > 0 ? (size_t)n : 0);
    if (n > 0)
        vsnprintf(p->text, (size_t)n + 1, fmt, again);
    va_end(again);
    gf_panic_raise(p);
}

void(go_panic_value)(void *value)
{
    char text[40];
    if (!value)
        gf_panic_runtime("panic called with NULL value");
    snprintf(text, sizeof text, "%p", value);
    struct gf_panic *p = gf_panic_new(text);
    p->info.value = value;
    gf_panic_raise(p);
}

void gf_panic_runtime(const char *text)
{
    struct gf_panic *p = gf_panic_new(text);
    p->info.runtime_error = true;
    gf_panic_raise(p);
}

// Without its stack.
static struct gf_panic *copy_of(const go_panic_info *p)
{
    struct gf_panic *copy = gf_panic_new(p->message);
    copy->info.value = p->value;
    copy->info.runtime_error = p->runtime_error;
    return copy;
}

const struct gf_panic *gf_panic_newest(void)
{
    return gf_panic_self()->panics;
}

go_panic_info *gf_panic_copy_since(const struct gf_panic *before)
{
    const struct gf_panic *p = gf_panic_newest();
    // One that has been caught, or that an exit has dropped, runs no deferred call.
    bool is_running = p != before && !p->recovered && !p->dropped;
    return is_running ? &copy_of(&p->info)->info : NULL;
}

void gf_panic_again(const go_panic_info *p)
{
    gf_panic_raise(copy_of(p));
}

void gf_panic_misuse(struct m *m, const char *text)
{
    gf_leave(m);
    gf_panic_runtime(text);
}

char *go_stack(void)
{
    gf_panic_self();
    return gf_hooks.stack_text ? gf_hooks.stack_text(0) : NULL;
}

void gf_panic_init(void)
{
    gf_hooks.uncaught = go_exit;
    gf_fatal_init();
    gf_fault_init();
}
