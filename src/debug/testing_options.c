// SPDX-License-Identifier: MIT
// The command line of a test program, as `gofer test` passes it on, and the choice of tests: a pattern has parts between
// slashes, an extended regular expression for each level of subtests; a level without a part takes all.
#include "debug/testing.h"

#include "os/os.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool complain(const char *what, const char *word)
{
    fprintf(stderr, "%s: %s\n", what, word);
    return false;
}

// "300ms", "1.5s", "2m", "1h"; 0 is none.
static bool parse_duration(const char *word, int64_t *ns)
{
    static const struct {
        const char *unit;
        int64_t ns;
    } units[] = {{"ns", 1},        {"us", GO_MICROSECOND}, {"ms", GO_MILLISECOND},
                 {"s", GO_SECOND}, {"m", GO_MINUTE},       {"h", GO_HOUR}};
    char *end;
    double n = strtod(word, &end);
    if (end == word || n < 0)
        return false;
    if (n == 0 && !*end) {
        *ns = 0;
        return true;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].unit) == 0) {
            *ns = (int64_t)(n * (double)units[i].ns);
            return true;
        }
    }
    return false;
}

static bool parse_number(const char *word, long *n)
{
    char *end;
    *n = strtol(word, &end, 10);
    return *word && !*end && *n > 0;
}

static bool parse_valued(struct gf_test_options *o, const char *option, const char *value)
{
    if (strcmp(option, "-run") == 0) {
        o->pattern = value;
        return true;
    }
    if (strcmp(option, "-count") == 0)
        return parse_number(value, &o->count) || complain("-count needs a number", value);
    if (strcmp(option, "-parallel") == 0)
        return parse_number(value, &o->parallel) || complain("-parallel needs a number", value);
    if (strcmp(option, "-timeout") == 0)
        return parse_duration(value, &o->timeout) ||
               complain("-timeout needs a duration such as 30s", value);
    return complain("unknown option", option);
}

bool gf_test_parse(struct gf_test_options *o, int argc, char **argv)
{
    const int64_t usual_timeout = 10 * GO_MINUTE;
    *o = (struct gf_test_options){.count = 1, .parallel = go_maxprocs(0), .timeout = usual_timeout};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0)
            o->verbose = true;
        else if (i + 1 == argc)
            return complain("needs a value, or is unknown", argv[i]);
        else if (!parse_valued(o, argv[i], argv[i + 1]))
            return false;
        else
            i++;
    }
    return true;
}

static bool part_matches(const char *pattern, size_t pattern_size, const char *name,
                         size_t name_size)
{
    char p[256], n[256];
    regex_t re;
    snprintf(p, sizeof p, "%.*s", (int)pattern_size, pattern);
    snprintf(n, sizeof n, "%.*s", (int)name_size, name);
    if (regcomp(&re, p, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool matches = regexec(&re, n, 0, NULL, 0) == 0;
    regfree(&re);
    return matches;
}

bool gf_test_is_chosen(const struct gf_test_options *o, const char *name)
{
    const char *pattern = o->pattern;
    while (pattern && name) {
        size_t p = strcspn(pattern, "/"), n = strcspn(name, "/");
        if (!part_matches(pattern, p, name, n))
            return false;
        pattern = pattern[p] ? pattern + p + 1 : NULL;
        name = name[n] ? name + n + 1 : NULL;
    }
    return true;
}
