// SPDX-License-Identifier: MIT
// One run after the other: gofer, Go, gofer, Go, so that whatever disturbs the machine for a while hits
// both sides alike. The programs time themselves and print "METRIC VALUE" lines; only start-up and size
// are looked at from outside. Medians and quartiles, not means: on a shared machine the slow outliers say
// something about the neighbours. The number of processors goes into the environment of both runtimes;
// no thread is pinned.
#include "bench_run.h"

#include "bench_peers.h"
#include "process.h"
#include "report.h"

#include <errno.h>
#include <gofer.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { STARTS_PER_SAMPLE = 20 };

extern char **environ;

struct job {
    struct words argv;
    enum bench_side side;
    struct bench_result *const *results;
    size_t count;
};

static void add_sample(const struct job *j, size_t index, double value)
{
    struct bench_result *r = j->results[index];
    struct bench_samples *s = &r->sides[j->side];
    if (s->count < BENCH_MAX_COUNT)
        s->at[s->count++] = value;
}

// ---- Programs that time themselves ----

static void take_figure(const struct job *j, const char *metric, double value)
{
    for (size_t i = 0; i < j->count; i++)
        if (strcmp(j->results[i]->line->metric, metric) == 0)
            add_sample(j, i, value);
}

static int take_output(const struct job *j, char *output)
{
    for (char *line; (line = strsep(&output, "\n"));) {
        char metric[64], more;
        double value;
        if (*line == '\0')
            continue;
        if (sscanf(line, "%63s %lf %c", metric, &value, &more) != 2)
            return report_error("%s printed %s instead of a figure", j->argv.at[0], line);
        take_figure(j, metric, value);
    }
    return 0;
}

static int run_program(const struct job *j)
{
    struct text output = {0};
    int status = process_run(j->argv.at, &(struct process_options){.output = &output});
    if (process_signal())
        status = EXIT_FAILED;
    else if (status < 0)
        status = report_error("cannot start %s: %s", j->argv.at[0], strerror(-status));
    else if (status > 0)
        status = report_error("%s ended with status %d", j->argv.at[0], status);
    else if (!output.size)
        status = report_error("%s printed nothing", j->argv.at[0]);
    else
        status = take_output(j, output.data);
    text_free(&output);
    return status;
}

// ---- Programs that are looked at from outside ----

// Starts the program and waits for its end, so many times: nanoseconds, or a negative errno.
static int64_t time_starts(char *const argv[], int times)
{
    go_time start = go_now();
    for (int i = 0; i < times; i++) {
        pid_t pid;
        int status, err = posix_spawn(&pid, argv[0], NULL, NULL, argv, environ);
        if (err)
            return -err;
        while (waitpid(pid, &status, 0) < 0)
            if (errno != EINTR)
                return -errno;
        if (status)
            return -ECHILD;
    }
    return go_since(start);
}

static int run_starts(const struct job *j)
{
    int64_t ns = go_blocking(time_starts, j->argv.at, STARTS_PER_SAMPLE);
    if (ns < 0)
        return report_error("%s does not run", j->argv.at[0]);
    add_sample(j, 0, (double)ns / STARTS_PER_SAMPLE);
    return 0;
}

static int weigh_program(const struct job *j)
{
    struct stat st;
    if (stat(j->argv.at[0], &st) < 0)
        return report_error("%s: %s", j->argv.at[0], strerror(errno));
    add_sample(j, 0, (double)st.st_size);
    return 0;
}

// ---- Both sides in turn ----

static int run_once(const struct job *j)
{
    switch (j->results[0]->line->kind) {
    case BENCH_START:
        return run_starts(j);
    case BENCH_SIZE:
        return weigh_program(j);
    case BENCH_RUN:
        break;
    }
    return run_program(j);
}

// For all programs started from here on; this one's own runtime has long made up its mind.
static void set_procs(int procs)
{
    char number[16];
    snprintf(number, sizeof(number), "%d", procs);
    setenv("GOFER_MAXPROCS", number, 1);
    setenv("GOMAXPROCS", number, 1);
}

int bench_run(const struct bench_programs *p, struct bench_result *const *results, size_t n,
              int count)
{
    struct job jobs[BENCH_SIDES];
    bool there[BENCH_SIDES];
    for (int side = 0; side < BENCH_SIDES; side++) {
        jobs[side] = (struct job){.side = (enum bench_side)side, .results = results, .count = n};
        there[side] = (results[0]->procs == 1 || !bench_peers_is_single(jobs[side].side)) &&
                      bench_command(p, jobs[side].side, results[0]->line, &jobs[side].argv);
    }
    set_procs(results[0]->procs);
    for (size_t i = 0; i < n; i++)
        results[i]->done = true;
    int status = 0;
    for (int i = 0; i < count; i++)
        for (int side = 0; side < BENCH_SIDES && !status; side++)
            if (there[side])
                status = run_once(&jobs[side]);
    for (int side = 0; side < BENCH_SIDES; side++)
        words_free(&jobs[side].argv);
    return status;
}

// ---- Figures ----

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The value below which a part q of the sorted samples lies, interpolated.
static double quantile(const struct bench_samples *s, double q)
{
    if (!s->count)
        return NAN;
    double place = q * (double)(s->count - 1);
    size_t below = (size_t)place;
    size_t above = below + 1 < s->count ? below + 1 : below;
    return s->at[below] + (place - (double)below) * (s->at[above] - s->at[below]);
}

static double sort_and_spread(struct bench_samples *s)
{
    qsort(s->at, s->count, sizeof(s->at[0]), compare_doubles);
    double median = quantile(s, 0.5);
    return median > 0 ? (quantile(s, 0.75) - quantile(s, 0.25)) / median : NAN;
}

static double larger(double a, double b)
{
    return isnan(a) || b > a ? b : a;
}

bool bench_is_measured(const struct bench_result *r)
{
    return r->sides[BENCH_GOFER].count > 0;
}

struct bench_figures bench_figures(const struct bench_result *r)
{
    struct bench_figures f;
    double spread[BENCH_SIDES];
    for (int side = 0; side < BENCH_SIDES; side++) {
        struct bench_samples s = r->sides[side];
        spread[side] = sort_and_spread(&s);
        f.median[side] = quantile(&s, 0.5);
    }
    f.spread = larger(spread[BENCH_GOFER], spread[BENCH_GO]);
    f.gofer = f.median[BENCH_GOFER];
    f.go = f.median[BENCH_GO];
    f.ratio = f.gofer > 0 && f.go > 0 ? f.go / f.gofer : NAN;
    f.limit = r->limit > 0 ? f.gofer / r->limit : NAN;
    return f;
}
