// SPDX-License-Identifier: MIT
// Address space. Reserving costs nothing but the mapping: memory comes with the first touch. Guards by advice
// (Linux 6.13) leave the mapping whole, so a million of them cost no VMAs; where the kernel lacks it, mprotect
// splits the mapping at each guard, and vm.max_map_count is the budget.
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

// Newer than the headers of Debian 12.
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

void *gf_os_reserve(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void gf_os_release(void *p, size_t bytes)
{
    munmap(p, bytes);
}

bool gf_os_has_guard_advice(void)
{
    size_t page = gf_os_page_size();
    void *p = gf_os_reserve(page);
    if (!p)
        return false;
    bool has = madvise(p, page, MADV_GUARD_INSTALL) == 0;
    gf_os_release(p, page);
    return has;
}

int gf_os_guard_install(void *p, size_t bytes)
{
    return madvise(p, bytes, MADV_GUARD_INSTALL) == 0 ? 0 : -errno;
}

int gf_os_guard_protect(void *p, size_t bytes)
{
    return mprotect(p, bytes, PROT_NONE) == 0 ? 0 : -errno;
}

void gf_os_discard(void *p, size_t bytes)
{
    madvise(p, bytes, MADV_DONTNEED);
}

void gf_os_advise_no_huge_pages(void *p, size_t bytes)
{
    madvise(p, bytes, MADV_NOHUGEPAGE);
}

void gf_os_advise_huge_pages(void *p, size_t bytes)
{
    madvise(p, bytes, MADV_HUGEPAGE);
}

size_t gf_os_page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

long gf_os_max_map_count(void)
{
    enum { KERNEL_DEFAULT = 65530 };
    char text[32] = "";
    int fd = open("/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return KERNEL_DEFAULT;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    return n > 0 ? atol(text) : KERNEL_DEFAULT;
}
