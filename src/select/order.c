// SPDX-License-Identifier: MIT
// Locking the channels of a select, all or some: in the order of their addresses, as everybody does who holds several,
// and each once, in however many cases it stands.
#include "select/select.h"

// Sorts by address. Few: by insertion. Many: as a heap, which needs no memory and knows no bad case.
static void sort_few(struct go_chan **c, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        struct go_chan *x = c[i];
        uint32_t j = i;
        for (; j > 0 && c[j - 1] > x; j--)
            c[j] = c[j - 1];
        c[j] = x;
    }
}

static void sift_down(struct go_chan **c, uint32_t i, uint32_t n)
{
    struct go_chan *x = c[i];
    for (uint32_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && c[child + 1] > c[child])
            child++;
        if (c[child] <= x)
            break;
        c[i] = c[child];
    }
    c[i] = x;
}

static void sort_many(struct go_chan **c, uint32_t n)
{
    for (uint32_t i = n / 2; i-- > 0;)
        sift_down(c, i, n);
    while (n-- > 1) {
        struct go_chan *largest = c[0];
        c[0] = c[n];
        c[n] = largest;
        sift_down(c, 0, n);
    }
}

bool gf_select_order(struct gf_select *s)
{
    uint32_t n = s->count, unique = 1;
    for (uint32_t i = 0; i < n; i++)
        s->locks[i] = s->cases[i].chan;
    if (gf_likely(n <= GO_SELECT_CASES))
        sort_few(s->locks, n);
    else
        sort_many(s->locks, n);
    bool last_is_single = n < 2 || s->locks[n - 1] != s->locks[n - 2];
    for (uint32_t i = 1; i < n; i++)
        if (s->locks[i] != s->locks[unique - 1])
            s->locks[unique++] = s->locks[i];
    s->channels = unique;
    return last_is_single;
}

void gf_select_lock(struct m *m, struct gf_select *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        gf_solo_lock(m, &s->locks[i]->lock, GF_RANK_CHAN);
}

void gf_select_unlock(struct gf_select *s, uint32_t n)
{
    while (n-- > 0)
        gf_unlock(&s->locks[n]->lock);
}
