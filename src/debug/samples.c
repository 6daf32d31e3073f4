// SPDX-License-Identifier: MIT
// Samples are put side by side as they come, each a place of its own, so that a signal handler can add one without a
// lock; only who writes the profile adds up those with the same stack, by sorting.
#include "debug/samples.h"

#include "os/os.h"

#include <stdlib.h>
#include <string.h>

bool gf_samples_open(struct gf_samples *s, uint32_t most)
{
    *s = (struct gf_samples){.sample = gf_os_reserve(most * sizeof *s->sample), .most = most};
    return s->sample != NULL;
}

void gf_samples_close(struct gf_samples *s)
{
    if (s->sample)
        gf_os_release(s->sample, s->most * sizeof *s->sample);
    s->sample = NULL;
}

void gf_samples_clear(struct gf_samples *s)
{
    gf_os_discard(s->sample, s->most * sizeof *s->sample);
    gf_store_relaxed(&s->used, 0);
}

void gf_samples_add(struct gf_samples *s, const struct gf_trace *trace, const char *name,
                    uint64_t count, int64_t nanoseconds)
{
    uint32_t i = gf_add_relaxed(&s->used, 1);
    struct gf_frame frame;
    if (i >= s->most)
        return;
    struct gf_sample *x = &s->sample[i];
    x->count = count;
    x->nanoseconds = nanoseconds;
    strncpy(x->name, name ? name : "", sizeof x->name - 1);
    x->depth = 0;
    x->exact = trace->count > 0 && trace->inner[0].exact;
    for (size_t k = 0; k < trace->count && x->depth < GF_SAMPLE_DEPTH; k++)
        if (gf_trace_frame(trace, k, &frame))
            x->pc[x->depth++] = frame.pc;
    gf_store_release(&x->ready, true);
}

uint32_t gf_samples_count(const struct gf_samples *s)
{
    uint32_t n = gf_load_relaxed(&s->used);
    return n < s->most ? n : s->most;
}

uint32_t gf_samples_dropped(const struct gf_samples *s)
{
    return gf_load_relaxed(&s->used) - gf_samples_count(s);
}

static int compare_stacks(const void *a, const void *b)
{
    const struct gf_sample *x = a, *y = b;
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    int order = memcmp(x->pc, y->pc, x->depth * sizeof x->pc[0]);
    return order ? order : strcmp(x->name, y->name);
}

static int compare_values(const void *a, const void *b)
{
    const struct gf_sample *x = a, *y = b;
    if (x->nanoseconds != y->nanoseconds)
        return x->nanoseconds > y->nanoseconds ? -1 : 1;
    return x->count == y->count ? 0 : x->count > y->count ? -1 : 1;
}

uint32_t gf_samples_sum(const struct gf_samples *s, struct gf_sample **into)
{
    uint32_t n = gf_samples_count(s), taken = 0, kept = 0;
    struct gf_sample *sum = calloc(n + 1, sizeof *sum);
    *into = sum;
    if (!sum)
        return 0;
    for (uint32_t i = 0; i < n; i++)
        if (gf_load_acquire(&s->sample[i].ready)) // pairs with the release in gf_samples_add
            sum[taken++] = s->sample[i];
    qsort(sum, taken, sizeof *sum, compare_stacks);
    for (uint32_t i = 0; i < taken; i++) {
        if (kept == 0 || compare_stacks(&sum[kept - 1], &sum[i]) != 0) {
            sum[kept++] = sum[i];
            continue;
        }
        sum[kept - 1].count += sum[i].count;
        sum[kept - 1].nanoseconds += sum[i].nanoseconds;
    }
    qsort(sum, kept, sizeof *sum, compare_values);
    return kept;
}
