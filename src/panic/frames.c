// SPDX-License-Identifier: MIT
// Telling the program's code from that of libraries. The program's is the main executable, with all that is linked into
// it, and gofer itself; everything else that is loaded is a library, also one of the program's own making.
//
// In a static executable there is no such border but the order in which the linker placed things: the program's
// objects, gofer's, then the C library's, which gofer and the program are linked before. So whatever lies behind the
// last of gofer's functions that may stand between a fault and a try counts as a library.
//
// A sanitizer's runtime is part of the executable too, if the compiler is clang, with functions that stand in for the C
// library's, such as qsort. They are exported under names that the C library has; the program's own are not exported.
//
// String functions hold no lock, and a bad pointer shows in them more often than anywhere. The C library has several
// versions of each and jumps between them, without exported names; so a fault counts as theirs that lies close to one
// of the versions in use. In an executable with fixed addresses (-no-pie, -static) their addresses are those of stubs,
// and faults in them are fatal.
#include "panic/frames.h"

#include "base/compiler.h"
#include "panic/panic.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>
#include <unwind.h>

enum { BEFORE_STRING = 1 << 10, AFTER_STRING = 4 << 10 };

struct range {
    uintptr_t low, high;
};

static struct {
    struct range program, gofer; // [const] after gf_frames_init
} code;

// --- Where the code lies ---

static bool is_in(const struct range *r, uintptr_t pc)
{
    return pc >= r->low && pc < r->high;
}

static struct range executable_part(const struct dl_phdr_info *info)
{
    struct range r = {UINTPTR_MAX, 0};
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *h = &info->dlpi_phdr[i];
        uintptr_t low = info->dlpi_addr + h->p_vaddr;
        if (h->p_type != PT_LOAD || !(h->p_flags & PF_X))
            continue;
        r.low = low < r.low ? low : r.low;
        r.high = low + h->p_memsz > r.high ? low + h->p_memsz : r.high;
    }
    return r;
}

static bool has_interpreter(const struct dl_phdr_info *info)
{
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_INTERP)
            return true;
    return false;
}

// The end of gofer's code in a static executable, as far as it matters.
static uintptr_t last_of_gofer(void)
{
    const uintptr_t functions[] = {
        (uintptr_t)go_defer_run_, (uintptr_t)gf_defers_run,  (uintptr_t)go_protect_,
        (uintptr_t)(go_exit),     (uintptr_t)gf_arch_replay, (uintptr_t)gf_panic_raise,
        (uintptr_t)go_spawn_,     (uintptr_t)gf_park,
    };
    enum { LONGEST = 1024 };
    uintptr_t last = 0;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        last = functions[i] > last ? functions[i] : last;
    return last + LONGEST;
}

static int look_at_object(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    bool *first = arg;
    struct range r = executable_part(info);
    if (*first) {
        code.program = r;
        if (!has_interpreter(info) && last_of_gofer() < r.high)
            code.program.high = last_of_gofer();
    }
    if (is_in(&r, (uintptr_t)gf_frames_init))
        code.gofer = *first ? code.program : r;
    *first = false;
    return 0;
}

void gf_frames_init(void)
{
    bool first = true; // the executable itself comes first
    dl_iterate_phdr(look_at_object, &first);
}

static bool is_string_function(uintptr_t pc)
{
    static void *const functions[] = {
        (void *)memcpy, (void *)memmove, (void *)memset,  (void *)memcmp,  (void *)memchr,
        (void *)strlen, (void *)strcpy,  (void *)strncpy, (void *)strcat,  (void *)strncat,
        (void *)strcmp, (void *)strncmp, (void *)strchr,  (void *)strrchr, (void *)strnlen,
        (void *)stpcpy, (void *)strspn,  (void *)strcspn,
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        uintptr_t f = (uintptr_t)functions[i];
        if (pc >= f - BEFORE_STRING && pc < f + AFTER_STRING)
            return true;
    }
    return false;
}

#if GF_ASAN || GF_FIBERS
static bool is_interceptor(uintptr_t pc)
{
    static const char prefix[] = "__interceptor_";
    Dl_info info;
    if (!dladdr((void *)pc, &info) || !info.dli_sname)
        return false;
    return !strncmp(info.dli_sname, prefix, sizeof prefix - 1) || dlsym(RTLD_NEXT, info.dli_sname);
}
#else
static bool is_interceptor(uintptr_t pc)
{
    (void)pc;
    return false;
}
#endif

static bool is_ours(uintptr_t pc)
{
    return (is_in(&code.program, pc) || is_in(&code.gofer, pc)) && !is_interceptor(pc);
}

// --- The walk ---

struct walk {
    uintptr_t sp, limit;
    bool started, arrived, clean;
};

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *arg)
{
    struct walk *w = arg;
    int exact = 0;
    uintptr_t sp = _Unwind_GetCFA(context), pc = _Unwind_GetIPInfo(context, &exact);
    // The first frames are those of this walk.
    if (!w->started && sp < w->sp)
        return _URC_NO_REASON;
    bool first = !w->started;
    w->started = true;
    if (sp > w->limit && !first) {
        w->arrived = true;
        return _URC_END_OF_STACK;
    }
    if (!exact)
        pc--; // a return address may be the first of another function
    if (!is_ours(pc) && !(first && is_string_function(pc)))
        w->clean = false;
    return w->clean ? _URC_NO_REASON : _URC_END_OF_STACK;
}

bool gf_frames_are_ours(uintptr_t sp, uintptr_t limit)
{
    struct walk w = {.sp = sp, .limit = limit, .clean = true};
    _Unwind_Backtrace(visit, &w);
    return w.clean && w.arrived;
}
