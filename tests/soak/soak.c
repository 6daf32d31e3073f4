// SPDX-License-Identifier: MIT
// Endurance: soak SECONDS [SEED] runs rounds of random work, disturbed at random, until the time is over. After each round
// everything must have come to its end: no goroutine is left, no descriptor. At the end the memory must be flat: the
// resident set of the last third is about that of the first, once warm. `./gofer test -soak 10m` runs it.
#include "soak.h"

#include "support/memory.h"

#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { AT_ONCE = 40, WORK_A_ROUND = 400, SECONDS_TO_SETTLE = 60, SECONDS_TO_BE_FLAT = 30 };

static uint64_t seed;
static atomic_long counts[64];
static const char *_Atomic disturbance = "none";

uint32_t soak_random(struct soak_task *t, uint32_t n)
{
    uint64_t x = t->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    t->random = x;
    return (uint32_t)(((x * 0x2545F4914F6CDD1DULL) >> 32) * n >> 32);
}

void soak_failed(const char *file, int line, const char *what)
{
    fflush(stdout);
    fprintf(stderr, "soak: FAILED: %s (%s:%d), seed %llu, disturbed by: %s\n", what, file, line,
            (unsigned long long)seed, atomic_load(&disturbance));
    _exit(1);
}

static int descriptors(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    SOAK_CHECK(d != NULL);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void work(struct soak_task t, chan(go_unit) slots, go_waitgroup *wg)
{
    soak_work[t.kind].run(&t);
    atomic_fetch_add(&counts[t.kind], 1);
    chan_recv(slots);
    go_waitgroup_done(wg);
}

static void disturb(struct soak_task t, atomic_bool *over, go_waitgroup *wg)
{
    while (!atomic_load(over)) {
        const struct soak_kind *kind =
            &soak_disturbances[soak_random(&t, (uint32_t)soak_disturbance_count)];
        atomic_store(&disturbance, kind->name);
        kind->run(&t);
        atomic_store(&disturbance, "none");
        go_sleep(soak_random(&t, 5000) * GO_MICROSECOND);
    }
    go_waitgroup_done(wg);
}

static struct soak_task new_task(struct soak_task *t, int kind)
{
    return (struct soak_task){.random = (uint64_t)soak_random(t, UINT32_MAX) << 32 | 1,
                              .kind = kind};
}

static void run_round(struct soak_task *t)
{
    go_waitgroup wg = {0}, disturber = {0};
    atomic_bool over = false;
    chan(go_unit) slots = chan_make(go_unit, AT_ONCE);
    go_waitgroup_add(&disturber, 1);
    go(disturb, new_task(t, 0), &over, &disturber);
    for (int i = 0; i < WORK_A_ROUND; i++) {
        chan_send(slots, GO_UNIT);
        go_waitgroup_add(&wg, 1);
        go(work, new_task(t, (int)soak_random(t, (uint32_t)soak_work_count)), slots, &wg);
    }
    go_waitgroup_wait(&wg);
    atomic_store(&over, true);
    go_waitgroup_wait(&disturber);
    chan_free(slots);
}

// Everything that the round started ends.
static void check_quiet(int descriptors_at_first)
{
    go_time begin = go_now();
    while (go_num_goroutine() > 1 || descriptors() > descriptors_at_first) {
        SOAK_CHECK(go_since(begin) < SECONDS_TO_SETTLE * GO_SECOND);
        go_sleep(GO_MILLISECOND);
    }
    struct go_stats s = go_stats();
    SOAK_CHECK(s.goroutines == 1 && s.runnable >= 0);
    SOAK_CHECK(s.threads < 200);
}

struct memory {
    size_t early, late; // the largest seen in the second sixth of the time, and in the last
};

static void note_memory(struct memory *m, double part)
{
    size_t now = test_resident();
    if (part >= 1.0 / 6 && part < 2.0 / 6 && now > m->early)
        m->early = now;
    if (part >= 5.0 / 6 && now > m->late)
        m->late = now;
}

static void report(long rounds, const struct memory *m)
{
    for (int i = 0; i < soak_work_count; i++)
        printf("%s %ld  ", soak_work[i].name, atomic_load(&counts[i]));
    struct go_stats s = go_stats();
    printf(
        "\nsoak: %ld rounds, %llu switches, %llu preemptions, %llu hand-offs, %llu stacks trimmed; "
        "memory %zu KiB early, %zu KiB late\n",
        rounds, (unsigned long long)s.switches, (unsigned long long)s.preemptions,
        (unsigned long long)s.handoffs, (unsigned long long)s.stacks_trimmed, m->early / 1024,
        m->late / 1024);
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? atof(argv[1]) : 0;
    if (seconds <= 0) {
        fprintf(stderr, "usage: soak SECONDS [SEED]\n");
        return 64;
    }
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
    printf("soak: %.0f s, seed %llu\n", seconds, (unsigned long long)seed);
    fflush(stdout);
    struct soak_task t = {.random = seed * 0x9E3779B97F4A7C15 | 1};
    struct memory memory = {0};
    long rounds = 0;
    run_round(&t); // opens the poller, and what else stays open
    go_sleep(10 * GO_MILLISECOND);
    int open = descriptors();
    go_time begin = go_now();
    for (double part = 0; part < 1; rounds++) {
        run_round(&t);
        check_quiet(open);
        part = (double)go_since(begin) / (seconds * GO_SECOND);
        note_memory(&memory, part);
    }
    report(rounds, &memory);
    // What malloc keeps, and a stack or two, may differ; a leak of a hundred bytes a task would show. In a short run a
    // sanitizer, or malloc, has not come to its full size yet.
    SOAK_CHECK(seconds < SECONDS_TO_BE_FLAT ||
               memory.late < memory.early + memory.early / 5 + ((size_t)4 << 20));
    return 0;
}
