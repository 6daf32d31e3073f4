// SPDX-License-Identifier: MIT
// Function names from the symbol tables of the running program and its libraries, with system calls only: no
// malloc, no lock, no loader. For when libdw is not there (static programs), or failed because the process
// that is dying has no working heap any more. The mapping that an address lies in names the file and the
// offset in it; the file's program headers give the address that its symbols speak of.
#include "debug/elfsym.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct mapping {
    uintptr_t start, end, offset; // of the memory, and in the file
    const char *path;
};

struct image {
    const char *at;
    size_t size;
};

static const char *read_hex(const char *s, uintptr_t *value)
{
    *value = 0;
    for (;; s++) {
        const char *digits = "0123456789abcdef", *d = *s ? strchr(digits, *s) : NULL;
        if (!d)
            return s;
        *value = *value << 4 | (uintptr_t)(d - digits);
    }
}

static const char *skip_word(const char *s)
{
    while (*s && *s != ' ')
        s++;
    while (*s == ' ')
        s++;
    return s;
}

// A line of /proc/self/maps: start-end perms offset dev inode path
static void parse_mapping(const char *line, struct mapping *m)
{
    const char *s = read_hex(line, &m->start);
    s = read_hex(s + (*s == '-'), &m->end);
    s = skip_word(skip_word(s));
    s = read_hex(s, &m->offset);
    m->path = skip_word(skip_word(skip_word(s)));
}

// Moves what follows the line at the start of the buffer to the front.
static size_t drop_line(char *buffer, size_t used, const char *end)
{
    size_t gone = (size_t)(end - buffer) + 1;
    memmove(buffer, buffer + gone, used - gone);
    return used - gone;
}

// Finds the mapping of pc; its path points into the buffer.
static bool find_mapping(int fd, uintptr_t pc, char *buffer, size_t size, struct mapping *m)
{
    size_t used = 0;
    for (;;) {
        char *end = memchr(buffer, '\n', used);
        if (!end) {
            ssize_t n = used < size ? read(fd, buffer + used, size - used) : 0;
            if (n <= 0)
                return false;
            used += (size_t)n;
            continue;
        }
        *end = '\0';
        parse_mapping(buffer, m);
        if (pc >= m->start && pc < m->end)
            return true;
        used = drop_line(buffer, used, end);
    }
}

static const void *part(const struct image *image, uint64_t offset, uint64_t size)
{
    if (offset > image->size || size > image->size - offset)
        return NULL;
    return image->at + offset;
}

// The address in terms of the file's symbols; 0 if no segment holds it.
static uintptr_t address_of_offset(const struct image *image, uintptr_t offset)
{
    const Elf64_Ehdr *header = part(image, 0, sizeof *header);
    const Elf64_Phdr *p = part(image, header->e_phoff, (uint64_t)header->e_phnum * sizeof *p);
    for (int i = 0; p && i < header->e_phnum; i++)
        if (p[i].p_type == PT_LOAD && offset >= p[i].p_offset &&
            offset - p[i].p_offset < p[i].p_filesz)
            return offset - p[i].p_offset + p[i].p_vaddr;
    return 0;
}

static const Elf64_Shdr *find_table(const struct image *image, const Elf64_Shdr **strings)
{
    const Elf64_Ehdr *header = part(image, 0, sizeof *header);
    const Elf64_Shdr *s = part(image, header->e_shoff, (uint64_t)header->e_shnum * sizeof *s);
    const Elf64_Shdr *found = NULL;
    for (int i = 0; s && i < header->e_shnum; i++)
        if (s[i].sh_type == SHT_SYMTAB || (s[i].sh_type == SHT_DYNSYM && !found))
            found = &s[i];
    if (!found || found->sh_link >= header->e_shnum)
        return NULL;
    *strings = &s[found->sh_link];
    return found;
}

static bool covers(const Elf64_Sym *symbol, uintptr_t address)
{
    int type = ELF64_ST_TYPE(symbol->st_info);
    if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol->st_shndx == SHN_UNDEF)
        return false;
    return symbol->st_value <= address &&
           (symbol->st_size == 0 || address - symbol->st_value < symbol->st_size);
}

static void find_symbol(const struct image *image, uintptr_t address, struct gf_elf_name *name)
{
    const Elf64_Shdr *strings, *table = find_table(image, &strings);
    const Elf64_Sym *best = NULL, *s = table ? part(image, table->sh_offset, table->sh_size) : NULL;
    const char *texts = table ? part(image, strings->sh_offset, strings->sh_size) : NULL;
    if (!s || !texts)
        return;
    for (size_t i = 0; i < table->sh_size / sizeof *s; i++)
        if (covers(&s[i], address) && (!best || s[i].st_value >= best->st_value))
            best = &s[i];
    if (!best || best->st_name >= strings->sh_size)
        return;
    size_t room = strings->sh_size - best->st_name;
    size_t n = strnlen(texts + best->st_name, room < 127 ? room : 127);
    memcpy(name->function, texts + best->st_name, n);
    name->function[n] = '\0';
    name->offset = address - best->st_value;
    name->size = best->st_size;
}

static void search_image(const struct image *image, uintptr_t offset, struct gf_elf_name *name)
{
    const Elf64_Ehdr *header = part(image, 0, sizeof *header);
    if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64)
        return;
    name->module_offset = address_of_offset(image, offset);
    if (name->module_offset)
        find_symbol(image, name->module_offset, name);
}

static void search_file(const char *path, uintptr_t offset, struct gf_elf_name *name)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &status) == 0 && status.st_size > 0) {
        struct image image = {.size = (size_t)status.st_size};
        void *at = mmap(NULL, image.size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at != MAP_FAILED) {
            image.at = at;
            search_image(&image, offset, name);
            munmap(at, image.size);
        }
    }
    close(fd);
}

bool gf_elf_find(uintptr_t pc, struct gf_elf_name *name)
{
    char buffer[4096];
    struct mapping m;
    memset(name, 0, sizeof *name);
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool found = find_mapping(fd, pc, buffer, sizeof buffer, &m);
    close(fd);
    if (!found || m.path[0] != '/')
        return false;
    memcpy(name->module, m.path, strnlen(m.path, sizeof name->module - 1));
    name->module_offset = pc - m.start + m.offset;
    search_file(m.path, name->module_offset, name);
    return true;
}
