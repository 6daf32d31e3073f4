// SPDX-License-Identifier: MIT
// gofer test: users' tests (usertest.c), or gofer's own suite, leg by leg (legs.c): builds the tree, runs its tests by
// ctest, reads the results from the file that ctest writes. A tree that does not build, or a ctest that fails without a failed
// test, counts as one failure, so that the last line, "N passed, N failed, N skipped", is zero in the
// middle only if everything there was to run did run.
#include "commands.h"
#include "junit.h"
#include "legs.h"
#include "process.h"
#include "report.h"
#include "soak.h"
#include "text.h"
#include "tree.h"
#include "usertest.h"

#include <errno.h>
#include <gofer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct test_options {
    bool all;
    bool race;
    bool cookbook;       // examples/cookbook, plain and under both sanitizers
    const char *pattern; // -run
    const char *seed;    // -seed
    double soak;         // -soak, in seconds; 0: not asked for
    long count;          // -count; 0: as the leg says
    struct text paths;   // the paths as one ctest pattern; empty for none
};

struct suite {
    struct gofer_env *env;
    const struct test_options *options;
    struct tally tally;
    long selected;       // tests that the options selected, over all legs
    struct words failed; // "LEG: TEST"
};

static void add_escaped(struct text *pattern, const char *name)
{
    for (; *name; name++) {
        if (strchr(".+*?()[]|^$\\", *name))
            text_add(pattern, "\\", 1);
        text_add(pattern, name, 1);
    }
}

// The name that tests/CMakeLists.txt gives the test made of a file: without tests/ and the suffix.
static void add_path_pattern(struct text *pattern, char *name, bool directory)
{
    static const char *const suffixes[] = {"_test.c", "_test.sh", ".c", ".expected"};
    for (size_t i = 0; !directory && i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (text_has_suffix(name, suffixes[i])) {
            name[strlen(name) - strlen(suffixes[i])] = '\0';
            break;
        }
    }
    const char *shown = strncmp(name, "tests/", 6) == 0 ? name + 6 : name;
    text_printf(pattern, "%s^", pattern->size ? "|" : "");
    add_escaped(pattern, shown);
    text_printf(pattern, "%s", directory ? "/" : "($|\\.|_script$)");
}

static int add_path(struct test_options *o, const struct gofer_env *env, const char *path)
{
    struct stat st;
    char *full = realpath(path, NULL);
    if (!full || stat(full, &st) < 0) {
        free(full);
        return report_error("open %s: %s", path, strerror(errno));
    }
    size_t root = strlen(env->source_dir);
    bool inside = strncmp(full, env->source_dir, root) == 0 && full[root] == '/';
    char *name = full + root + 1;
    bool tests = inside && (strncmp(name, "tests/", 6) == 0 || strncmp(name, "examples", 8) == 0);
    bool everything = inside && strcmp(name, "tests") == 0;
    if (tests)
        add_path_pattern(&o->paths, name, S_ISDIR(st.st_mode));
    else if (everything)
        text_printf(&o->paths, "%s.", o->paths.size ? "|" : "");
    free(full);
    return tests || everything ? 0 : report_usage("%s is not in gofer's tests or examples", path);
}

static int parse_count(struct test_options *o, const char *word)
{
    char *end;
    o->count = strtol(word, &end, 10);
    return *word && !*end && o->count > 0 && o->count <= 1000000
               ? 0
               : report_usage("-count needs a number from 1 to 1000000, not %s", word);
}

static int parse_soak(struct test_options *o, const char *word)
{
    o->soak = soak_seconds(word);
    return o->soak > 0 ? 0 : report_usage("-soak needs a duration as 90s, 10m or 8h, not %s", word);
}

static int parse(struct test_options *o, const struct gofer_env *env, int argc, char **argv)
{
    int status = 0;
    for (int i = 1; i < argc && !status; i++) {
        const char *word = argv[i];
        bool valued = strcmp(word, "-run") == 0 || strcmp(word, "-count") == 0 ||
                      strcmp(word, "-soak") == 0 || strcmp(word, "-seed") == 0;
        if (valued && i + 1 == argc)
            status = report_usage("%s needs a value", word);
        else if (strcmp(word, "-run") == 0)
            o->pattern = argv[++i];
        else if (strcmp(word, "-count") == 0)
            status = parse_count(o, argv[++i]);
        else if (strcmp(word, "-soak") == 0)
            status = parse_soak(o, argv[++i]);
        else if (strcmp(word, "-seed") == 0)
            o->seed = argv[++i];
        else if (strcmp(word, "-all") == 0)
            o->all = true;
        else if (strcmp(word, "-race") == 0)
            o->race = true;
        else if (strcmp(word, "cookbook") == 0)
            o->cookbook = true;
        else if (word[0] == '-')
            status = report_usage("unknown option %s", word);
        else
            status = add_path(o, env, word);
    }
    if (!status && o->cookbook) {
        char *path = text_format("%s/examples/cookbook", env->source_dir);
        status = add_path(o, env, path);
        free(path);
    }
    if (!status && o->pattern && o->paths.size)
        status = report_usage("-run and paths exclude each other");
    return status;
}

// Learners copy these programs: nothing may be wrong with them that a sanitizer can find.
static bool is_cookbook_leg(const struct leg *leg)
{
    static const char *const presets[] = {"dev", "asan", "tsan", "race"};
    for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++)
        if (!leg->setting && !leg->repeat && strcmp(leg->preset, presets[i]) == 0)
            return true;
    return false;
}

static bool is_chosen(const struct test_options *o, const struct leg *leg)
{
    if (o->race)
        return strcmp(leg->preset, "tsan") == 0 || strcmp(leg->preset, "race") == 0;
    if (o->cookbook)
        return is_cookbook_leg(leg);
    return o->all || leg->quick;
}

static char *leg_title(const struct leg *leg)
{
    struct text t = {0};
    text_printf(&t, "%s", leg->preset);
    if (leg->setting)
        text_printf(&t, " %s", leg->setting);
    if (leg->repeat)
        text_printf(&t, " %s %d times", leg->label, leg->repeat);
    return t.data;
}

static void ctest_words(const struct suite *s, const struct leg *leg, const char *tree,
                        const char *results, struct words *argv)
{
    const struct test_options *o = s->options;
    long repeat = o->count ? o->count : leg->repeat;
    words_add_all(argv, (const char *const[]){"ctest", "--test-dir", tree, "--output-on-failure"},
                  4);
    words_add_all(argv, (const char *const[]){"--output-junit", results, "-j"}, 3);
    words_printf(argv, "%d", go_num_cpu());
    if (leg->label_flag)
        words_add_all(argv, (const char *const[]){leg->label_flag, leg->label}, 2);
    if (o->pattern || o->paths.size)
        words_add_all(argv, (const char *const[]){"-R", o->pattern ? o->pattern : o->paths.data},
                      2);
    if (repeat > 1) {
        words_add(argv, "--repeat");
        words_printf(argv, "until-fail:%ld", repeat);
    }
}

static void add_failure(struct suite *s, const char *title, const char *what)
{
    words_printf(&s->failed, "%s: %s", title, what);
}

static void read_results(struct suite *s, const char *title, const char *results, int status)
{
    struct words names = {0};
    long before = s->tally.failed;
    long count = junit_read(results, &s->tally, &names);
    for (size_t i = 0; i < names.count; i++)
        add_failure(s, title, names.at[i]);
    words_free(&names);
    if (count > 0)
        s->selected += count;
    bool consistent = count >= 0 && (status == 0 || s->tally.failed > before);
    if (!consistent) {
        s->tally.failed++;
        add_failure(s, title, "ctest itself failed");
    }
}

static void run_tests(struct suite *s, const struct leg *leg, const char *title)
{
    char *tree = tree_path(s->env, leg->preset);
    defer(free, tree);
    char *results = text_format("%s/results.xml", tree);
    defer(free, results);
    struct words argv = {0}, env = {0};
    defer(words_free, &argv);
    defer(words_free, &env);
    ctest_words(s, leg, tree, results, &argv);
    words_split(&env, leg->setting);
    unlink(results);
    int status = process_run(argv.at, &(struct process_options){.env = &env});
    if (!process_signal())
        read_results(s, title, results, status);
}

static void run_leg(struct suite *s, const struct leg *leg)
{
    char *title = leg_title(leg);
    defer(free, title);
    printf("== %s\n", title);
    fflush(stdout);
    go_time begin = go_now();
    if (tree_build(s->env, leg->preset, s->options->cookbook ? "cookbook" : NULL) == 0) {
        run_tests(s, leg, title);
    } else if (!process_signal()) {
        s->tally.failed++;
        s->selected++;
        add_failure(s, title, "does not build");
    }
    printf("== %s: %.1f s\n", title, (double)go_since(begin) / GO_SECOND);
}

static int print_result(const struct suite *s)
{
    for (size_t i = 0; i < s->failed.count; i++)
        printf("failed: %s\n", s->failed.at[i]);
    int status = s->tally.failed ? EXIT_FAILED : 0;
    if (s->selected == 0)
        status = report_error("no test matches");
    printf("%ld passed, %ld failed, %ld skipped\n", s->tally.passed, s->tally.failed,
           s->tally.skipped);
    return status;
}

static int run_suite(struct gofer_env *env, const struct test_options *o)
{
    struct suite s = {.env = env, .options = o};
    defer(words_free, &s.failed);
    for (size_t i = 0; i < leg_count && !process_signal(); i++)
        if (is_chosen(o, &legs[i]))
            run_leg(&s, &legs[i]);
    return process_signal() ? EXIT_FAILED : print_result(&s);
}

int gofer_cmd_test(struct gofer_env *env, int argc, char **argv)
{
    if (usertest_is_meant(env, argc, argv))
        return usertest_run(env, argc, argv);
    struct test_options o = {0};
    defer(text_free, &o.paths);
    int status = parse(&o, env, argc, argv);
    if (!status && o.soak > 0)
        return soak_run(env, o.soak, o.seed);
    return status ? status : run_suite(env, &o);
}
