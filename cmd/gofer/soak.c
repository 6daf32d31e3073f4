// SPDX-License-Identifier: MIT
// Builds tests/soak in the trees that it is for and runs it, in one after the other: as users get it, and under the
// address sanitizer, where everything takes longer and wrong accesses show. The last line is the suite's.
#include "soak.h"

#include "process.h"
#include "report.h"
#include "tree.h"

#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>

struct soak_leg {
    const char *preset;
    double part; // of the time
};

static const struct soak_leg legs[] = {{"dev", 1}, {"asan", 0.1}};
enum { LEGS = sizeof legs / sizeof *legs };

double soak_seconds(const char *word)
{
    char *unit;
    double n = strtod(word, &unit);
    double scale = *unit == 's' ? 1 : *unit == 'm' ? 60 : *unit == 'h' ? 3600 : -1;
    return unit != word && unit[1] == '\0' && n > 0 && n <= 1e6 ? n * scale : -1;
}

static bool run_leg(struct gofer_env *env, const struct soak_leg *leg, double seconds,
                    const char *seed)
{
    printf("== %s soak\n", leg->preset);
    fflush(stdout);
    if (tree_build(env, leg->preset, "soak") != 0)
        return false;
    char *tree = tree_path(env, leg->preset);
    defer(free, tree);
    struct words argv = {0}, sanitizer = {0};
    defer(words_free, &argv);
    defer(words_free, &sanitizer);
    words_printf(&argv, "%s/tests/soak", tree);
    words_printf(&argv, "%.0f", seconds * leg->part < 1 ? 1 : seconds * leg->part);
    if (seed)
        words_add(&argv, seed);
    // Goroutines' stacks are not looked at for leaks. What is freed is kept for a while, 256 MB by default: more than a leak
    // that would show.
    words_add(&sanitizer, "ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16");
    return process_run(argv.at, &(struct process_options){.env = &sanitizer}) == 0;
}

int soak_run(struct gofer_env *env, double seconds, const char *seed)
{
    int passed = 0;
    for (int i = 0; i < LEGS && !process_signal(); i++)
        passed += run_leg(env, &legs[i], seconds, seed);
    printf("%d passed, %d failed, 0 skipped\n", passed, LEGS - passed);
    return passed == LEGS ? 0 : EXIT_FAILED;
}
