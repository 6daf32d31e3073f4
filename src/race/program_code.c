// SPDX-License-Identifier: MIT
// Tells the program's own code from thread sanitizer's, which is linked into it. A goroutine may be stopped by a signal
// between any two instructions of the former: it then holds none of the detector's locks, and the detector waits for no
// answer. Within the latter it may not, for others spin for these locks, in the runtime too.
//
// What is thread sanitizer's is known by the names in the program's symbol table: its objects lie side by side, so one
// range from the first name to the last holds all of it, nameless and foreign pieces included. Without a table (a stripped
// program) nothing counts as the program's.
#include "race/program_code.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// The linker's.
extern const char __executable_start[], etext[];
extern const ElfW(Ehdr) __ehdr_start;

static uintptr_t start, end; // of the detector's code; 0: not known. [const] after the constructor
static _Thread_local int depth_of_detector;

// By its linker's name; but not what runs before main, which is gathered elsewhere, nor a hook that a program fills.
static bool is_detectors(const char *name)
{
    static const char *const others[] = {"_GLOBAL__", "_default_", "_on_", "OnReport",
                                         "OnFinalize"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strstr(name, others[i]))
            return false;
    return strstr(name, "__tsan") || strstr(name, "__sanitizer") || strstr(name, "__interceptor_");
}

static void note_symbols(const char *file, const ElfW(Shdr) * table, const char *names)
{
    const ElfW(Sym) *symbols = (const void *)(file + table->sh_offset);
    const ElfW(Ehdr) *header = (const void *)file;
    // The names tell places of a program that can lie anywhere from its beginning, of others addresses.
    uintptr_t base = header->e_type == ET_DYN ? (uintptr_t)&__ehdr_start : 0;
    for (size_t i = 0; i < table->sh_size / sizeof *symbols; i++) {
        const ElfW(Sym) *s = &symbols[i];
        if (ELF64_ST_TYPE(s->st_info) != STT_FUNC || s->st_shndx == SHN_UNDEF ||
            !is_detectors(names + s->st_name))
            continue;
        uintptr_t at = base + s->st_value;
        start = start && start < at ? start : at;
        end = at + s->st_size > end ? at + s->st_size : end;
    }
}

static void read_symbols(const char *file)
{
    const ElfW(Ehdr) *header = (const void *)file;
    const ElfW(Shdr) *sections = (const void *)(file + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++)
        if (sections[i].sh_type == SHT_SYMTAB)
            note_symbols(file, &sections[i], file + sections[sections[i].sh_link].sh_offset);
}

__attribute__((constructor)) static void find_detector(void)
{
    struct stat status;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &status) == 0) {
        size_t size = (size_t)status.st_size;
        void *file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (file != MAP_FAILED) {
            read_symbols(file);
            munmap(file, size);
        }
    }
    close(fd);
}

void gf_race_enters_detector(int how)
{
    depth_of_detector += how;
}

bool go_race_is_program_code_(uintptr_t pc)
{
    return end > 0 && depth_of_detector == 0 && pc >= (uintptr_t)__executable_start &&
           pc < (uintptr_t)etext && !(pc >= start && pc < end);
}
