// SPDX-License-Identifier: MIT
// Function, file and line of an address, by elfutils' libdw: it knows position-independent programs, shared
// libraries, separate debug files, both compilers' DWARF, and which functions were inlined where. It is loaded
// by dlopen at the first need, so that programs do not depend on it and those that never print a trace do not
// pay for it. A program that is linked with it (a static one has no other way) offers its functions through
// the weak references below.
//
// Rejected: libbacktrace, which is in no package and must be carried along; dladdr, which knows neither static
// functions nor lines; running addr2line, which needs a fork in a crashing process. Debuginfod is kept out: a
// crash report must not wait for the network.
#include "debug/dwarf.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#define FUNCTIONS(X)                                                                               \
    X(dwfl_begin)                                                                                  \
    X(dwfl_report_begin)                                                                           \
    X(dwfl_linux_proc_report)                                                                      \
    X(dwfl_linux_proc_find_elf)                                                                    \
    X(dwfl_standard_find_debuginfo)                                                                \
    X(dwfl_report_end)                                                                             \
    X(dwfl_addrmodule)                                                                             \
    X(dwfl_module_info)                                                                            \
    X(dwfl_module_getelf)                                                                          \
    X(dwfl_module_addrinfo)                                                                        \
    X(dwfl_module_addrdie)                                                                         \
    X(dwfl_module_nextcu)                                                                          \
    X(dwarf_haspc)                                                                                 \
    X(dwarf_child)                                                                                 \
    X(dwarf_siblingof)                                                                             \
    X(dwarf_getsrc_die)                                                                            \
    X(dwarf_lineno)                                                                                \
    X(dwarf_linesrc)                                                                               \
    X(dwarf_getsrcfiles)                                                                           \
    X(dwarf_filesrc)                                                                               \
    X(dwarf_attr)                                                                                  \
    X(dwarf_formudata)                                                                             \
    X(dwarf_formstring)                                                                            \
    X(dwarf_diename)                                                                               \
    X(dwarf_tag)

#define WEAK(f) extern __typeof__(f) f __attribute__((weak));
FUNCTIONS(WEAK)
extern __typeof__(dlsym) dlsym __attribute__((weak));

#define MEMBER(f) __typeof__(&f) f;
static struct {
    FUNCTIONS(MEMBER)
} dw;

static Dwfl *session;
static bool tried;

static bool is_linked(void)
{
#define HAS(f) &&f != NULL
    return true FUNCTIONS(HAS);
}

static bool take_linked(void)
{
#define TAKE(f) dw.f = f;
    FUNCTIONS(TAKE)
    return true;
}

// The loader's dlopen is asked for by name: a static program that mentions it is warned of by the linker, and
// would be given a second libc, with which it crashes.
static void *open_library(void)
{
    bool is_static = getauxval(AT_BASE) == 0;
    if (is_static || !dlsym)
        return NULL;
    __typeof__(&dlopen) open;
    *(void **)&open = dlsym(RTLD_DEFAULT, "dlopen");
    return open ? open("libdw.so.1", RTLD_NOW | RTLD_LOCAL) : NULL;
}

static bool load(void)
{
    void *library = open_library();
    if (!library)
        return false;
    bool all = true;
#define LOAD(f) all &= (*(void **)&dw.f = dlsym(library, #f)) != NULL;
    FUNCTIONS(LOAD)
    return all;
}

static int find_debuginfo(Dwfl_Module *mod, void **userdata, const char *modname, Dwarf_Addr base,
                          const char *file, const char *link, GElf_Word crc, char **found)
{
    const char *urls = getenv("DEBUGINFOD_URLS");
    if (urls && *urls)
        return -1;
    return dw.dwfl_standard_find_debuginfo(mod, userdata, modname, base, file, link, crc, found);
}

static bool read_modules(void)
{
    dw.dwfl_report_begin(session);
    int error = dw.dwfl_linux_proc_report(session, getpid());
    return dw.dwfl_report_end(session, NULL, NULL) == 0 && error == 0;
}

static void start_session(void)
{
    static Dwfl_Callbacks callbacks;
    if (!(is_linked() ? take_linked() : load()))
        return;
    callbacks.find_elf = dw.dwfl_linux_proc_find_elf;
    callbacks.find_debuginfo = find_debuginfo;
    session = dw.dwfl_begin(&callbacks);
    if (session)
        read_modules();
}

bool gf_dwarf_open(void)
{
    if (!tried) {
        tried = true;
        start_session();
    }
    return session != NULL;
}

// The module of an address; one that was loaded after the last look is found by looking again.
static Dwfl_Module *find_module(uintptr_t pc)
{
    Dwfl_Module *module = dw.dwfl_addrmodule(session, pc);
    if (!module && read_modules())
        module = dw.dwfl_addrmodule(session, pc);
    return module;
}

// The compilation unit. The index of addresses that the first call relies on is written by gcc only; where some
// units have one and others do not, it gives a wrong answer.
static Dwarf_Die *find_unit(Dwfl_Module *module, uintptr_t pc, Dwarf_Addr *bias)
{
    Dwarf_Die *unit = dw.dwfl_module_addrdie(module, pc, bias);
    if (unit && dw.dwarf_haspc(unit, pc - *bias) != 0)
        return unit;
    unit = NULL;
    while ((unit = dw.dwfl_module_nextcu(module, unit, bias)))
        if (dw.dwarf_haspc(unit, pc - *bias) > 0)
            return unit;
    return NULL;
}

// A path that may be relative to the directory of the compilation; NULL if it is that and it is not known.
static const char *whole_path(Dwarf_Die *unit, const char *path, char *room, size_t n)
{
    Dwarf_Attribute attribute;
    if (!path || *path == '/' || !dw.dwarf_attr(unit, DW_AT_comp_dir, &attribute))
        return path;
    const char *directory = dw.dwarf_formstring(&attribute);
    if (!directory || strlen(directory) + strlen(path) + 2 > n)
        return path;
    char *end = stpcpy(room, directory);
    *end = '/';
    strcpy(end + 1, path);
    return room;
}

static unsigned attribute_number(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (!dw.dwarf_attr(die, name, &attribute) || dw.dwarf_formudata(&attribute, &value) != 0)
        return 0;
    return (unsigned)value;
}

static const char *file_number(Dwarf_Die *unit, unsigned number)
{
    Dwarf_Files *files;
    size_t count;
    if (dw.dwarf_getsrcfiles(unit, &files, &count) != 0 || number >= count)
        return NULL;
    return dw.dwarf_filesrc(files, number, NULL, NULL);
}

static bool is_function(int tag)
{
    return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}

static bool may_contain_functions(int tag)
{
    return tag == DW_TAG_namespace || tag == DW_TAG_structure_type || tag == DW_TAG_class_type;
}

// The functions that an address is in, outermost first, below `parent`; n are known already. (libdw's own
// dwarf_getscopes finds none where a function was inlined from another unit, as with gcc's -flto.)
static int find_path(Dwarf_Die *parent, Dwarf_Addr address, Dwarf_Die *path, int n)
{
    Dwarf_Die child;
    if (dw.dwarf_child(parent, &child) != 0)
        return n;
    do {
        int tag = dw.dwarf_tag(&child);
        if (may_contain_functions(tag)) {
            int more = find_path(&child, address, path, n);
            if (more > n)
                return more;
        } else if ((is_function(tag) || tag == DW_TAG_lexical_block) &&
                   dw.dwarf_haspc(&child, address) > 0) {
            if (is_function(tag) && n < GF_MOST_PLACES)
                path[n++] = child;
            return find_path(&child, address, path, n);
        }
    } while (dw.dwarf_siblingof(&child, &child) == 0);
    return n;
}

// Goes outwards from the innermost function, whose file and line are known already; each inlined one says where
// it was called, which is the place in the next.
static int find_functions(Dwarf_Die *unit, Dwarf_Addr address, struct gf_place *places)
{
    Dwarf_Die path[GF_MOST_PLACES];
    int count = find_path(unit, address, path, 0);
    for (int i = 0; i < count; i++) {
        Dwarf_Die *die = &path[count - 1 - i];
        places[i].function = dw.dwarf_diename(die);
        if (i + 1 == count)
            break;
        places[i].inlined = true;
        places[i + 1].file = file_number(unit, attribute_number(die, DW_AT_call_file));
        places[i + 1].line = attribute_number(die, DW_AT_call_line);
    }
    return count;
}

static int find_in_unit(Dwfl_Module *module, uintptr_t pc, struct gf_place *places)
{
    static char paths[GF_MOST_PLACES][1024];
    Dwarf_Addr bias = 0;
    Dwarf_Die *unit = find_unit(module, pc, &bias);
    if (!unit)
        return 0;
    Dwarf_Line *line = dw.dwarf_getsrc_die(unit, pc - bias);
    int number = 0;
    if (line && dw.dwarf_lineno(line, &number) == 0) {
        places[0].file = dw.dwarf_linesrc(line, NULL, NULL);
        places[0].line = (unsigned)number;
    }
    int count = find_functions(unit, pc - bias, places);
    for (int i = 0; i < GF_MOST_PLACES && (i < count || i == 0); i++)
        places[i].file = whole_path(unit, places[i].file, paths[i], sizeof paths[i]);
    return count;
}

int gf_dwarf_find(uintptr_t pc, struct gf_place places[GF_MOST_PLACES])
{
    memset(places, 0, GF_MOST_PLACES * sizeof *places);
    Dwfl_Module *module = find_module(pc);
    if (!module)
        return 0;
    int count = find_in_unit(module, pc, places);
    struct gf_place *outermost = &places[count > 0 ? count - 1 : 0];
    GElf_Off offset = 0;
    GElf_Sym symbol;
    const char *name = dw.dwfl_module_addrinfo(module, pc, &offset, &symbol, NULL, NULL, NULL);
    if (!outermost->function)
        outermost->function = name;
    Dwarf_Addr bias = 0;
    dw.dwfl_module_getelf(module, &bias);
    outermost->offset = name ? offset : 0;
    outermost->module = dw.dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    outermost->module_offset = pc - bias;
    return count > 0 ? count : 1;
}
