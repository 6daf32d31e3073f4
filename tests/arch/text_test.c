// SPDX-License-Identifier: MIT
// The length of a text, read by whole blocks: right for each length at each place in a block, whatever stands before the
// text and behind it, and without touching the page behind the one that the text ends in.
#include "support/test.h"

#include "arch/text.h"

#include <sys/mman.h>
#include <unistd.h>

enum { LONGEST = 70, BLOCK = 16 };

TEST(length_is_right_at_every_place_in_a_block)
{
    static char room[BLOCK + LONGEST + 2 * BLOCK] __attribute__((aligned(BLOCK)));
    for (size_t at = 0; at < BLOCK; at++)
        for (size_t n = 0; n < LONGEST; n++) {
            memset(room, 0, sizeof room);
            memset(room + at, 'x', n);
            CHECK_EQ(gf_arch_strlen(room + at), n);
            memset(room, 0xff, sizeof room);
            room[at + n] = 0;
            CHECK_EQ(gf_arch_strlen(room + at), n);
        }
}

TEST(text_at_the_end_of_a_page_is_read_without_the_next)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED);
    CHECK_EQ(mprotect(pages + page, page, PROT_NONE), 0);
    memset(pages, 'x', page - 1);
    for (size_t n = 0; n < LONGEST; n++)
        CHECK_EQ(gf_arch_strlen(pages + page - 1 - n), n);
    munmap(pages, 2 * page);
}
